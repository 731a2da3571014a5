// Which signs of Markdown begin or end something: what people type anyhow, as 2*3*4, snake_case and __init__, stays as it
// is. hichat/core/markdown.py has the same rules, and says more of them.

export const LANGUAGE = /^[A-Za-z0-9_+#.-]{0,20}\s*$/;
export const HEADING = /^ {0,3}#{1,6}[ \t]+(?=\S)/;
export const ESCAPED = "*_~`[]>#-"; // what a backslash makes no sign
export const ARM = "¯\\_"; // of ¯\_(ツ)_/¯

const ANY = /[*_~`[\\]|^ {0,3}#|^[ \t]*(?:>(?=\s|$)|(?:[-*]|\d{1,3}[.)])\s)/m;
const WORD = /[\p{L}\p{N}\p{M}]/u;
const DIGIT = /\p{Nd}/u;
// Scripts without blanks between words, and their marks.
const CLOSE = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u{20000}-\u{3ffff}]/u;

export const maySign = (/** @type {string} */ text) => ANY.test(text);

/** @param {string} line */
export function ticksAtEnd(line) {
  const all = line.trimEnd();
  let at = all.length;
  while (at && all[at - 1] === "`") at--;
  return all.length - at;
}

/**
 * @param {string} text
 * @param {number} at where a run of one sign begins
 * @param {number} end where it ends
 * @param {number} [last] where what is looked at ends
 * @returns {{ opens: boolean, closes: boolean }} whether it may begin something, and end something
 */
export function flanks(text, at, end, last = text.length) {
  const sign = text[at];
  const length = end - at;
  if ((sign === "~" && length !== 2) || (sign === "_" && length > 1)) return { opens: false, closes: false };
  const before = /.$/su.exec(text.slice(Math.max(0, at - 2), at))?.[0] ?? "";
  const after = /^./su.exec(text.slice(end, Math.min(end + 2, last)))?.[0] ?? "";
  const [closeBefore, closeAfter] = [before, after].map((each) => sign !== "_" && CLOSE.test(each));
  const [wordBefore, wordAfter] = [before, after].map((each) => WORD.test(each));
  const inWord = wordAfter && !closeAfter && (length === 1 || !wordBefore || DIGIT.test(after));
  return {
    opens: Boolean(after.trim()) && (!wordBefore || closeBefore),
    closes: Boolean(before.trim()) && !inWord,
  };
}
