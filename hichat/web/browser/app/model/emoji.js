// An emoji is the same with and without its variation selectors; the server tells it with them.
export const bare = (/** @type {string} */ emoji) => emoji.replaceAll("\ufe0f", "");

export const sameEmoji = (/** @type {string} */ one, /** @type {string} */ other) => bare(one) === bare(other);
