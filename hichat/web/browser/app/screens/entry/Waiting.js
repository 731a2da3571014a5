// Nothing is known yet, or the server cannot be reached at the start, or takes this page for somebody else's.
import { html } from "../../rendering.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Waiting({ model }) {
  return html`<main class="entry">
    <div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>
    ${model.state.troubled && html`<p class="dim">${model.state.refused || t("noServer")}</p>`}
  </main>`;
}
