// Notifications of the browser: one for each conversation, with what was said last and how much is new there.

const TOGETHER = 400; // milliseconds within which what is said is one notification
const STALE = 180_000; // milliseconds before the connection came back from which on nobody is called any more

export const noticesPossible = () => "Notification" in self;
// Whether nobody has been asked yet: then it may be offered.
export const noticesOpen = () => noticesPossible() && Notification.permission === "default";
export const noticesAllowed = () => noticesPossible() && Notification.permission === "granted";

export class Notices {
  back = 0; // when the connection came back, by the server's clock
  /** @type {Map<string, number>} conversation -> how much was said since somebody looked */
  counts = new Map();
  /** @type {Map<string, import("./conversation.js").Message>} conversation -> what was said there last */
  waiting = new Map();

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.back = 0;
    this.counts = new Map();
    this.waiting = new Map();
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

  heard(message, name) {
    if (this.model.state.visible || message.time < this.back - STALE) return;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    if (!this.waiting.size) setTimeout(() => this.#call(), TOGETHER);
    this.waiting.set(name, message);
  }

  #call() {
    const waiting = [...this.waiting];
    this.waiting.clear();
    if (!this.calls) return;
    for (const [name, message] of waiting) {
      const conversation = this.model.conversation(name);
      if (conversation.muted) continue;
      const who = this.model.people.name(message.from);
      const place = this.model.titleOf(conversation);
      const count = this.counts.get(name) ?? 0;
      const title = (who === place ? who : `${who} · ${place}`) + (count > 1 ? ` (${count})` : "");
      notify(name, title, this.model.describe(message));
    }
  }
}

function notify(name, title, body) {
  if (!noticesAllowed() || localStorage.getItem("hichat.notices") === "off") return;
  try {
    const options = { body: body.slice(0, 200), tag: `hichat-${name}`, renotify: true };
    const notice = new Notification(title, options);
    notice.onclick = () => {
      focus();
      location.hash = `#/chats/${name}`;
      notice.close();
    };
  } catch {
    // Chrome on Android has them for service workers only.
  }
}
