// What stands where something is on its way. Without a connection it is not: that is said. Sometimes nobody knows yet
// that there is none, but whoever asked has got no answer (away).
import { html } from "../rendering.js";
import { Nothing } from "./Nothing.js";
import { t } from "../words/words.js";

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function Coming({ model, away = false }) {
  if (away || model.away) return html`<div role="status"><${Nothing} icon="failed" text=${t("comesWithConnection")} /></div>`;
  return html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`;
}
