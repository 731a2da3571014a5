// Short messages that go by themselves.
import { html } from "../../rendering.js";

export function Toasts({ model }) {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${model.toasts.map((toast) => html`<div class="toast ${toast.kind}" key=${toast}>${toast.text}</div>`)}
  </div>`;
}
