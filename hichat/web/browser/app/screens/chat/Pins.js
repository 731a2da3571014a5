// What is pinned in a conversation: the last one in a bar above the messages, all of them in a list.
import { html, useState } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { mayPin } from "./rights.js";
import { fullTime, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Pins({ model, conversation }) {
  const [open, setOpen] = useState(false);
  const pins = conversation.pins ?? [];
  if (!pins.length) return null;
  const [{ message }] = pins;
  const may = mayPin(model, conversation);
  const jump = (id) => {
    setOpen(false);
    conversation.wants = id;
    model.changed();
  };
  const title = pins.length > 1 ? t("pinnedMessages", { count: pins.length }) : t("pinnedMessage");
  return html`<div class="pins" role="group" aria-label=${title}>
    <button type="button" class="pins-last" onClick=${() => jump(message.id)}>
      <${Icon} name="pin" />
      <span class="pins-text">
        <strong>${title}</strong>
        <span dir="auto">${model.people.author(message)}: ${model.describe(message).slice(0, 140)}</span>
      </span>
    </button>
    ${
      pins.length > 1 || !may
        ? html`<${IconButton} icon="list" label=${t("allPinned")} aria-haspopup="dialog" onClick=${() => setOpen(true)} />`
        : html`<${IconButton} icon="close" label=${t("unpinMessage")} onClick=${() => model.kept.pin(conversation, message.id, false)} />`
    }
    ${
      open &&
      html`<${Dialog} title=${title} close=${() => setOpen(false)}>
        <ul class="rows">
          ${pins.map(
            (pin) => html`<li class="row" key=${pin.message.id}>
              <button type="button" class="row-main" onClick=${() => jump(pin.message.id)}>
                <span class="row-text">
                  <span class="row-line">
                    <span class="row-title">${model.people.author(pin.message)}</span>
                    <time class="row-time">${fullTime(pin.message.time)}</time>
                  </span>
                  <span class="row-note wrap" dir="auto">${model.describe(pin.message).slice(0, 280)}</span>
                  <span class="row-note">${t("pinnedBy", { name: model.people.name(pin.from) })}</span>
                </span>
              </button>
              ${
                may &&
                html`<span class="row-actions">
                  <${IconButton} icon="close" label=${t("unpinMessage")} onClick=${() => model.kept.pin(conversation, pin.message.id, false)} />
                </span>`
              }
            </li>`,
          )}
        </ul>
      <//>`
    }
  </div>`;
}
