// The conversations that were put away. A new message takes one out, unless it is muted.
import { html, useState } from "../../rendering.js";
import { ConversationRow } from "./ConversationRow.js";
import { More } from "../../parts/More.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Archive({ model, selected }) {
  const [next, setNext] = useState(/** @type {string | null} */ (null));
  const more = async () => {
    const cursor = next ? `&cursor=${encodeURIComponent(next)}` : "";
    const page = await model.api.get(`/conversations?archived=true&limit=50${cursor}`);
    for (const each of page.items) model.show(each);
    setNext(page.next ?? "");
    model.changed();
  };
  const { archived } = model;
  return html`
    <${PaneHead} title=${t("archive")} back=${hrefOf("chats")} />
    <${WindowedRows}
      items=${archived}
      row=${(each) => html`<${ConversationRow} key=${each.name} model=${model} conversation=${each} selected=${each.name === selected} />`}
    />
    ${next === "" && !archived.length && html`<${Nothing} icon="archive" text=${t("archiveEmpty")} />`}
    ${model.ready && next !== "" && html`<${More} key=${next} load=${more} />`}
  `;
}
