// A person's own page: with what one signs in, where one is signed in, and when somebody did or tried.
import { html, useState } from "../../rendering.js";
import { Address } from "./Address.js";
import { AppPasswords } from "./AppPasswords.js";
import { Identities } from "./Identities.js";
import { PaneHead } from "../../parts/Rows.js";
import { Passkeys } from "./Passkeys.js";
import { SecondFactor } from "./SecondFactor.js";
import { Sessions } from "./Sessions.js";
import { SignIns } from "./SignIns.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

// Each shows a section with a heading (h2), or nothing where the server does not offer it.
const SECTIONS = [Sessions, SecondFactor, Passkeys, AppPasswords, Identities, Address, SignIns];

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Security({ model }) {
  // Counts the changes in one section that another one shows, as the recovery codes that come with the first passkey.
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  return html`<div class="page">
    <${PaneHead} title=${t("security")} back=${hrefOf("settings")} />
    <div class="page-body">${SECTIONS.map((Section) => html`<${Section} key=${Section.name} model=${model} turn=${turn} changed=${changed} />`)}</div>
  </div>`;
}
