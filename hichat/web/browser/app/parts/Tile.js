// What can be done with a person or a group: a sign with its word below.
import { html } from "../rendering.js";
import { Icon } from "./Icon.js";
import { useOnce } from "./once.js";

export function Tile({ icon, text, kind = "", act }) {
  const once = useOnce(act);
  return html`<button type="button" class=${kind || undefined} onClick=${once}><${Icon} name=${icon} />${text}</button>`;
}
