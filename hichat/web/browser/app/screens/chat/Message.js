// One message, with what can be done with it.
import { html, useElement, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { BotMark } from "../../parts/BotMark.js";
import { Body } from "./Body.js";
import { Confirm } from "../../parts/Dialog.js";
import { Offer } from "./Offer.js";
import { Icon } from "../../parts/Icon.js";
import { MessageBar } from "./MessageBar.js";
import { MessageMenu } from "./MessageMenu.js";
import { useLongPress } from "../../parts/touch.js";
import { selectedIn } from "../../parts/selection.js";
import { Rare } from "../../parts/Rare.js";
import { sameEmoji } from "../../model/emoji.js";
import { hrefOf } from "../../model/route.js";
import { clock, fullTime, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Message({ model, conversation, message, together, flash, jump }) {
  const [anchor, setAnchor] = useState(/** @type {any} */ (null));
  const [recalling, setRecalling] = useState(false);
  const [readers, setReaders] = useState(false);
  const [forwarding, setForwarding] = useState(false);
  const [reporting, setReporting] = useState(false);
  const [near, setNear] = useState(false); // whether a pointer or the focus is on it
  const more = useElement();
  const bubble = useElement();
  const bar = useElement();
  const own = message.from === model.state.user;
  const alone = conversation.place.user !== undefined;
  const who = model.people.author(message);
  const { alias } = message;
  const picture = alias?.avatar ?? "";
  const sign = picture.startsWith("/") ? "" : picture; // an emoji
  const open = (event) => {
    if (message.recalled || (event.type === "contextmenu" && isBrowsers(event))) return;
    event.preventDefault();
    // On a touch screen the button is not to be seen.
    setAnchor(touched() ? bubble.current : (more.current ?? bubble.current));
  };
  const press = useLongPress(open);
  // What was over it may have gone under the pointer, without a word: so each step of the pointer counts.
  const come = ({ type, target }) => {
    if (!touched() && (type === "mouseover" || target.matches(":focus-visible"))) setNear(true);
  };
  const leave = ({ currentTarget: element, relatedTarget: to }) => {
    if (element.contains(to) || element.matches(":hover") || element.querySelector(":focus-visible")) return;
    // What has the focus goes with the bar.
    if (bar.current?.contains(document.activeElement) && !anchor) element.focus({ preventScroll: true });
    setNear(false);
  };
  const react = (emoji) => {
    const mine = message.reactions?.some((each) => sameEmoji(each.emoji, emoji) && each.users.includes(model.state.user));
    model.react(message, emoji, !mine);
  };
  const reply = () => {
    conversation.draft.reply(message);
    conversation.wantsFocus = true;
    model.changed();
  };
  const key = (event) => {
    if (event.key === "Enter" && event.target === event.currentTarget) open(event);
  };
  // A blank before the time keeps it apart from a number at the end of the text, for whoever copies both.
  const classes = ["message", own && "own", together && "together", flash && "flash", message.recalled && "recalled"];
  return html`<article
    class=${classes.filter(Boolean).join(" ")}
    data-id=${message.id}
    tabindex="-1"
    aria-label=${t("messageFrom", { name: own ? t("you") : who, time: fullTime(message.time) })}
    onKeyDown=${key}
    onContextMenu=${open}
    onMouseOver=${come}
    onMouseLeave=${leave}
    onFocusIn=${come}
    onFocusOut=${leave}
  >
    ${
      !own &&
      !alone &&
      (together
        ? html`<span class="message-side"></span>`
        : html`<a class="message-side" href=${hrefOf("contacts", message.from)} aria-label=${who}>
            <${Avatar}
              model=${model}
              id=${message.from}
              name=${sign || who}
              picture=${sign ? "" : picture || model.people.get(message.from)?.avatar}
              size="small"
            />
          </a>`)
    }
    <div class="message-main">
      ${!own && (!alone || alias) && !together && html`<span class="message-who">${who}<${BotMark} of=${alias ? { bot: true } : model.people.get(message.from)} /></span>`}
      <div class="bubble" ref=${bubble} ...${press}>
        ${message.forwardedFrom && !message.recalled && html`<p class="forwarded"><${Icon} name="forward" />${t("forwardedFrom", { name: model.people.name(message.forwardedFrom) })}</p>`}
        ${message.replyTo && !message.recalled && html`<${Quote} model=${model} conversation=${conversation} id=${message.replyTo} jump=${jump} />`}
        ${message.called && !message.recalled && html`<p class="forwarded"><${Icon} name="reply" />${model.people.name(message.called.from)}${message.called.command ? `: /${message.called.command}` : ""}</p>`}
        <${Body} model=${model} message=${message} />
        <${Offer} model=${model} conversation=${conversation} message=${message} />
        <${FootRoom} words=${[message.edited && !message.recalled && t("edited"), clock(message.time)]} state=${own && !message.recalled} count=${!alone} />
        <span class="message-foot">${" "}
          ${message.edited && !message.recalled && html`<span title=${fullTime(message.edited)}>${t("edited")}</span>`}
          <time datetime=${new Date(message.time).toISOString()} title=${fullTime(message.time)}>${clock(message.time)}</time>
          ${own && !message.recalled && html`<${State} model=${model} conversation=${conversation} message=${message} alone=${alone} />`}
        </span>
      </div>
      <${Reactions} model=${model} message=${message} />
    </div>
    ${!message.recalled && touched() && html`<${MoreButton} more=${more} open=${open} anchor=${anchor} />`}
    ${
      !message.recalled &&
      (near || anchor) &&
      !touched() &&
      html`<div class="message-room" ref=${bar}>
        <${MessageBar} model=${model} react=${react} reply=${reply} more=${more} open=${open} anchor=${anchor} />
      </div>`
    }
    ${
      anchor &&
      !message.recalled &&
      html`<${MessageMenu}
        model=${model}
        conversation=${conversation}
        message=${message}
        anchor=${anchor}
        close=${() => setAnchor(null)}
        recall=${() => setRecalling(true)}
        readers=${() => setReaders(true)}
        react=${react}
        reply=${reply}
        forward=${() => setForwarding(true)}
        report=${() => setReporting(true)}
      />`
    }
    ${forwarding && !message.recalled && html`<${Rare} quiet is="Forward" model=${model} conversation=${conversation} message=${message} close=${() => setForwarding(false)} />`}
    ${reporting && html`<${Rare} quiet is="Report" model=${model} what=${{ message: message.id }} close=${() => setReporting(false)} />`}
    ${readers && html`<${Rare} quiet is="Readers" model=${model} conversation=${conversation} message=${message} close=${() => setReaders(false)} />`}
    ${
      recalling &&
      !message.recalled &&
      html`<${Confirm}
        title=${t("recall")}
        text=${t("recallQuestion")}
        action=${t("recall")}
        close=${() => setRecalling(false)}
        then=${() => model.recall(message)}
      />`
    }
  </article>`;
}

// Whether fingers are the pointer: there is nothing near then, but a message that is held down.
const touched = () => matchMedia("(hover: none)").matches;

// For screen readers of touch screens: nobody sees it.
function MoreButton({ more, open, anchor }) {
  return html`<button type="button" ref=${more} class="icon-button message-more" tabindex="-1" aria-label=${t("actions")} aria-haspopup="dialog" aria-expanded=${Boolean(anchor)} onClick=${open}>
    <${Icon} name="more" />
  </button>`;
}

// Whether the browser's own menu is wanted: it knows more about links, pictures and selected text.
function isBrowsers(event) {
  return Boolean(event.target.closest("a, img, video, audio")) || selectedIn(event.currentTarget) !== "";
}

// Room behind a text for the foot, so that the foot does not stand alone on a line: the last word goes there with it.
export function FootRoom({ words, state = false, count = false }) {
  const text = words.filter(Boolean).join(" ").replaceAll(" ", "\u00a0");
  return html`<span class=${state ? "foot-room with-state" : "foot-room"} data-foot=${state && count ? `${text}00` : text} aria-hidden="true"></span>`;
}

// How far a message of one's own has come.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function State({ model, conversation, message, alone }) {
  const { group } = conversation.place;
  const size = group === undefined ? 0 : (model.groups.get(group)?.size ?? 1) - 1;
  const { state, received, read, all } = conversation.stateOf(message, size);
  const some = read ? t("readBy", { count: read, all }) : t("deliveredTo", { count: received, all });
  const text = alone || all < 2 || !received ? t(state) : some;
  const count = !alone && read > 0 && read < all ? read : "";
  return html`<span class="state ${state}" role="img" aria-label=${text} title=${text}>${count}<${Ticks} state=${state} /></span>`;
}

export function Ticks({ state }) {
  const paths = {
    sending: "M8 3.500v4.500l3 1.500M8 14.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13",
    sent: "M3 8.500l3.500 3.500L13.500 4.500",
    delivered: "M1 8.500l3.500 3.500L11.500 4.500M8 11.500l.5.5L15.500 4.500",
    read: "M1 8.500l3.500 3.500L11.500 4.500M8 11.500l.5.5L15.500 4.500",
  };
  return html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d=${paths[state]} /></svg>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Quote({ model, conversation, id, jump }) {
  const found = conversation.messages.find((message) => message.id === id);
  return html`<button type="button" class="quote" onClick=${() => jump(id)}>
    <strong>${found ? (found.from === model.state.user ? t("you") : model.people.author(found)) : t("aMessage")}</strong>
    <span>${found ? model.describe(found).slice(0, 300) : t("showIt")}</span>
  </button>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Reactions({ model, message }) {
  if (message.recalled || !message.reactions?.length) return null;
  return html`<div class="reactions">
    ${message.reactions.map(({ emoji, users }) => {
      const mine = users.includes(model.state.user);
      const names = users.slice(0, 10).map((id) => model.people.name(id)).join(", ");
      return html`<button
        type="button"
        key=${emoji}
        aria-pressed=${mine}
        aria-label=${t("reactionOf", { emoji, names })}
        title=${names}
        onClick=${() => model.react(message, emoji, !mine)}
      >
        ${emoji} <span>${users.length}</span>
      </button>`;
    })}
  </div>`;
}
