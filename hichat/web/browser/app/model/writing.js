// What a key or a button for formatting does to a text: it puts signs of Markdown around what is selected, or takes them
// away.

/** @typedef {{ at: number, end: number, text: string, from: number, to: number }} Change
 * from at to end there is that text now; from and to: what is selected then */

export const INLINE = { bold: "**", italic: "*", strike: "~~", code: "`" };
export const LINES = { quote: "> ", list: "- " };
const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/i;

/**
 * @param {string} text
 * @param {number} from where the selection begins
 * @param {number} to where it ends
 * @param {string} act bold, italic, strike, code, quote, list, link
 * @returns {Change}
 */
export function changed(text, from, to, act) {
  if (act === "link") return linked(text, from, to);
  if (act in LINES) return lines(text, from, to, LINES[act]);
  const selected = text.slice(from, to);
  if (act === "code" && selected.includes("\n")) return block(text, from, to);
  // Signs stand beside a word, not beside a blank.
  const at = from + (selected.trim() ? selected.search(/\S/) : 0);
  const end = selected.trim() ? from + selected.trimEnd().length : to;
  return at === end ? empty(text, at, INLINE[act]) : around(text, at, end, INLINE[act]);
}

// Whether signs stand on both sides of a part: of one "*" and two, each has its own.
function isAround(text, at, end, sign) {
  const before = text.slice(0, at);
  const after = text.slice(end);
  if (!before.endsWith(sign) || !after.startsWith(sign)) return false;
  if (sign !== "*") return true;
  const many = (/** @type {string} */ run) => /^\**/.exec(run)?.[0].length ?? 0;
  return many(after) % 2 === 1 && many([...before].reverse().join("")) % 2 === 1;
}

function empty(text, at, sign) {
  const { length } = sign;
  if (isAround(text, at, at, sign)) return { at: at - length, end: at + length, text: "", from: at - length, to: at - length };
  // What was begun ends here: what is typed next stands behind it.
  if (text.startsWith(sign, at) && text.slice(text.lastIndexOf("\n", at - 1) + 1, at).includes(sign)) {
    return { at, end: at, text: "", from: at + length, to: at + length };
  }
  return { at, end: at, text: sign + sign, from: at + length, to: at + length };
}

function around(text, at, end, sign) {
  const { length } = sign;
  const inner = text.slice(at, end);
  if (isAround(text, at, end, sign)) {
    return { at: at - length, end: end + length, text: inner, from: at - length, to: end - length };
  }
  if (inner.length > 2 * length && isAround(text, at + length, end - length, sign)) {
    return { at, end, text: inner.slice(length, -length), from: at, to: end - 2 * length };
  }
  // No sign reaches over an empty line.
  const pieces = inner.split(/(\n\s*\n)/).map((piece) => (piece.trim() ? sign + piece + sign : piece));
  const made = pieces.join("");
  return pieces.length > 1
    ? { at, end, text: made, from: at, to: at + made.length }
    : { at, end, text: made, from: at + length, to: end + length };
}

function block(text, from, to) {
  const before = from > 0 && text[from - 1] !== "\n" ? "\n" : "";
  const after = to < text.length && text[to] !== "\n" ? "\n" : "";
  const inner = text.slice(from, to).replace(/^\n|\n$/g, "");
  const at = from + before.length + 4;
  return { at: from, end: to, text: `${before}\`\`\`\n${inner}\n\`\`\`${after}`, from: at, to: at + inner.length };
}

function lines(text, from, to, mark) {
  const at = text.lastIndexOf("\n", from - 1) + 1;
  const behind = text.indexOf("\n", to);
  const end = behind < 0 ? text.length : behind;
  const all = text.slice(at, end).split("\n");
  const marked = all.every((line) => line.startsWith(mark));
  const made = all.map((line) => (marked ? line.slice(mark.length) : mark + line)).join("\n");
  return { at, end, text: made, from: from === to ? at + made.length : at, to: at + made.length };
}

function linked(text, from, to) {
  const selected = text.slice(from, to);
  const isAddress = ADDRESS.test(selected.trim());
  const made = isAddress ? `[](${selected.trim()})` : `[${selected}]()`;
  const caret = isAddress || !selected ? from + 1 : from + selected.length + 3;
  return { at: from, end: to, text: made, from: caret, to: caret };
}
