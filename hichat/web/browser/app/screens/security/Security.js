// A person's own page: with what one signs in, where one is signed in, and when somebody did or tried.
import { html, useEffect, useState } from "../../rendering.js";
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

// Each shows a section with a heading (h2), or nothing where the server does not offer it; and says when it has come. The
// last one need not say it.
const SECTIONS = [Sessions, SecondFactor, Passkeys, AppPasswords, Identities, Address, SignIns];

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Security({ model }) {
  // Counts the changes in one section that another one shows, as the recovery codes that come with the first passkey.
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  // A section waits for those above it: what came late would move the buttons below, and who presses one just then presses
  // nothing.
  const [come, setCome] = useState(/** @type {any[]} */ ([]));
  const awaited = SECTIONS.findIndex((Section) => !come.includes(Section));
  // Then some do not come; the others are shown as they are.
  const cut = model.away || model.state.elsewhere;
  useEffect(() => {
    if (cut) setCome(SECTIONS);
  }, [cut]);
  const section = (Section, at) => {
    const came = () => setCome((before) => (before.includes(Section) ? before : [...before, Section]));
    return html`<div class="page-section" key=${Section.name} hidden=${awaited >= 0 && at > awaited}>
      <${Section} model=${model} turn=${turn} changed=${changed} came=${came} />
    </div>`;
  };
  return html`<div class="page">
    <${PaneHead} title=${t("security")} back=${hrefOf("settings")} />
    <div class="page-body">${SECTIONS.map(section)}</div>
  </div>`;
}
