// Where people are named in a text: @ and a name, in any case. Of two names that begin alike the longer one is meant, and
// @bobby is not @bob. Scripts without blanks between words, as Chinese is, may stand right before and behind.

import { folded } from "./folding.js";

const JOINED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const WORD = /[\p{Alphabetic}\p{M}\p{N}_]/u;
const inWord = (sign) => WORD.test(sign) && !JOINED.test(sign);

// All members of a group, where people are named by their ids; the owner and the admins may name them.
export const ALL = 0;
export const ALL_NAMES = ["all", "所有人"];

/**
 * Whether a message mentions somebody, by name or with all others.
 *
 * @param {{ mentions?: number[] }} message
 * @param {number} user
 */
export const isMentioned = ({ mentions }, user) => Boolean(mentions?.includes(user) || mentions?.includes(ALL));

/**
 * Whether an @ may begin a mention: the one in max@ann.org may not.
 *
 * @param {string} text
 * @param {number} at where the @ is
 */
export function mayMention(text, at) {
  // A "_" alone may begin what is in italics.
  const head = text.slice(Math.max(0, at - 3), at).replace(/(?<!_)_$/, "");
  const before = /.$/su.exec(head)?.[0] ?? "";
  return !inWord(before) && !/[.+-]/.test(before);
}

/**
 * @param {string} text
 * @param {any[]} people each with a name
 * @returns {any[]} one of them with {at, text} for each place, in order; text: as it is written there
 */
export function mentionsIn(text, people) {
  const longest = people.filter(({ name }) => name).sort((a, b) => b.name.length - a.name.length);
  const found = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    if (!mayMention(text, at)) continue;
    const person = longest.find(({ name }) => isNamed(text, at + 1, name));
    if (person) found.push({ ...person, at, text: text.slice(at, at + 1 + person.name.length) });
  }
  return found;
}

function isNamed(text, at, name) {
  const end = at + name.length;
  if (text.slice(at, end).toLowerCase() !== name.toLowerCase()) return false;
  const last = /.$/su.exec(name)?.[0] ?? "";
  const next = /^./su.exec(text.slice(end, end + 2))?.[0] ?? "";
  return !(inWord(last) && inWord(next));
}

const LONGEST = 64; // characters of a name

/**
 * What is written behind an @, up to the caret: a word, or more of them while a name begins like that.
 *
 * @param {string} text
 * @param {number} caret
 * @param {string[]} [names] that may have blanks in them
 * @param {string[]} [written] names that were chosen here: what stands behind one of them is no part of it
 * @returns {{ at: number, query: string } | null}
 */
export function mentionAt(text, caret, names = [], written = []) {
  const [, query] = /@([^\n@]*)$/u.exec(text.slice(0, caret)) ?? [];
  if (query === undefined || query.length > LONGEST) return null;
  const at = caret - query.length - 1;
  if (!mayMention(text, at)) return null;
  if (!/\s/u.test(query)) return { at, query };
  if (written.some((name) => `${query} `.startsWith(`${name} `))) return null;
  const wanted = folded(query);
  return names.some((name) => folded(name).startsWith(wanted)) ? { at, query } : null;
}

/**
 * The people with a name that has some letters: first those that begin with them, then those with a word that does.
 *
 * @param {any[]} people each with a name, or several names
 * @param {string} query
 * @returns {any[]} some of them
 */
export function named(people, query) {
  const wanted = folded(query);
  const rankOf = (name) => {
    if (name.startsWith(wanted)) return 0;
    const at = name.indexOf(wanted);
    if (at < 0) return Infinity;
    return inWord(name[at - 1]) ? 2 : 1;
  };
  return people
    .map((person) => ({ person, rank: Math.min(...(person.names ?? [person.name]).map((name) => rankOf(folded(name)))) }))
    .filter((each) => each.rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .map(({ person }) => person);
}
