// Find messages, everywhere or in one conversation, and go to where they were said.
import { html, useEffect, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { Icon } from "../../parts/Icon.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { hrefOf, route } from "../../model/route.js";
import { nameOf } from "../../model/conversation.js";
import { fullTime, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Search({ model, within }) {
  const [words, setWords] = useState(route().more);
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [next, setNext] = useState("");
  const [busy, setBusy] = useState(false);
  const place = within ? model.conversation(within).place : {};

  const find = async (cursor = "") => {
    if (!words.trim()) return;
    setBusy(true);
    await model.attempt(async () => {
      const query = new URLSearchParams({ q: words.trim(), limit: "30" });
      if (within === "announcements") query.set("announcements", "true");
      for (const [name, id] of Object.entries(place)) query.set(name, String(id));
      if (cursor) query.set("cursor", cursor);
      const page = await model.api.get(`/search?${query}`);
      setFound(cursor ? [...found, ...page.items] : page.items);
      setNext(page.next ?? "");
    });
    setBusy(false);
  };
  useEffect(() => {
    if (model.ready && words) find();
  }, [model.ready]);
  const submit = (event) => {
    event.preventDefault();
    find();
  };

  return html`<div class="page">
    <${PaneHead} title=${within ? t("searchIn", { name: model.titleOf(model.conversation(within)) }) : t("searchMessages")} back=${within ? hrefOf("chats", within) : hrefOf("chats")} />
    <div class="page-body">
      <form class="filter" role="search" onSubmit=${submit}>
        <${Icon} name="search" />
        <input type="search" value=${words} aria-label=${t("searchMessages")} placeholder=${t("searchMessages")} onInput=${(event) => setWords(event.currentTarget.value)} />
        <button class="primary">${t("search")}</button>
      </form>
      ${found && !found.length && !busy && html`<${Nothing} icon="search" text=${t("nothingFound")} />`}
      <ul class="rows">
        ${(found ?? []).map((each) => html`<${Found} key=${each.message.id} model=${model} found=${each} />`)}
      </ul>
      ${busy && html`<div class="spinner small" role="status"><span class="hidden">${t("loading")}</span></div>`}
      ${next && !busy && html`<div class="actions center"><button type="button" onClick=${() => find(next)}>${t("more")}</button></div>`}
    </div>
  </div>`;
}

export function Found({ model, found: { message, snippet } }) {
  const { from, user, group } = message;
  const other = user === model.state.user ? from : user;
  const name = nameOf(group !== undefined ? { group } : user !== undefined ? { user: other } : {});
  const conversation = model.conversation(name);
  return html`<li class="row">
    <a class="row-main" href=${hrefOf("chats", name, message.id)}>
      <${Avatar} model=${model} name=${model.titleOf(conversation)} picture=${model.pictureOf(conversation)} kind=${group !== undefined ? "group" : "person"} />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${model.titleOf(conversation)}</span>
          <time class="row-time">${fullTime(message.time)}</time>
        </span>
        <span class="row-note wrap">
          ${model.people.name(from)}: ${(snippet ?? []).map((piece) => (piece.match ? html`<mark>${piece.text}</mark>` : piece.text))}
        </span>
      </span>
    </a>
  </li>`;
}
