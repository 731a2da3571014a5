// What is being written in a conversation. Its text is kept in the browser: a reload in the middle of a sentence loses
// nothing. It goes with the log-out.

const KEPT = "hichat.draft.";

export class Draft {
  // @param place: under what it is kept.
  constructor(place) {
    this.key = KEPT + place;
    this.#begin({ text: localStorage.getItem(this.key) ?? "" });
  }

  #begin({ text = "", mentions = new Map(), replyTo = null }) {
    Object.assign(this, { text, mentions, replyTo, editing: null, aside: null });
  }

  write(text) {
    this.text = text;
    this.#keep();
  }

  reply(message) {
    if (this.editing) this.cancel();
    this.replyTo = message;
  }

  // Write another text for a message; what was being written waits.
  edit(message, text = message.text) {
    const { mentions, replyTo } = this;
    this.aside ??= { text: this.text, mentions, replyTo };
    Object.assign(this, { text, mentions: new Map(), replyTo: null, editing: message });
  }

  // Not to that message, or not another text for it.
  cancel() {
    if (this.editing) this.#begin(this.aside);
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
