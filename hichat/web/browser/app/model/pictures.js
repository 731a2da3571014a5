// The files of messages, and the pictures of a conversation one after the other.

const MOST_PAGES = 10; // that are asked for at once, until another picture is found

/**
 * @typedef {object} Attached a file of a message
 * @property {string} media
 * @property {string} url
 * @property {string} [name]
 * @property {number} [seconds]
 */

/**
 * A message's files in their order: the first stands in the message itself.
 *
 * @param {any} message
 * @returns {Attached[]}
 */
export function filesOf(message) {
  if (message.recalled || !message.url) return [];
  const { media, url, name, seconds } = message;
  return [{ media, url, name, seconds }, ...(message.moreFiles ?? [])];
}

/**
 * @typedef {object} Picture
 * @property {string} key
 * @property {string} url
 * @property {import("./conversation.js").Message} message
 */

export class Pictures {
  /** @type {Picture} the one that is shown */
  shown;
  loading = false;

  /**
   * @param {import("./model.js").Model} model
   * @param {import("./conversation.js").Conversation} conversation
   * @param {import("./conversation.js").Message} message
   * @param {string} url
   */
  constructor(model, conversation, message, url) {
    this.model = model;
    this.conversation = conversation;
    this.shown = pictureOf(message, url);
  }

  /** @returns {Picture[]} all that are loaded, those of one message in their order */
  get all() {
    const found = this.conversation.messages.flatMap((message) =>
      filesOf(message).flatMap(({ media, url }) => (media === "picture" && this.model.media.isOwn(url) ? [pictureOf(message, url)] : [])),
    );
    return this.#at(found) < 0 ? [this.shown] : found;
  }

  // The place of the one that is shown. A message that was on its way has another key when it has come.
  #at(/** @type {Picture[]} */ all) {
    const at = all.findIndex(({ key }) => key === this.shown.key);
    return at < 0 ? all.findLastIndex(({ url }) => url === this.shown.url) : at;
  }

  /** Whether there is one before the shown one (-1), or behind it (1); or there may be. */
  has(/** @type {-1 | 1} */ step) {
    const { all } = this;
    const at = this.#at(all) + step;
    if (at >= 0 && at < all.length) return true;
    const { conversation } = this;
    const among = conversation.messages.some(({ id }) => id === all[at - step].message.id);
    return among && (step < 0 ? conversation.older : conversation.newer);
  }

  // Show the one before or behind; more messages are asked for if it is not here. @return whether there was one.
  async turn(/** @type {-1 | 1} */ step) {
    if (this.loading) return false;
    const { conversation, model } = this;
    for (let pages = 0; ; pages++) {
      const { all } = this;
      const found = all[this.#at(all) + step];
      if (found) {
        this.shown = found;
        return true;
      }
      if (!this.has(step) || pages === MOST_PAGES) return false;
      this.loading = true;
      const load = () => (step < 0 ? conversation.loadOlder(model.api) : conversation.loadNewer(model.api));
      const come = await load().finally(() => (this.loading = false));
      if (!come) return false;
    }
  }
}

const pictureOf = (message, url) => ({ key: `${message.id ?? message.key} ${url}`, url, message });
