// Two panes: on the left a section's list, on the right what was chosen in it. A phone shows one of them.
import { html, useEffect, useRef } from "../../rendering.js";
import { Chat } from "../chat/Chat.js";
import { Conversations } from "../conversations/Conversations.js";
import { Viewing } from "../chat/Viewing.js";
import { Icon } from "../../parts/Icon.js";
import { Rare, comeRare } from "../../parts/Rare.js";
import { useKeys } from "../finding/keys-of.js";
import { hrefOf, route } from "../../model/route.js";
import { t } from "../../words/words.js";

const SOON = 1000; // milliseconds

const SETTINGS = { profile: "Profile", appearance: "Appearance", notices: "Notices", blocked: "Blocked" };

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Home({ model }) {
  const here = route();
  const detail = detailOf(model, here);
  const list = useList(here);
  // A browser tells late that one was closed: by then another may be open.
  const closing = (/** @type {string} */ name) => () => model.dialog === name && model.open();
  useKeys(model);
  // The rest comes when what is seen is there, and has the network no more: also for a time without one.
  useEffect(() => {
    if (!model.ready || model.rare) return undefined;
    const timer = setTimeout(() => comeRare(model).catch(() => {}), SOON);
    return () => clearTimeout(timer);
  }, [model.ready]);
  useEffect(() => {
    if (here.section === "chats") return;
    model.watch(null);
  }, [here.section]);
  return html`<div class=${detail ? "home with-detail" : "home"}>
    <${Navigation} model=${model} section=${here.section} />
    <section class="pane list-pane" aria-label=${t(list)}>
      ${list === "chats" ? html`<${Conversations} model=${model} selected=${here.detail} />` : html`<${Rare} key=${list} is=${LISTS[list]} from=${list === "admin" ? "admin" : "rare"} model=${model} selected=${here.detail} />`}
    </section>
    <main class="pane detail-pane">
      ${detail || html`<div class="empty"><span class="logo" aria-hidden="true"></span>${current(here.section) === "chats" && html`<p>${t("chooseSomething")}</p>`}</div>`}
    </main>
    <${Trouble} model=${model} />
    ${model.rare && !model.away && !model.updates.available && html`<${Rare} quiet is="NewDevices" model=${model} />`}
    ${model.viewer && html`<${Viewing} model=${model} viewer=${model.viewer} />`}
    ${model.dialog === "switcher" && html`<${Rare} quiet is="Switcher" model=${model} close=${closing("switcher")} />`}
    ${model.dialog === "keys" && html`<${Rare} quiet is="Keys" model=${model} close=${closing("keys")} />`}
  </div>`;
}

const current = (section) => ({ admin: "settings", search: "chats", archive: "chats", mentions: "chats", message: "chats", saved: "chats", join: "groups" })[section] ?? section;

// The list on the left. A chat that was chosen in one of these stands beside it, until one goes to the chats.
const KEPT = new Set(["archive", "mentions"]);

function useList({ section, detail }) {
  const before = useRef("chats");
  const chosen = { search: "chats", join: "groups" }[section] ?? (section in LISTS ? section : "chats");
  const stays = chosen === "chats" && detail !== "" && detail !== "new" && KEPT.has(before.current);
  if (!stays) before.current = chosen;
  return before.current;
}

const LISTS = {
  admin: "Administration",
  archive: "Archive",
  chats: "",
  contacts: "Contacts",
  groups: "Groups",
  mentions: "Mentions",
  settings: "Settings",
};

function detailOf(model, { section, detail, more }) {
  switch (section) {
    case "chats":
      if (detail === "new") return html`<${Rare} is="NewChat" model=${model} />`;
      if (!/^(?:user-[1-9]\d{0,15}|group-[1-9]\d{0,15}|announcements)$/.test(detail)) return null;
      return html`<${Chat} key=${detail} model=${model} name=${detail} message=${Number(more) || 0} />`;
    case "message":
      return html`<${Rare} is="Linked" key=${detail} model=${model} id=${detail} />`;
    case "saved":
      return html`<${Rare} is="Saved" model=${model} />`;
    case "search":
      return html`<${Rare} is="Search" key=${detail} model=${model} within=${detail} given=${more} />`;
    case "contacts":
      if (detail === "find") return html`<${Rare} is="FindPeople" model=${model} />`;
      return Number(detail) ? html`<${Rare} is="Person" key=${detail} model=${model} id=${Number(detail)} />` : null;
    case "groups":
      if (detail === "new") return html`<${Rare} is="NewGroup" model=${model} />`;
      if (detail === "find") return html`<${Rare} is="FindGroups" model=${model} />`;
      return Number(detail) ? html`<${Rare} is="Group" key=${detail} model=${model} id=${Number(detail)} />` : null;
    case "join":
      return html`<${Rare} is="Join" model=${model} code=${detail} />`;
    case "admin":
      return detail ? html`<${Rare} from="admin" is="Section" key=${`${detail} ${more}`} model=${model} name=${detail} more=${more} />` : null;
    case "settings": {
      if (detail === "security") return html`<${Rare} from="security" is="Security" model=${model} />`;
      if (detail === "account") return html`<${Rare} from="security" is="Account" model=${model} />`;
      if (detail === "bots") return html`<${Rare} from="security" is="Bots" key=${more} model=${model} id=${Number(more) || 0} />`;
      const Page = SETTINGS[detail];
      return Page ? html`<${Rare} is=${Page} key=${detail} model=${model} />` : null;
    }
    default:
      return null;
  }
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Navigation({ model, section }) {
  const asks = model.lists.count("received");
  const invitations = model.lists.count("invitations");
  /** @type {[string, number, string][]} */
  const entries = [
    ["chats", model.unread, "unread"],
    ["contacts", asks, "requests"],
    ["groups", invitations, "invitations"],
    ["settings", 0, ""],
  ];
  return html`<nav class="navigation" aria-label=${t("sections")}>
    ${entries.map(
      ([name, count, what]) =>
        html`<a key=${name} href=${hrefOf(name)} aria-current=${current(section) === name ? "page" : undefined}>
          <span class="nav-icon">
            <${Icon} name=${name} />
            ${count > 0 && html`<span class="badge">${short(count)}</span><span class="hidden"> ${t(what)}</span>`}
          </span>
          <span>${t(name)}</span>
        </a>`,
    )}
  </nav>`;
}

const short = (count) => (count > 99 ? "99+" : count);

// Why nothing comes at the moment. It lies above what is there, so that nothing moves.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Trouble({ model }) {
  const { elsewhere } = model.state;
  const { away } = model;
  const { available } = model.updates;
  if (available && !away) {
    return html`<div class="trouble" role="status">
      ${t("newVersion")} <button type="button" class="small" onClick=${() => model.updates.take()}>${t("loadVersion")}</button>
    </div>`;
  }
  return html`<div class=${elsewhere || away ? "trouble" : ""} role="status">
    ${elsewhere && html`${t("openElsewhere")} <button type="button" class="small" onClick=${() => model.link.ask("useHere")}>${t("useHere")}</button>`}
    ${away && t("connecting")}
  </div>`;
}
