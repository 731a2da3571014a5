// What stands where there is nothing to show yet: a sign, a sentence, and what one can do about it.
import { html } from "../rendering.js";
import { Icon } from "./Icon.js";

export function Nothing({ icon, text, children }) {
  return html`<div class="nothing">
    <span class="nothing-sign"><${Icon} name=${icon} /></span>
    <p>${text}</p>
    ${children && html`<div class="nothing-actions">${children}</div>`}
  </div>`;
}
