// One conversation in a list.
import { html, useElement, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { AwayMark } from "../../parts/AwayMark.js";
import { BotMark } from "../../parts/BotMark.js";
import { Icon } from "../../parts/Icon.js";
import { Menu } from "../../parts/Menu.js";
import { choicesFor } from "./choices.js";
import { plain } from "../../model/plain.js";
import { useLongPress } from "../../parts/touch.js";
import { hrefOf } from "../../model/route.js";
import { fullTime, shortTime, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function ConversationRow({ model, conversation, selected }) {
  const [anchor, setAnchor] = useState(/** @type {any} */ (null));
  const element = useElement();
  const { user } = conversation.place;
  const person = user !== undefined && model.people.known.get(user);
  const title = model.titleOf(conversation);
  const time = conversation.last?.time;
  const open = (event) => {
    event.preventDefault();
    // A phone shows no button there.
    setAnchor(element.current.offsetParent ? element.current : event.currentTarget);
  };
  const press = useLongPress(open, true);
  // Of a muted one only what names the reader stands out.
  const named = conversation.mentions.length > 0;
  const unread = conversation.isUnread && (named || !conversation.muted);
  const classes = ["row", "conversation", selected && "selected", unread && "unread"].filter(Boolean).join(" ");
  return html`<li class=${classes} onContextMenu=${open} ...${press}>
    <a class="row-main" href=${hrefOf("chats", conversation.name)} aria-current=${selected ? "page" : undefined}>
      <${Avatar}
        model=${model}
        id=${conversation.id}
        name=${title}
        kind=${conversation.kind}
        picture=${model.pictureOf(conversation)}
        online=${user !== undefined && model.online.has(user)}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${title}<${BotMark} of=${person} /><${AwayMark} of=${person} /></span>
          ${conversation.muted && html`<${Sign} icon="mute" text=${mutedText(conversation)} />`}
          ${conversation.pinned && html`<${Sign} icon="pin" text=${t("pinned")} />`}
          ${time && html`<time class="row-time" datetime=${new Date(time).toISOString()}>${shortTime(time, model.now())}</time>`}
        </span>
        <span class="row-line">
          <span class="row-note"><${Preview} model=${model} conversation=${conversation} /></span>
          ${named && html`<span class="badge" title=${t("mentioned")}>@<span class="hidden"> ${t("mentioned")}</span></span>`}
          <${Unread} conversation=${conversation} />
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

const mutedText = ({ mutedUntil, notify }) =>
  mutedUntil && notify !== "none" ? t("mutedUntil", { time: fullTime(mutedUntil) }) : t("muted");

// How much is unread; a dot where it is only marked so.
function Unread({ conversation: { isUnread, muted, unread } }) {
  if (!isUnread) return null;
  if (!unread) return html`<span class=${muted ? "badge dot quiet" : "badge dot"} title=${t("markedUnread")}><span class="hidden">${t("markedUnread")}</span></span>`;
  return html`<${Count} unread=${unread} quiet=${muted} />`;
}

export function Count({ unread, quiet = true }) {
  if (!unread) return null;
  return html`<span class=${quiet ? "badge quiet" : "badge"}>${unread > 99 ? "99+" : unread}<span class="hidden"> ${t("unread")}</span></span>`;
}

function Sign({ icon, text }) {
  return html`<span class="row-sign" title=${text}><${Icon} name=${icon} /><span class="hidden">${text}</span></span>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Preview({ model, conversation }) {
  const { draft, last, typing, place } = conversation;
  if (typing.size) return html`<span class="accent">${t("typing")}</span>`;
  if (model.recordings.get(conversation.name)) return html`<span class="accent">${t("draft")}</span> ${t("aVoiceMessage")}`;
  if (draft.text && !draft.editing) return html`<span class="accent">${t("draft")}</span> ${plain(draft.text.slice(0, 200)).slice(0, 100)}`;
  const waiting = model.pendingOf(conversation.name).at(-1);
  const shown = waiting ? { ...waiting.frame, ...waiting.shown, from: model.state.user } : last;
  if (!shown) return place.group !== undefined ? t("noMessages") : "";
  const who = shown.from === model.state.user ? t("you") : place.user === undefined ? model.people.author(shown) : "";
  return `${who ? `${who}: ` : ""}${model.describe(shown).slice(0, 120)}`;
}
