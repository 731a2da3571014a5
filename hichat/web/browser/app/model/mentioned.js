// The messages that name the reader, over all groups, the newest first: as a list, and so that rows of the list of
// conversations have their @ after a reload.

const PAGE = 30;
const FIRST = 100;
const PAUSE = 1000; // milliseconds after what a tab begins with

export class Mentions {
  /** @type {any[]} as the server finds them: {message, conversation, snippet} */
  items = [];
  /** @type {string | null} as in Overview */
  next = null;
  /** @type {Promise<void> | null} */
  loading = null;

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.items = [];
    this.next = null;
    this.loading = null;
  }

  get complete() {
    return this.next === "";
  }

  // What names the reader and is unread, in groups that have something unread.
  begin() {
    setTimeout(() => {
      const { user } = this.model.state;
      const some = [...this.model.conversations.values()].some((each) => each.place.group !== undefined && each.unread);
      if (!some || !this.model.ready) return;
      this.#ask(FIRST).then(({ items }) => user === this.model.state.user && this.#tell(items)).catch(() => {});
    }, PAUSE);
  }

  // From the newest on.
  again() {
    this.items = [];
    this.next = null;
  }

  // Somebody was named just now.
  heard(message, conversation) {
    if (this.next === null || this.items.some((each) => each.message.id === message.id)) return;
    this.items = [{ message, conversation, snippet: [] }, ...this.items];
  }

  more() {
    if (this.complete) return Promise.resolve();
    this.loading ??= this.#page().finally(() => (this.loading = null));
    return this.loading;
  }

  async #page() {
    const cursor = this.next;
    const page = await this.#ask(PAGE, cursor ?? "");
    if (cursor !== this.next) return;
    this.items = [...this.items, ...page.items];
    this.next = page.next ?? "";
    this.#tell(page.items);
    this.model.changed();
  }

  #ask(limit, cursor = "") {
    return this.model.api.get(`/mentions?limit=${limit}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
  }

  #tell(items) {
    /** @type {Map<string, any[]>} */
    const of = new Map();
    for (const { conversation, message } of items) of.set(conversation, [...(of.get(conversation) ?? []), message]);
    for (const [name, messages] of of) {
      const conversation = this.model.conversations.get(name);
      if (conversation?.known && conversation.learnMentions(messages)) this.model.changed();
    }
  }
}
