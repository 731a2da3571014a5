// The browser's own modal dialog: it keeps the focus, and Escape closes it.
import { html, useElement, useLayoutEffect, useOwnId } from "../rendering.js";
import { IconButton } from "./Icon.js";
import { placeOf } from "./focus.js";
import { t } from "../words/words.js";

/**
 * Shows a dialog while its component is there; then the focus is where it was before. At once: what is typed next is
 * meant for it.
 */
export function useModal(element) {
  useLayoutEffect(() => {
    const giveBack = placeOf(document.activeElement);
    const dialog = element.current;
    dialog.showModal();
    // Where one writes, if there is such a place; else the browser has chosen the first button.
    /** @type {HTMLElement | null} */
    const field = dialog.querySelector("input:not([type=file], [type=radio], [type=checkbox]), textarea");
    field?.focus();
    return () => {
      // Unless the focus has gone elsewhere meanwhile, such as into a menu.
      const { activeElement } = document;
      const isFree = activeElement === document.body || dialog.contains(activeElement);
      // While a modal dialog is in the document, nothing outside of it takes the focus.
      dialog.remove();
      if (isFree) giveBack();
    };
  }, []);
}

export function Dialog({ title, close, children, wide = false }) {
  const element = useElement();
  const id = useOwnId();
  useModal(element);
  const outside = (event) => event.target === element.current && close();
  return html`<dialog
    ref=${element}
    class=${wide ? "dialog wide" : "dialog"}
    aria-labelledby=${id}
    onClose=${close}
    onMouseDown=${outside}
  >
    <div class="dialog-body">
      <header class="dialog-head">
        <h2 id=${id}>${title}</h2>
        <${IconButton} icon="close" label=${t("close")} onClick=${close} />
      </header>
      ${children}
    </div>
  </dialog>`;
}

// A question before something that cannot be undone.
export function Confirm({ title, text, action, close, then }) {
  const act = () => {
    close();
    then();
  };
  return html`<${Dialog} title=${title} close=${close}>
    <p>${text}</p>
    <div class="actions">
      <button type="button" autofocus onClick=${close}>${t("cancel")}</button>
      <button type="button" class="danger" onClick=${act}>${action}</button>
    </div>
  <//>`;
}
