// One's conversations as the server lists them: pinned ones first, then those where something was said last. A tab begins
// with the first of them; more come when somebody scrolls there or looks for one.

const FIRST = 300;

export class Overview {
  /** @type {string | null} what leads to the next page; empty: there is none, null: nothing was asked for yet */
  next = null;
  count = 0;
  /** @type {Promise<void> | null} */
  loading = null;

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.next = null;
    this.count = 0;
    this.loading = null;
  }

  // Whether some of the list is here, or it is known that there is nothing in it.
  get begun() {
    return this.next !== null;
  }

  get complete() {
    return this.next === "";
  }

  // The beginning of the list.
  async begin() {
    this.forget();
    do await this.more();
    while (!this.complete && this.count < FIRST);
  }

  // One page more. Who asks meanwhile waits for the same.
  more() {
    if (this.complete) return Promise.resolve();
    this.loading ??= this.#page().finally(() => (this.loading = null));
    return this.loading;
  }

  async all() {
    while (!this.complete) await this.more();
  }

  // The beginning once more: how much of each is unread now.
  async again() {
    for (const each of await this.model.api.all("/conversations", FIRST)) this.model.show(each);
    this.model.changed();
  }

  async #page() {
    const { model } = this;
    const { user } = model.state;
    const cursor = this.next ? `&cursor=${encodeURIComponent(this.next)}` : "";
    const page = await model.api.get(`/conversations?limit=100${cursor}`);
    if (user !== model.state.user) throw new Error("somebody else is logged in now");
    for (const each of page.items) model.show(each);
    this.count += page.items.length;
    this.next = page.next ?? "";
    model.changed();
  }
}
