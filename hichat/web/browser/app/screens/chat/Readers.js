// Who of a group has read a message of one's own, who has received it, and who has not.
import { html } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { PersonRow } from "../../parts/Rows.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Readers({ model, conversation, message, close }) {
  const { read, received, neither } = conversation.readersOf(message);
  const row = (id) => html`<${PersonRow} key=${id} model=${model} person=${model.people.get(id) ?? { id }} />`;
  const part = (title, people) =>
    people.length > 0 &&
    html`<h3 class="list-head">${title}</h3>
      <${WindowedRows} items=${people} row=${row} />`;
  return html`<${Dialog} title=${t("readers")} close=${close}>
    ${part(`${t("read")} · ${read.length}`, read)} ${part(`${t("delivered")} · ${received.length}`, received)}
    ${part(`${t("notDelivered")} · ${neither.length}`, neither)}
  <//>`;
}
