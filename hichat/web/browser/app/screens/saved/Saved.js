// The messages that one has saved for oneself, those that were saved last first.
import { html, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { Coming, useComing } from "../../parts/Coming.js";
import { IconButton } from "../../parts/Icon.js";
import { More } from "../../parts/More.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { hrefOf } from "../../model/route.js";
import { fullTime, t } from "../../words/words.js";

const PAGE = 50;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Saved({ model }) {
  const [items, setItems] = useState(/** @type {any[] | null} */ (null));
  const [next, setNext] = useState("");
  const load = async (cursor = "") => {
    const page = await model.api.get(`/saved?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    setItems(cursor ? (before) => [...(before ?? []), ...page.items] : page.items);
    setNext(page.next ?? "");
  };
  // Another device may save something meanwhile.
  const away = useComing(model, load, [model.kept.version]);
  const remove = (id) => model.kept.save(id, false, t("unsaved"));
  return html`<div class="page">
    <${PaneHead} title=${t("savedMessages")} back=${hrefOf("chats")} stays />
    <div class="page-body">
      ${!items && html`<${Coming} model=${model} away=${away} />`}
      ${items && !items.length && !next && html`<${Nothing} icon="save" text=${t("nothingSaved")} />`}
      <ul class="rows">
        ${(items ?? []).map((each) => html`<${Row} key=${each.message.id} model=${model} saved=${each} remove=${remove} />`)}
      </ul>
      ${next && html`<${More} key=${next} load=${() => load(next)} />`}
    </div>
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Row({ model, saved: { message, conversation: name }, remove }) {
  const conversation = model.conversation(name);
  const title = model.titleOf(conversation);
  return html`<li class="row">
    <a class="row-main" href=${hrefOf("chats", name, message.id)}>
      <${Avatar}
        model=${model}
        id=${conversation.id}
        name=${title}
        picture=${model.pictureOf(conversation)}
        kind=${conversation.kind}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${title}</span>
          <time class="row-time">${fullTime(message.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${model.people.author(message)}: ${model.describe(message).slice(0, 400)}</span>
      </span>
    </a>
    <span class="row-actions"><${IconButton} icon="close" label=${t("unsave")} onClick=${() => remove(message.id)} /></span>
  </li>`;
}
