// Notifications of the browser: one for each conversation, with what was said last and how much is new there. Who looks
// at the page is not notified; a message elsewhere than in the conversation that is in view sounds.
import { chime } from "./sound.js";
import { t } from "../words/words.js";

const TOGETHER = 400; // milliseconds within which what is said is one notification
const STALE = 180_000; // milliseconds before the connection came back from which on nobody is called any more

const KEPT = "hichat.notices";
const SOUND = "hichat.notices.sound";
const TEXT = "hichat.notices.text";
const BADGE = "hichat.notices.badge";

export const noticesPossible = () => "Notification" in self;
// Whether nobody has been asked yet: then it may be offered.
export const noticesOpen = () => noticesPossible() && Notification.permission === "default";
export const noticesOn = () => noticesPossible() && Notification.permission === "granted" && localStorage.getItem(KEPT) !== "off";
// Who has said nothing about sounds has them with the notifications.
export const soundsOn = () => (localStorage.getItem(SOUND) ?? (noticesOn() ? "on" : "off")) === "on";
export const textsShown = () => localStorage.getItem(TEXT) !== "off";

// Whether the title and the sign of an installed app say how much is unread.
export const badgeOn = () => localStorage.getItem(BADGE) !== "off";

// Turn them on or off. A browser asks only after a click. @return whether it is so now.
export async function turnNotices(on) {
  if (on && (await Notification.requestPermission()) !== "granted") return false;
  localStorage.setItem(KEPT, on ? "on" : "off");
  return true;
}

export function turnSounds(on) {
  localStorage.setItem(SOUND, on ? "on" : "off");
  if (on) chime();
}

export const showTexts = (on) => localStorage.setItem(TEXT, on ? "on" : "off");
export const turnBadge = (on) => localStorage.setItem(BADGE, on ? "on" : "off");

export class Notices {
  back = 0; // when the connection came back, by the server's clock
  /** @type {Map<string, number>} conversation -> how much was said since somebody looked */
  counts = new Map();
  /** @type {Map<string, import("./conversation.js").Message>} conversation -> what was said there last */
  waiting = new Map();
  /** @type {Map<string, Notification>} those that are shown, by conversation */
  shown = new Map();

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.back = 0;
    this.counts = new Map();
    this.waiting = new Map();
    for (const notice of this.shown.values()) notice.close?.();
    this.shown = new Map();
  }

  // Of the tabs that share a hub one calls: the first that has the lock, until it goes.
  begin() {
    this.calls = !this.model.link.shared || !navigator.locks;
    if (this.calls) return;
    navigator.locks.request("hichat-notices", () => {
      this.calls = true;
      return new Promise(() => {});
    });
  }

  connected(time) {
    this.back = time;
  }

  looked() {
    this.counts.clear();
    this.waiting.clear();
  }

  // A conversation was read, here or on another device.
  read({ name, unread }) {
    if (unread) return;
    this.counts.delete(name);
    this.waiting.delete(name);
    this.shown.get(name)?.close?.();
    this.shown.delete(name);
  }

  heard(message, name) {
    const { visible, viewed } = this.model.state;
    if (viewed.includes(name) || message.time < this.back - STALE || !this.model.conversation(name).calls(message)) return;
    if (!visible) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    if (!this.waiting.size) setTimeout(() => this.#call(), TOGETHER);
    this.waiting.set(name, message);
  }

  #call() {
    const waiting = [...this.waiting];
    this.waiting.clear();
    if (!this.calls) return;
    const due = waiting.filter(([name]) => !this.model.conversation(name).muted);
    if (!due.length) return;
    // Where ours may not sound the system's does.
    const silent = !soundsOn() || chime();
    if (this.model.state.visible || !noticesOn()) return;
    for (const [name, message] of due) this.#notify(this.model.conversation(name), message, silent);
  }

  #notify(conversation, message, silent) {
    const { name } = conversation;
    const who = this.model.people.author(message);
    const place = this.model.titleOf(conversation);
    const count = this.counts.get(name) ?? 0;
    const title = (who === place ? who : `${who} · ${place}`) + (count > 1 ? ` (${count})` : "");
    const body = textsShown() ? this.model.describe(message) : t("newMessage");
    const notice = notify(name, title, body, silent);
    if (notice) this.shown.set(name, notice);
  }
}

function notify(name, title, body, silent) {
  const options = { body: body.slice(0, 200), tag: `hichat-${name}`, renotify: true, silent };
  try {
    const notice = new Notification(title, options);
    notice.onclick = () => {
      focus();
      location.hash = `#/chats/${name}`;
      notice.close();
    };
    return notice;
  } catch {
    // Chrome on Android has them for service workers only: a click comes to service/worker.js.
    navigator.serviceWorker
      ?.getRegistration()
      .then((registration) => registration?.showNotification(title, { ...options, data: name }))
      .catch(() => {});
    return null;
  }
}
