// What is being written in a conversation. Its text is kept in the browser: a reload in the middle of a sentence loses
// nothing. It goes with the log-out.

const KEPT = "hichat.draft.";

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

  // @param place: under what it is kept.
  constructor(place) {
    this.key = KEPT + place;
    this.#begin({ text: localStorage.getItem(this.key) ?? "" });
  }

  /** @param {Partial<Pick<Draft, "text" | "mentions" | "replyTo">>} was */
  #begin({ text = "", mentions = new Map(), replyTo = null }) {
    Object.assign(this, { text, mentions, replyTo, editing: null, aside: null });
  }

  write(text) {
    this.text = text;
    this.#keep();
  }

  /** @param {import("./conversation.js").Message} message */
  reply(message) {
    if (this.editing) this.cancel();
    this.replyTo = message;
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
  }

  // It was said. What waited for an edit comes back.
  done() {
    this.#begin(this.aside ?? {});
    this.#keep();
  }

  #keep() {
    const { text } = this.aside ?? this;
    try {
      if (text) localStorage.setItem(this.key, text);
      else localStorage.removeItem(this.key);
    } catch {
      // There is no room: it lives as long as the page.
    }
  }
}

export function forgetDrafts() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT)) localStorage.removeItem(key);
}
