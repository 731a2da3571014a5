// The nearest things to do with a message, while a pointer or the focus is on it: to react, to answer, and all the rest.
import { html } from "../../rendering.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function MessageBar({ model, react, reply, more, open, anchor }) {
  return html`<div class="message-bar" role="toolbar" aria-label=${t("nearest")}>
    ${model.usual.most.map(
      (emoji) => html`<button type="button" class="message-react" key=${emoji} aria-label=${t("reactWith", { emoji })} onClick=${() => react(emoji)}>${emoji}</button>`,
    )}
    ${reply && html`<${IconButton} icon="reply" label=${t("reply")} onClick=${reply} />`}
    <button type="button" ref=${more} class="icon-button message-more" aria-label=${t("actions")} title=${t("actions")} aria-haspopup="dialog" aria-expanded=${Boolean(anchor)} onClick=${open}>
      <${Icon} name="more" />
    </button>
  </div>`;
}
