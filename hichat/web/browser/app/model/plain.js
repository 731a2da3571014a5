// The text of a message in Markdown without its signs: for the list of chats, quotes and notifications. It is
// hichat/core/markdown.py again, but for links, of which only the text is left.
import { ARM, HEADING, LANGUAGE, flanks, maySign, ticksAtEnd } from "./signs.js";

const BLOCK = /^(?:\s*>(?=\s|$))*\s*(?:[-*]\s+|\d{1,3}[.)]\s+)?/;
const OPENING = /^(`{3,})[ \t]*([^`]*)$/;
const ADDRESS = String.raw`(?<![A-Za-z0-9_])(?:https?:\/\/|www\.)[^\s<>"${"`"}]+`;
const LINK = String.raw`\[((?:[^\[\]\\]|\\.)+)\]\((?:https?:\/\/|mailto:)[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*(?:\s+"[^"]*")?\)`;
const TOKEN = new RegExp(String.raw`\\[*_~${"`"}\[\]>#-]|¯\\_|${"`"}+|${ADDRESS}|${LINK}|\*+|~+|_+`, "gisu");

/**
 * @param {{ text?: string, format?: string }} message
 * @param {number} [most] characters that are wanted, about
 */
export function textOf({ text = "", format }, most = Infinity) {
  return format === "markdown" ? plain(text.slice(0, most)) : text;
}

/** @param {string} text */
export function plain(text) {
  if (!maySign(text)) return text;
  const lines = text.split("\n");
  const last = lines.findLastIndex((line) => ticksAtEnd(line) >= 3);
  /** @type {string[]} */
  const shown = [];
  /** @type {string[]} */
  const paragraph = [];
  const end = () => {
    if (paragraph.length) shown.push(inline(paragraph.splice(0).join("\n")));
  };
  let fence = 0;
  lines.forEach((line, at) => {
    const start = /** @type {RegExpExecArray} */ (BLOCK.exec(line))[0].length;
    if (fence) {
      const ticks = ticksAtEnd(line);
      const rest = ticks < fence ? line : line.trimEnd().slice(0, -ticks);
      if (ticks < fence || rest.replace(/[> \t]/g, "")) shown.push(rest);
      if (ticks >= fence) fence = 0;
      return;
    }
    const opening = OPENING.exec(line.slice(start));
    const isNamed = opening && LANGUAGE.test(opening[2]);
    const heading = HEADING.exec(line);
    if (opening || start || heading || !line.trim()) end();
    if (opening && (isNamed || at < last)) {
      fence = opening[1].length;
      if (!isNamed) shown.push(opening[2]);
      return;
    }
    paragraph.push(heading ? line.slice(heading[0].length) : line);
    if (heading || !line.trim()) end();
  });
  end();
  return shown.join("\n");
}

/**
 * @param {string} text
 * @returns {string}
 */
function inline(text) {
  /** @type {string[]} */
  const pieces = [];
  /** @type {{ sign: string, piece: number, left: number }[]} */
  const begun = [];
  const counts = { "*": 0, _: 0, "~": 0 };
  const code = codeIn(text);
  let place = 0;
  TOKEN.lastIndex = 0;
  for (;;) {
    TOKEN.lastIndex = place;
    const found = TOKEN.exec(text);
    if (!found) break;
    const [said, label] = found;
    const { index: at } = found;
    pieces.push(text.slice(place, at));
    place = at + said.length;
    if (said === ARM) pieces.push(said);
    else if (said[0] === "\\") pieces.push(said[1]);
    else if (said[0] === "`") {
      const closing = code(at, said.length);
      pieces.push(closing < 0 ? said : trimmed(text.slice(place, closing).replaceAll("\n", " ")));
      if (closing >= 0) place = closing + said.length;
    } else if (label !== undefined) pieces.push(inline(label));
    else if (said[0] in counts) pair(at, said);
    else {
      const address = said.replace(/[*_~]+$/, "");
      pieces.push(address);
      place = at + address.length;
    }
  }
  pieces.push(text.slice(place));
  return pieces.join("");

  // Takes away the signs that end something and those that began it.
  function pair(at, run) {
    const sign = run[0];
    let left = run.length;
    const { opens, closes } = flanks(text, at, at + left);
    if (closes) left = close(sign, left);
    if (opens && left) {
      begun.push({ sign, piece: pieces.length, left });
      counts[sign]++;
    }
    pieces.push(sign.repeat(left));
  }

  // @return how many signs are left.
  function close(sign, many) {
    let left = many;
    while (left && counts[sign]) {
      while (begun.at(-1)?.sign !== sign) counts[begun.pop()?.sign ?? ""]--;
      const opening = begun[begun.length - 1];
      const used = Math.min(opening.left, left) >= 2 ? 2 : 1;
      opening.left -= used;
      left -= used;
      pieces[opening.piece] = sign.repeat(opening.left);
      if (opening.left) continue;
      counts[sign]--;
      begun.pop();
    }
    return left;
  }
}

// One blank at each end of code is not of it, if it has another character.
function trimmed(code) {
  return code[0] === " " && code.at(-1) === " " && code.trim() ? code.slice(1, -1) : code;
}

// Where the next run of as many backticks begins.
function codeIn(text) {
  /** @type {Map<number, number[]>} */
  const places = new Map();
  for (const { index, 0: run } of text.includes("`") ? text.matchAll(/`+/g) : []) {
    const same = places.get(run.length);
    if (same) same.push(index);
    else places.set(run.length, [index]);
  }
  return (at, length) => {
    const same = places.get(length) ?? [];
    while (same.length && same[0] <= at) same.shift();
    return same[0] ?? -1;
  };
}

