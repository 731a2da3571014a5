// The conversations that were put away. A new message takes one out, unless it is muted.
import { html, useState } from "../../rendering.js";
import { Coming, useComing } from "../../parts/Coming.js";
import { ConversationRow } from "./ConversationRow.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Archive({ model, selected }) {
  const [loaded, setLoaded] = useState(false);
  const { archived } = model;
  const away = useComing(model, async () => {
    if (!loaded) await model.overview.archive();
    setLoaded(true);
  });
  return html`
    <${PaneHead} title=${t("archive")} back=${hrefOf("chats")} />
    <${WindowedRows}
      items=${archived}
      row=${(each) => html`<${ConversationRow} key=${each.name} model=${model} conversation=${each} selected=${each.name === selected} />`}
    />
    ${loaded && !archived.length && html`<${Nothing} icon="archive" text=${t("archiveEmpty")} />`}
    ${!loaded && !archived.length && html`<${Coming} model=${model} away=${away} />`}
  `;
}
