// What can be done with a person or a group: a sign with its word below.
import { html } from "../rendering.js";
import { Icon } from "./Icon.js";

export function Tile({ icon, text, kind = "", act }) {
  return html`<button type="button" class=${kind || undefined} onClick=${act}><${Icon} name=${icon} />${text}</button>`;
}
