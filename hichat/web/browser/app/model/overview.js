// One's conversations as the server lists them: pinned ones first, then those where something was said last. A tab begins
// with the first of them; more come when somebody scrolls there or looks for one.

const FIRST = 300; // the most that the server gives at once
const PAGE = 100; // when somebody scrolls there
const SCREEN = 30;
const ARCHIVED = 1000; // the most of the archive

export class Overview {
  /** @type {string | null} what leads to the next page; empty: there is none, null: nothing was asked for yet */
  next = null;
  begun = false; // whether some of the list is here, or it is known that there is nothing in it
  /** @type {Promise<void> | null} */
  loading = null;
  /** @type {Promise<void> | null} the archive, from when it was asked for */
  archiving = null;

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.next = null;
    this.begun = false;
    this.loading = null;
    this.archiving = null;
  }

  get complete() {
    return this.next === "";
  }

  // The beginning of the list.
  async begin() {
    // A page that is on its way is older than what is to be asked for now.
    while (this.loading) await this.loading.catch(() => {});
    this.next = null;
    await this.more(FIRST);
  }

  // As many as a screen has, soon.
  screenful() {
    return this.more(SCREEN);
  }

  // One page more. Who asks meanwhile waits for the same.
  more(limit = PAGE) {
    if (this.complete) return Promise.resolve();
    this.loading ??= this.#page(limit).finally(() => (this.loading = null));
    return this.loading;
  }

  // All of it, with the archive.
  async all() {
    while (!this.complete) await this.more(FIRST);
    await (this.archiving ?? this.archive());
  }

  // Those in the archive. What happens to them then is heard.
  archive() {
    const asked = this.#archive();
    this.archiving = asked;
    asked.catch(() => (this.archiving = this.archiving === asked ? null : this.archiving));
    return asked;
  }

  async #archive() {
    const { model } = this;
    const { user } = model.state;
    const found = await model.api.all("/conversations?archived=true", ARCHIVED);
    if (user !== model.state.user) return;
    for (const each of found) {
      model.show(each);
      // What was known from before, and is not in the list, seems to be gone.
      model.conversation(each.name).gone = false;
    }
    model.changed();
  }

  // The beginning once more: how much of each is unread now.
  async again() {
    for (const each of (await this.model.api.get(`/conversations?limit=${FIRST}`)).items) this.model.show(each);
    this.model.changed();
  }

  async #page(limit) {
    const { model } = this;
    const { user } = model.state;
    const cursor = this.next ? `&cursor=${encodeURIComponent(this.next)}` : "";
    const page = await model.api.get(`/conversations?limit=${limit}${cursor}`);
    if (user !== model.state.user) throw new Error("somebody else is logged in now");
    for (const each of page.items) model.show(each);
    this.next = page.next ?? "";
    this.begun = true;
    model.changed();
  }
}
