// Short messages that go by themselves. They are seen above a dialog too: what was shown last is on top.
import { html, useElement, useLayoutEffect } from "../../rendering.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Toasts({ model }) {
  const element = useElement();
  useLayoutEffect(() => {
    if (element.current.matches(":popover-open")) element.current.hidePopover();
    element.current.showPopover();
  }, [model.toasts]);
  return html`<div ref=${element} class="toasts" popover="manual" role="status" aria-live="polite">
    ${model.toasts.map((toast) => html`<div class="toast ${toast.kind}" key=${toast}><${Toast} model=${model} toast=${toast} /></div>`)}
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Toast({ model, toast }) {
  if (!toast.undo) return toast.text;
  const undo = () => {
    model.endToast(toast);
    toast.undo();
  };
  return html`<span>${toast.text}</span><button type="button" class="small" onClick=${undo}>${t("undo")}</button>`;
}
