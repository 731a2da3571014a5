// All conversations: pinned ones first, then those where something was said last.
import { html, useEffect, useElement, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { Menu } from "../../parts/Menu.js";
import { More } from "../../parts/More.js";
import { PaneHead } from "../../parts/Rows.js";
import { Found } from "../search/Search.js";
import { choicesFor } from "./choices.js";
import { Welcome } from "./Welcome.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { useFound } from "../../parts/finding.js";
import { folded } from "../../model/folding.js";
import { go, hrefOf } from "../../model/route.js";
import { shortTime, t } from "../../words/words.js";

const HITS = 5; // messages that are shown below the conversations

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Conversations({ model, selected }) {
  const [filter, setFilter] = useState("");
  const hits = useFound(model, filter, (words) => (words ? findMessages(model, words) : null));
  const wanted = folded(filter.trim());
  const all = model.listed;
  const { begun } = model.overview;
  const found = wanted ? matching(model, all, wanted) : all;
  // Who looks for one looks in all of them.
  useEffect(() => {
    if (wanted && begun) model.attempt(() => model.overview.all());
  }, [Boolean(wanted), begun]);
  const search = (event) => {
    event.preventDefault();
    if (wanted) go("search", "", filter.trim());
  };
  return html`
    <${PaneHead} title=${t("chats")}>
      <${IconButton} icon="plus" label=${t("newChat")} onClick=${() => go("chats", "new")} />
    <//>
    <form class="filter" role="search" onSubmit=${search}>
      <${Icon} name="search" />
      <input
        type="search"
        value=${filter}
        placeholder=${t("searchChats")}
        aria-label=${t("searchChats")}
        onInput=${(event) => setFilter(event.currentTarget.value)}
      />
    </form>
    ${!begun && html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`}
    <${WindowedRows}
      items=${found}
      row=${(each) => html`<${Row} key=${each.name} model=${model} conversation=${each} selected=${each.name === selected} />`}
    />
    ${begun && !wanted && !all.some(isOfPeople) && html`<${Welcome} model=${model} />`}
    ${wanted && html`<${Said} model=${model} words=${filter.trim()} hits=${hits} />`}
    ${begun && !model.overview.complete && !model.memory.recalled && html`<${More} load=${() => model.overview.more()} />`}
  `;
}

const isOfPeople = ({ place }) => place.user !== undefined || place.group !== undefined;

// Those with the words in their titles; the one that is called so comes first.
function matching(model, conversations, wanted) {
  const titled = conversations
    .map((each) => ({ each, title: folded(model.titleOf(each)) }))
    .filter(({ title }) => title.includes(wanted));
  return [...titled.filter(({ title }) => title === wanted), ...titled.filter(({ title }) => title !== wanted)].map(({ each }) => each);
}

// The newest messages with the words, and the way to all of them.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Said({ model, words, hits }) {
  return html`
    <h2 class="list-head">${t("messages")}</h2>
    <ul class="rows">
      ${(hits ?? []).map((each) => html`<${Found} key=${each.message.id} model=${model} found=${each} />`)}
    </ul>
    ${
      hits && !hits.length
        ? html`<p class="hint">${t("noMessageHas", { words })}</p>`
        : html`<a class="row-link" href=${hrefOf("search", "", words)}><${Icon} name="search" />${t("searchMessagesFor", { words })}</a>`
    }
  `;
}

async function findMessages(model, words) {
  try {
    return (await model.api.get(`/search?${new URLSearchParams({ q: words, limit: String(HITS) })}`)).items;
  } catch (error) {
    // What is typed first may have no word in it yet.
    if (error.code === "invalid_field") return [];
    throw error;
  }
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Row({ model, conversation, selected }) {
  const [anchor, setAnchor] = useState(/** @type {any} */ (null));
  const element = useElement();
  const { user, group } = conversation.place;
  const title = model.titleOf(conversation);
  const kind = group !== undefined ? "group" : user === undefined ? "announcements" : "person";
  const time = conversation.last?.time;
  const open = (event) => {
    event.preventDefault();
    // A phone shows no button there.
    setAnchor(element.current.offsetParent ? element.current : event.currentTarget);
  };
  return html`<li class=${selected ? "row selected" : "row"} onContextMenu=${open}>
    <a class="row-main" href=${hrefOf("chats", conversation.name)} aria-current=${selected ? "page" : undefined}>
      <${Avatar}
        model=${model}
        name=${title}
        kind=${kind}
        picture=${model.pictureOf(conversation)}
        online=${user !== undefined && model.online.has(user)}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${title}</span>
          ${conversation.muted && html`<${Sign} icon="mute" text=${t("muted")} />`}
          ${conversation.pinned && html`<${Sign} icon="pin" text=${t("pinned")} />`}
          ${time && html`<time class="row-time" datetime=${new Date(time).toISOString()}>${shortTime(time, model.now())}</time>`}
        </span>
        <span class="row-line">
          <span class="row-note"><${Preview} model=${model} conversation=${conversation} /></span>
          ${
            conversation.unread > 0 &&
            html`<span class=${conversation.muted ? "badge quiet" : "badge"}>
              ${conversation.unread > 99 ? "99+" : conversation.unread}<span class="hidden"> ${t("unread")}</span>
            </span>`
          }
        </span>
      </span>
    </a>
    <button
      type="button"
      ref=${element}
      class="icon-button row-more"
      aria-label=${t("moreAbout", { name: title })}
      aria-haspopup="dialog"
      aria-expanded=${Boolean(anchor)}
      onClick=${open}
    >
      <${Icon} name="more" />
    </button>
    ${anchor && html`<${Menu} anchor=${anchor} label=${title} close=${() => setAnchor(null)} items=${choicesFor(model, conversation)} />`}
  </li>`;
}

function Sign({ icon, text }) {
  return html`<span class="row-sign" title=${text}><${Icon} name=${icon} /><span class="hidden">${text}</span></span>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Preview({ model, conversation }) {
  const { draft, last, typing, place } = conversation;
  if (typing.size) return html`<span class="accent">${t("typing")}</span>`;
  if (model.recordings.get(conversation.name)) return html`<span class="accent">${t("draft")}</span> ${t("aVoiceMessage")}`;
  if (draft.text && !draft.editing) return html`<span class="accent">${t("draft")}</span> ${draft.text.slice(0, 100)}`;
  const waiting = model.pendingOf(conversation.name).at(-1);
  const shown = waiting ? { ...waiting.frame, from: model.state.user } : last;
  if (!shown) return place.group !== undefined ? t("noMessages") : "";
  const who = shown.from === model.state.user ? t("you") : place.user === undefined ? model.people.name(shown.from) : "";
  return `${who ? `${who}: ` : ""}${model.describe(shown).slice(0, 120)}`;
}
