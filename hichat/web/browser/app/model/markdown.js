// What the signs of Markdown in a text say: markdown-it reads them, and this makes a small tree of its tokens. It is not in
// the page's script: model/formatting.js asks for it when a text has signs.
//
// It is CommonMark but for what people type anyhow (signs.js), and for what a chat is: line breaks are kept, a quote and a
// list end with their lines, and there are neither HTML nor pictures nor tables. Whatever the text is, all of it is in the
// tree, and the tree is neither deep nor large.
import MarkdownIt from "markdown-it";
import { ARM, ESCAPED, HEADING, LANGUAGE, flanks, ticksAtEnd } from "./signs.js";

const DEEPEST = 6; // quotes and lists in each other that are shown as such
const NESTING = 100; // levels that are read; what is deeper is shown as it is
const LARGEST = 3000; // elements of a tree
// A year at the beginning of a line is no number of an item.
const ITEM = /^(?:[-*]|\d{1,3}[.)])[ \t]+\S/;
const OPENING = /^(`{3,})[ \t]*([^`]*)$/;
const SIGN = /[\\¯`~*_[\]]/g;

/**
 * @typedef {object} Node
 * @property {string} type paragraph, heading, quote, list, item, block, code, strong, em, s, link
 * @property {(Node | string)[]} children
 * @property {string} [text] of code
 * @property {string} [language]
 * @property {string} [address]
 * @property {boolean} [parenthesis] whether a list's numbers have ")" behind them
 * @property {number} [start] a number before an item; of a list, its first
 */

/** @typedef {(text: string) => { at: number, end: number }[]} Spans what has no signs in it, in order, such as addresses */

/** @type {Record<string, string>} */
const TYPES = {
  paragraph_open: "paragraph",
  heading_open: "heading",
  blockquote_open: "quote",
  bullet_list_open: "list",
  ordered_list_open: "list",
  list_item_open: "item",
  strong_open: "strong",
  em_open: "em",
  s_open: "s",
  link_open: "link",
};
const BLOCKS = new Set(["quote", "list"]);
const ONCE = new Set(["strong", "em", "s", "link"]); // one in itself looks as one

/**
 * @param {(address: string) => boolean} allows whether a link may lead there
 * @returns {(text: string, spans: Spans) => Node[] | null} null: it is too much to be shown otherwise than as it is
 */
export function makeParser(allows) {
  const reader = new MarkdownIt("zero", { maxNesting: NESTING });
  reader.enable(["blockquote", "fence", "heading", "list", "backticks", "emphasis", "escape", "link", "strikethrough"]);
  reader.normalizeLink = (address) => address;
  reader.validateLink = allows;
  readBlocks(reader.block.ruler);
  reader.inline.ruler.at("text", words);
  reader.inline.ruler.at("escape", escape);
  reader.inline.State = class extends reader.inline.State {
    scanDelims(/** @type {number} */ at) {
      let end = at;
      while (end < this.posMax && this.src[end] === this.src[at]) end++;
      const { opens, closes } = flanks(this.src, at, end, this.posMax);
      return { can_open: opens, can_close: closes, length: end - at };
    }
  };
  return (text, spans) => {
    const tokens = reader.parse(text, { spans });
    return tokens.some(({ level }) => level >= NESTING - 1) ? null : tree(tokens);
  };
}

// Blocks

/** @param {any} ruler */
function readBlocks(ruler) {
  const list = theirs("list");
  const items = (state, start, end, silent) => ITEM.test(lineAt(state, start)) && list(state, start, end, silent);
  const inside = ["paragraph", "blockquote", "list"];
  ruler.at("fence", fence, { alt: inside });
  ruler.at("blockquote", quote, { alt: inside });
  ruler.at("list", items, { alt: ["paragraph", "blockquote"] });
  ruler.at("heading", heading, { alt: inside });
  ruler.at("paragraph", paragraph);
}

// One of markdown-it's own rules.
function theirs(/** @type {string} */ name) {
  const { ruler } = new MarkdownIt("zero").block;
  ruler.enableOnly([name]);
  return ruler.getRules("")[0];
}

const lineAt = (state, line) => state.src.slice(state.bMarks[line] + state.tShift[line], state.eMarks[line]);

// Code from ``` to ```: what stands behind the first is the language, or a line of the code.
function fence(state, start, end, silent) {
  const opening = OPENING.exec(lineAt(state, start));
  if (!opening) return false;
  const isNamed = LANGUAGE.test(opening[2]);
  state.env.lastTicks ??= lastTicks(state);
  if (!isNamed && start >= state.env.lastTicks) return false;
  if (silent) return true;
  const code = isNamed ? "" : `${opening[2]}\n`;
  let next = start + 1;
  let rest = "";
  for (; next < end; next++) {
    if (!state.isEmpty(next) && state.sCount[next] < state.blkIndent) break;
    const line = state.src.slice(state.bMarks[next], state.eMarks[next]);
    const ticks = ticksAtEnd(line);
    if (ticks < opening[1].length) continue;
    rest = line.trimEnd().slice(0, -ticks);
    break;
  }
  const token = state.push("fence", "code", 0);
  token.info = isNamed ? opening[2].trim() : "";
  token.content = code + state.getLines(start + 1, next, state.sCount[start], true) + (rest.trim() ? rest : "");
  state.line = Math.min(next + 1, end);
  if (next < end && !state.isEmpty(next) && state.sCount[next] < state.blkIndent) state.line = next;
  return true;
}

function lastTicks(state) {
  let line = state.lineMax - 1;
  while (line >= 0 && ticksAtEnd(state.src.slice(state.bMarks[line], state.eMarks[line])) < 3) line--;
  return line;
}

const isQuoted = (state, line) => /^>(?=[ \t]|$)/.test(lineAt(state, line));

// Lines that begin with ">": the first that does not is not of the quote any more.
function quote(state, start, end, silent) {
  if (!isQuoted(state, start)) return false;
  if (silent) return true;
  const { bMarks, tShift, sCount, bsCount, blkIndent, lineMax, parentType } = state;
  const before = [];
  let next = start;
  for (; next < end && sCount[next] >= blkIndent && isQuoted(state, next); next++) {
    before.push([bMarks[next], tShift[next], sCount[next], bsCount[next]]);
    const at = bMarks[next] + tShift[next] + 1;
    bMarks[next] = at + (at < state.eMarks[next] ? 1 : 0);
    tShift[next] = sCount[next] = /^[ \t]*/.exec(state.src.slice(bMarks[next], state.eMarks[next]))?.[0].length ?? 0;
    bsCount[next] = 0;
  }
  state.push("blockquote_open", "blockquote", 1);
  Object.assign(state, { blkIndent: 0, lineMax: next, parentType: "blockquote" });
  state.md.block.tokenize(state, start, next);
  Object.assign(state, { blkIndent, lineMax, parentType, line: next });
  state.push("blockquote_close", "blockquote", -1);
  before.forEach((marks, at) => ([bMarks[start + at], tShift[start + at], sCount[start + at], bsCount[start + at]] = marks));
  return true;
}

function heading(state, start, _end, silent) {
  const line = lineAt(state, start);
  const marks = HEADING.exec(line);
  if (!marks) return false;
  if (silent) return true;
  state.line = start + 1;
  state.push("heading_open", "h1", 1);
  write(state, line.slice(marks[0].length));
  state.push("heading_close", "h1", -1);
  return true;
}

// Up to an empty line, or to one that is not of the list any more in which the first one is.
function paragraph(state, start, end) {
  const others = state.md.block.ruler.getRules("paragraph");
  const { parentType } = state;
  state.parentType = "paragraph";
  let next = start + 1;
  const goesOn = () => !state.isEmpty(next) && state.sCount[next] >= state.blkIndent && !others.some((rule) => rule(state, next, end, true));
  while (next < end && goesOn()) next++;
  Object.assign(state, { parentType, line: next });
  state.push("paragraph_open", "p", 1);
  write(state, state.getLines(start, next, state.blkIndent, false));
  state.push("paragraph_close", "p", -1);
  return true;
}

function write(state, text) {
  const token = state.push("inline", "", 0);
  token.content = text.trim();
  token.children = [];
}

// In a line

function words(state, silent) {
  const { pos, src } = state;
  state.spans ??= state.env.spans(src);
  const span = state.spans[after(state.spans, pos)];
  let end = state.posMax;
  if (span?.at === pos) end = Math.min(end, span.end);
  else {
    SIGN.lastIndex = pos;
    end = Math.min(end, SIGN.exec(src)?.index ?? end, span && span.at > pos ? span.at : end);
  }
  if (end <= pos) return false;
  if (!silent) state.pending += src.slice(pos, end);
  state.pos = end;
  return true;
}

// The place of the first span that ends behind a place in the text.
function after(spans, at) {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].end > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

function escape(state, silent) {
  const { pos, src } = state;
  const isArm = src.startsWith(ARM, pos);
  if (!isArm && !(src[pos] === "\\" && pos + 1 < state.posMax && ESCAPED.includes(src[pos + 1]))) return false;
  if (!silent) state.pending += isArm ? ARM : src[pos + 1];
  state.pos += isArm ? ARM.length : 2;
  return true;
}

// Tokens

/** @returns {Node[] | null} */
function tree(tokens) {
  /** @type {Node} */
  const root = { type: "root", children: [] };
  const open = [root];
  /** @type {string[]} */
  const kinds = []; // of those that are open
  /** @type {Map<string, number>} */
  const begun = new Map(); // how many of a kind are open
  let count = 0;
  const add = (/** @type {Node | string} */ child) => {
    count++;
    open[open.length - 1].children.push(child);
  };
  const walk = (/** @type {any[]} */ some) => {
    for (const token of some) {
      if (token.type === "inline") walk(token.children);
      else if (token.type === "text" && token.content) add(token.content);
      else if (token.type === "code_inline") add({ type: "code", text: token.content, children: [] });
      else if (token.type === "fence") add({ type: "block", text: token.content.replace(/\n$/, ""), language: token.info, children: [] });
      else if (token.nesting > 0) begin(token);
      else if (token.nesting < 0) end();
    }
  };
  const begin = (token) => {
    const node = nodeOf(token);
    const kind = BLOCKS.has(node.type) ? "block" : node.type;
    const same = begun.get(kind) ?? 0;
    const most = ONCE.has(kind) ? 1 : kind === "block" ? DEEPEST : Infinity;
    // What would look the same is not made again: what is in it stands in the one that is there.
    if (same < most) add(node);
    begun.set(kind, same + 1);
    kinds.push(kind);
    open.push(same < most ? node : open[open.length - 1]);
  };
  const end = () => {
    const kind = kinds.pop() ?? "";
    begun.set(kind, (begun.get(kind) ?? 0) - 1);
    open.pop();
  };
  walk(tokens);
  return count > LARGEST ? null : /** @type {Node[]} */ (root.children);
}

/** @returns {Node} */
function nodeOf(token) {
  /** @type {Node} */
  const node = { type: TYPES[token.type], children: [] };
  if (token.type === "link_open") node.address = token.attrGet("href");
  if (token.type === "ordered_list_open") {
    node.start = Number(token.attrGet("start") ?? 1);
    node.parenthesis = token.markup === ")";
  }
  if (token.type === "list_item_open" && token.info) node.start = Number(token.info);
  return node;
}
