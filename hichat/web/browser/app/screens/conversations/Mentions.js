// The messages that name the reader, over all groups, the newest first.
import { html, useEffect } from "../../rendering.js";
import { Coming } from "../../parts/Coming.js";
import { Found } from "../search/Found.js";
import { More } from "../../parts/More.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Mentions({ model }) {
  const { mentions } = model;
  useEffect(() => {
    mentions.again();
    model.changed();
  }, []);
  return html`
    <${PaneHead} title=${t("mentions")} back=${hrefOf("chats")} />
    <ul class="rows">
      ${mentions.items.map((each) => html`<${Found} key=${each.message.id} model=${model} found=${each} />`)}
    </ul>
    ${mentions.complete && !mentions.items.length && html`<${Nothing} icon="at" text=${t("noMentions")} />`}
    ${!mentions.complete && model.away && !mentions.items.length && html`<${Coming} model=${model} />`}
    ${model.ready && !mentions.complete && !model.away && html`<${More} key=${mentions.next} load=${() => mentions.more()} />`}
  `;
}
