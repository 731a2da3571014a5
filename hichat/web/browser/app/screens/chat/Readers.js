// Who of a group has read a message of one's own, who has received it, and who has not.
import { html, useState } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { More } from "../../parts/More.js";
import { PersonRow } from "../../parts/Rows.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { explain } from "../../model/problems.js";
import { Readers as AskedFor } from "../../model/readers.js";
import { t } from "../../words/words.js";

const HEADS = { read: "read", received: "delivered", none: "notDelivered" };

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Readers({ model, conversation, message, close }) {
  // Of a large group nothing is known here.
  const [asks] = useState(conversation.others.size === 0);
  const [, draw] = useState(0);
  const [asked] = useState(() => new AskedFor(model, conversation.place.group ?? 0, message.id));
  const load = () => asked.more().finally(() => draw((times) => times + 1));
  const known = conversation.readersOf(message);
  const people = asks ? asked.people : { read: known.read, received: known.received, none: known.neither };
  const row = (id) => html`<${PersonRow} key=${id} model=${model} person=${model.people.get(id) ?? { id }} />`;
  const part = ([state, word]) => {
    const count = (asks ? asked.counts?.[state] : people[state].length) ?? 0;
    return (
      count > 0 &&
      html`<h3 class="list-head" key=${`${state} head`}>${t(word)} · ${count}</h3>
        <${WindowedRows} key=${state} items=${people[state]} row=${row} />`
    );
  };
  return html`<${Dialog} title=${t("readers")} close=${close}>
    ${Object.entries(HEADS).map(part)} ${asks && !asked.complete && html`<${More} load=${load} />`}
    ${asked.refused && html`<p role="alert">${explain(asked.refused)}</p>`}
    ${(asks ? asked.nobody : !Object.values(people).flat().length) && html`<p>${t("nobodyToRead")}</p>`}
  <//>`;
}
