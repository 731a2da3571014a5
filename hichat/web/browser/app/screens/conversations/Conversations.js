// All conversations: pinned ones first, then those where something was said last.
import { html, useEffect, useState } from "../../rendering.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { Menu } from "../../parts/Menu.js";
import { More } from "../../parts/More.js";
import { PaneHead, PersonRow } from "../../parts/Rows.js";
import { Found } from "../search/Found.js";
import { ConversationRow, Count } from "./ConversationRow.js";
import { Welcome } from "./Welcome.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { findPeople, matching, noteOf, useFound } from "../../parts/finding.js";
import { folded } from "../../model/folding.js";
import { isAtLeast } from "../../model/roles.js";
import { go, hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

const HITS = 5; // messages that are shown below the conversations

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Conversations({ model, selected }) {
  const [filter, setFilter] = useState("");
  const [anchor, setAnchor] = useState(/** @type {any} */ (null));
  const hits = useFound(model, filter, (words) => (words ? findMessages(model, words) : null));
  const people = useFound(model, filter, (words) => (words ? findPeople(model, words, HITS) : null));
  const wanted = folded(filter.trim());
  const all = model.listed;
  const { begun } = model.overview;
  // Who looks for one finds those of the archive, too.
  const found = wanted ? matching(model, model.all, wanted) : all;
  // Who looks for one looks in all of them.
  useEffect(() => {
    if (wanted && begun) model.attempt(() => model.overview.all());
  }, [Boolean(wanted), begun]);
  // How much is unread in the archive stands in the menu: the list itself has nothing of it.
  const open = (event) => {
    setAnchor(event.currentTarget);
    if (model.ready && !model.overview.archiving) model.overview.archive().catch(() => {});
  };
  const search = (event) => {
    event.preventDefault();
    if (wanted) go("search", "", filter.trim());
  };
  return html`
    <${PaneHead} title=${t("chats")}>
      <${IconButton} icon="plus" label=${t("newChat")} onClick=${() => go("chats", "new")} />
      <${IconButton}
        icon="more"
        label=${t("moreLists")}
        aria-haspopup="dialog"
        aria-expanded=${Boolean(anchor)}
        onClick=${open}
      />
      ${anchor && html`<${Menu} anchor=${anchor} label=${t("moreLists")} close=${() => setAnchor(null)} items=${places(model)} />`}
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
      row=${(each) => html`<${ConversationRow} key=${each.name} model=${model} conversation=${each} selected=${each.name === selected} />`}
    />
    ${begun && !wanted && !model.all.some(isOfPeople) && html`<${Welcome} model=${model} />`}
    ${wanted && html`<${Others} model=${model} people=${people ?? []} shown=${found} />`}
    ${wanted && html`<${Said} model=${model} words=${filter.trim()} hits=${hits} />`}
    ${begun && !model.overview.complete && !model.memory.recalled && html`<${More} load=${() => model.overview.more()} />`}
  `;
}

// Other lists, and what helps to find one's way.
const places = (model) => [
  { icon: "save", text: t("savedMessages"), act: () => go("saved") },
  { icon: "search", text: t("goTo"), act: () => model.open("switcher") },
  { icon: "at", text: t("mentions"), act: () => go("mentions") },
  { icon: "archive", text: t("archive"), note: html`<${Count} unread=${model.unreadInArchive} />`, act: () => go("archive") },
  matchMedia("(hover: hover)").matches && { icon: "keyboard", text: t("keys"), act: () => model.open("keys") },
  isAtLeast(model.me, "moderator") && { icon: "lock", text: t("administration"), act: () => go("admin") },
];

const isOfPeople = ({ place }) => place.user !== undefined || place.group !== undefined;

// People whom one has not talked to.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Others({ model, people, shown }) {
  const others = people.filter(({ id }) => !shown.some(({ place }) => place.user === id));
  if (!others.length) return null;
  return html`
    <h2 class="list-head">${t("otherPeople")}</h2>
    <ul class="rows">
      ${others.map((person) => html`<${PersonRow} key=${person.id} model=${model} person=${person} note=${noteOf(person)} href=${hrefOf("chats", `user-${person.id}`)} />`)}
    </ul>
  `;
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
