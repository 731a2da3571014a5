// A section of the administration, if there is one of this name, and it is for whoever asks.
import { html } from "../../rendering.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { SECTIONS } from "./sections.js";
import { isAtLeast } from "../../model/roles.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Section({ model, name, more }) {
  const section = SECTIONS.find((each) => each.name === name);
  // Who one is comes with the first answers.
  if (!model.me) return html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`;
  if (section && isAtLeast(model.me, section.least)) return html`<${section.Page} model=${model} more=${more} />`;
  return html`<div class="page">
    <${PaneHead} title=${t("administration")} back=${hrefOf("admin")} />
    <${Nothing} icon="lock" text=${t("notForYou")} />
  </div>`;
}
