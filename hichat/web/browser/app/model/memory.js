// Writes down what a tab knows, now and then, and tells a tab that begins without a network what was known last.
import { Known } from "../hub/known.js";

const PAUSE = 2000; // milliseconds between a change and when it is written down
const CONVERSATIONS = 100; // of the list
const CHATS = 30; // conversations whose messages are kept
const MESSAGES = 50; // of each
const PEOPLE = 500;

const CHAT = "chat ";

export class Memory {
  /** @type {any} the timer of the next writing */
  waiting = 0;
  /** @type {Map<string, string>} what was written last, by key */
  written = new Map();
  /** @type {Map<string, object[]>} by conversation, the messages that were written last; the newest at the end */
  chats = new Map();
  recalled = false; // whether what is shown is what was known last

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.known = new Known();
  }

  forget() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    this.written = new Map();
    this.chats = new Map();
    this.recalled = false;
  }

  // What is kept of conversations from before counts, too.
  async begin() {
    const { user } = this.model.state;
    const keys = await this.known.keys();
    if (user !== this.model.state.user) return;
    const chats = keys.filter((key) => key.startsWith(CHAT)).map((key) => /** @type {[string, any]} */ ([key.slice(CHAT.length), []]));
    this.chats = new Map([...chats, ...this.chats]);
  }

  // Something has changed.
  changed() {
    if (this.waiting || !this.model.ready || this.model.leaving) return;
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      // When nothing else is to be done, where browsers know how.
      (self.requestIdleCallback ?? setTimeout)(() => this.#write());
    }, PAUSE);
  }

  // What is too old by now is not kept here either.
  forgetOld() {
    const { model } = this;
    const some = [...model.conversations.values()].filter((each) => each.forget(model.now()));
    if (some.length) model.changed();
  }

  // Show what was known last, unless something has come meanwhile.
  async recall() {
    const { model } = this;
    const { user } = model.state;
    const kept = await this.known.all(user);
    const list = kept.get("list");
    if (!list || user !== model.state.user || model.overview.begun) return;
    this.recalled = true;
    model.me ??= kept.get("me") ?? null;
    model.people.recall(kept.get("people") ?? [], kept.get("remarks") ?? []);
    model.media.recall(kept.get("files") ?? []);
    model.lists.recall(kept.get("lists") ?? []);
    model.groups.recall(kept.get("groups") ?? []);
    for (const shown of list) {
      model.show(shown);
      model.conversation(shown.name).recalled = true;
    }
    for (const [key, chat] of kept) {
      if (key.startsWith(CHAT)) model.conversation(key.slice(CHAT.length)).remember(chat);
    }
    this.forgetOld();
    model.overview.begun = true;
    model.changed();
  }

  // The server has said what there is: of what was known, the rest is gone.
  confirm() {
    this.recalled = false;
    for (const conversation of this.model.conversations.values()) {
      if (conversation.recalled && this.model.overview.complete) conversation.gone = true;
      conversation.confirm();
    }
  }

  // What is kept of a conversation is not to be shown any more; what there is now is written down again.
  drop(/** @type {string} */ name) {
    this.chats.delete(name);
    this.written.delete(CHAT + name);
    const { user, epoch } = this.model.state;
    this.known.keep(user, new Map([[CHAT + name, undefined]]), epoch);
  }

  #write() {
    const { model } = this;
    const { user } = model.state;
    if (!model.ready || model.leaving || model.state.phase !== "in") return;
    /** @type {Map<string, any>} */
    const values = new Map();
    const listed = model.listed.slice(0, CONVERSATIONS);
    this.#take(values, "me", model.me);
    this.#take(values, "list", listed.map((each) => each.shown(model.titleOf(each), model.pictureOf(each))));
    this.#take(values, "people", [...model.people.known.values()].filter(Boolean).slice(-PEOPLE));
    this.#take(values, "remarks", [...model.people.remarks]);
    this.#take(values, "lists", model.lists.kept());
    this.#take(values, "files", model.media.kept());
    this.#take(values, "groups", [...model.groups.known.values()].filter(Boolean));
    for (const conversation of model.conversations.values()) this.#takeChat(values, conversation);
    if (values.size) this.known.keep(user, values, model.state.epoch);
  }

  #take(values, key, value) {
    const text = JSON.stringify(value);
    if (this.written.get(key) === text) return;
    this.written.set(key, text);
    values.set(key, JSON.parse(text));
  }

  // The end of what was said, if it is loaded.
  #takeChat(values, conversation) {
    const { name, messages, loaded, newer, stale, gone } = conversation;
    if (gone && this.chats.delete(name)) values.set(CHAT + name, undefined);
    if (gone || !loaded || newer || stale || this.chats.get(name) === messages) return;
    this.chats.delete(name);
    this.chats.set(name, messages);
    values.set(CHAT + name, JSON.parse(JSON.stringify(conversation.kept(MESSAGES))));
    const [oldest] = this.chats.keys();
    if (this.chats.size <= CHATS) return;
    this.chats.delete(oldest);
    values.set(CHAT + oldest, undefined);
  }
}
