// What is being written in a conversation. Its text, and the message that it answers, are kept in the browser: a reload
// in the middle of a sentence loses nothing, and all tabs have the same. They go with the log-out.

const KEPT = "hichat.draft.";
const OWNER = "hichat.owner"; // whose the drafts are: the user's id, and when the account was made
const ANSWERED = ".reply"; // behind the place
const OWN = 1000; // milliseconds after something was written here, in which other tabs change nothing

export class Draft {
  text = "";
  /** @type {Map<number, string>} those who were chosen, by their ids */
  mentions = new Map();
  /** @type {import("./conversation.js").Message | null} */
  replyTo = null;
  /** @type {import("./conversation.js").Message | null} */
  editing = null;
  /** @type {Pick<Draft, "text" | "mentions" | "replyTo"> | null} what waits until the edit is done */
  aside = null;
  wrote = -Infinity; // when something was written here, by the page's clock

  // @param place: under what it is kept.
  constructor(place) {
    this.key = KEPT + place;
    this.#begin({ text: localStorage.getItem(this.key) ?? "", replyTo: answered(localStorage.getItem(this.key + ANSWERED)) });
  }

  // Another tab writes here. What is edited is this tab's alone, and so is what is being typed: of two tabs that write at
  // the same moment neither takes the other's words away.
  heard(key, value) {
    if (performance.now() < this.wrote + OWN) return false;
    const draft = this.aside ?? this;
    if (key === this.key) draft.text = value ?? "";
    else if (key === this.key + ANSWERED) draft.replyTo = answered(value);
    else return false;
    return true;
  }

  /** @param {Partial<Pick<Draft, "text" | "mentions" | "replyTo">>} was */
  #begin({ text = "", mentions = new Map(), replyTo = null }) {
    Object.assign(this, { text, mentions, replyTo, editing: null, aside: null });
  }

  write(text) {
    this.text = text;
    this.wrote = performance.now();
    this.#keep();
  }

  /** @param {import("./conversation.js").Message} message */
  reply(message) {
    if (this.editing) this.cancel();
    this.replyTo = message;
    this.#keep();
  }

  /**
   * Write another text for a message; what was being written waits.
   *
   * @param {import("./conversation.js").Message} message
   */
  edit(message, text = message.text) {
    const { mentions, replyTo } = this;
    this.aside ??= { text: this.text, mentions, replyTo };
    Object.assign(this, { text, mentions: new Map(), replyTo: null, editing: message });
  }

  // Not to that message, or not another text for it.
  cancel() {
    if (this.editing) this.#begin(this.aside ?? {});
    else this.replyTo = null;
    this.#keep();
  }

  // It was said. What waited for an edit comes back.
  done() {
    this.#begin(this.aside ?? {});
    this.#keep();
  }

  #keep() {
    const { text, replyTo } = this.aside ?? this;
    try {
      keep(this.key, text);
      keep(this.key + ANSWERED, replyTo ? JSON.stringify(replyTo) : "");
    } catch {
      // There is no room: it lives as long as the page.
    }
  }
}

function keep(key, value) {
  if (value) localStorage.setItem(key, value);
  else localStorage.removeItem(key);
}

function answered(kept) {
  try {
    return JSON.parse(kept ?? "null");
  } catch {
    return null;
  }
}

// The messages that were to be answered may be others by now.
export function forgetAnswered() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT) && key.endsWith(ANSWERED)) localStorage.removeItem(key);
}

/**
 * @param {number} user who is logged in; 0: nobody
 * @param {number} made when the account was made; 0: nobody knows
 * @returns {boolean} whether drafts of somebody else may be here, who may have had the same id
 */
export function areOfAnother(user, made) {
  const owner = localStorage.getItem(OWNER);
  return user > 0 && made > 0 && owner !== null && owner !== `${user} ${made}`;
}

// From now on the drafts are this user's.
export function ownDrafts(/** @type {number} */ user, /** @type {number} */ made) {
  if (!user || !made) return;
  try {
    localStorage.setItem(OWNER, `${user} ${made}`);
  } catch {
    // There is no room, for drafts neither.
  }
}

export function forgetDrafts() {
  localStorage.removeItem(OWNER);
  for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT)) localStorage.removeItem(key);
}
