// A text to be taken elsewhere, such as an address or a secret: it is chosen whole at once, and a button copies it.
import { html } from "../rendering.js";
import { IconButton } from "./Icon.js";
import { t } from "../words/words.js";

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function Copied({ model, label, text }) {
  const copy = () => model.attempt(() => navigator.clipboard.writeText(text), t("copied"));
  return html`
    <input readonly value=${text} aria-label=${label} onFocus=${(event) => event.currentTarget.select()} />
    <${IconButton} icon="copy" label=${t("copy")} onClick=${copy} />
  `;
}
