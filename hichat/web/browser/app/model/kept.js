// What is pinned in conversations, and what one has saved for oneself. Both are asked for when they are first wanted,
// and kept up by what happens.

export class Kept {
  /** @type {Set<number> | null} the ids of the saved messages; null: they were not asked for yet */
  saved = null;
  /** @type {Promise<void> | null} */
  asking = null;
  version = 0; // of the list of saved messages

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.saved = null;
    this.asking = null;
    this.version++;
  }

  // Pins

  /** @param {import("./conversation.js").Conversation} conversation */
  async loadPins(conversation) {
    const turn = (conversation.pinsTurn = {});
    const { items } = await this.model.api.get(`/conversations/${conversation.name}/pins`);
    if (turn !== conversation.pinsTurn) return;
    conversation.pins = items;
    this.model.changed();
  }

  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {number} id
   * @param {boolean} on
   */
  pin(conversation, id, on) {
    const { api } = this.model;
    const path = `/conversations/${conversation.name}/pins/${id}`;
    return this.model.attempt(async () => {
      await (on ? api.put(path) : api.delete(path));
      await this.loadPins(conversation);
    });
  }

  // Saved messages

  // Which messages are saved, for menus that offer to save one or to remove it. Who asks meanwhile waits for the same.
  know() {
    this.asking ??= this.#ask().catch(() => {
      this.asking = null;
    });
    return this.asking;
  }

  async #ask() {
    const items = await this.model.api.all("/saved", Infinity);
    this.saved = new Set(items.map(({ message }) => message.id));
    this.model.changed();
  }

  isSaved(id) {
    return this.saved?.has(id) ?? false;
  }

  /**
   * @param {number} id
   * @param {boolean} on
   * @param {string} done what is said then
   */
  save(id, on, done) {
    const { api } = this.model;
    return this.model.attempt(async () => {
      await (on ? api.put(`/saved/${id}`) : api.delete(`/saved/${id}`));
      this.#savedIs(id, on);
    }, done);
  }

  #savedIs(id, on) {
    if (on) this.saved?.add(id);
    else this.saved?.delete(id);
    this.version++;
  }

  // Messages are gone: who looks at the saved ones asks again.
  erased() {
    this.saved = null;
    this.asking = null;
    this.version++;
  }

  // Something happened. @return whether that was all about it.
  /** @param {any} event */
  heard({ kind, message }, conversation) {
    if (kind === "saved") this.#savedIs(message, true);
    else if (kind === "unsaved") this.#savedIs(message, false);
    else if (kind === "unpinned") conversation().unpinned(message);
    else if (kind === "pinned") {
      if (conversation().pins) this.loadPins(conversation()).catch(() => {});
      return false;
    } else return false;
    return true;
  }
}
