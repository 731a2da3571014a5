// An emoji is the same with and without its variation selectors; the server tells it with them.
const bare = (emoji) => emoji.replaceAll("\ufe0f", "");

export const sameEmoji = (one, other) => bare(one) === bare(other);
