// What the client says. The language is the browser's until somebody chooses another.
import { en } from "./en.js";
import { zh } from "./zh.js";

/** @type {Record<string, Record<string, string>>} */
const WORDS = { en, zh };
export const LANGUAGES = { en: "English", zh: "中文" };
const KEPT = "hichat.language";

function first() {
  const kept = localStorage.getItem(KEPT);
  if (kept && kept in WORDS) return kept;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in WORDS) ?? "en";
}

let current = first();
document.documentElement.lang = current;

export const language = () => current;

/** The words of a part of the client that comes later. */
export function learn(/** @type {Record<string, Record<string, string>>} */ more) {
  for (const [name, words] of Object.entries(more)) Object.assign(WORDS[name], words);
}

export function setLanguage(chosen) {
  current = chosen;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

/**
 * A text with its places filled in: t("readBy", { count: 2 }).
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = WORDS[current][key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

// The browser's own kind of the language, if it has one that is one: a British clock is not an American one.
function locale() {
  const kind = navigator.languages.find((tag) => tag === current || tag.startsWith(`${current}-`));
  try {
    return Intl.getCanonicalLocales(kind)[0] ?? current;
  } catch {
    return current;
  }
}

let zone = ""; // as calendar has found it last

/**
 * A way to write a time. To make one takes a hundred times as long as to use it: it is made anew only for another
 * language, or another zone.
 *
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(options) {
  /** @type {{ of: string, format: Intl.DateTimeFormat } | undefined} */
  let made;
  return (/** @type {number} */ time) => {
    const of = `${locale()} ${zone} ${new Date().getTimezoneOffset()}`;
    if (made?.of !== of) made = { of, format: new Intl.DateTimeFormat(locale(), options) };
    return made.format.format(time);
  };
}

export const clock = format({ timeStyle: "short" });
export const fullTime = format({ dateStyle: "medium", timeStyle: "short" });
const weekday = format({ weekday: "long" });
const shortWeekday = format({ weekday: "short" });
const shortDate = format({ month: "short", day: "numeric" });
const shortDateOfYear = format({ year: "numeric", month: "short", day: "numeric" });
export const longDate = format({ year: "numeric", month: "long", day: "numeric" });

// A day of the reader's calendar, as a number: days are not always 24 hours long, nor do all begin at midnight.
export function dayOf(/** @type {number} */ time) {
  const date = new Date(time);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (24 * 3600 * 1000);
}

// A day of the reader's calendar as fields for dates have it, and back: when it begins. NaN: it is no date.
export function dateOf(/** @type {number} */ time) {
  const date = new Date(time);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function startOf(/** @type {string} */ date, days = 0) {
  const [year, month, day] = date.split("-").map(Number);
  return new Date(year, month - 1, day + days).getTime();
}

// What the words for a time depend on, beside the language: the reader's day, and where that is.
export function calendar(/** @type {number} */ now) {
  zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${dayOf(now)} ${zone}`;
}

// Milliseconds until the reader's next day begins.
export function untilTomorrow(/** @type {number} */ now) {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime() - now;
}

/**
 * @param {number} time
 * @param {number} now by the clock by which the time is
 */
export function dayName(time, now) {
  const ago = dayOf(now) - dayOf(time);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  return ago > 0 && ago < 7 ? weekday(time) : longDate(time);
}

/**
 * @param {number} time
 * @param {number} now as for dayName
 */
export function shortTime(time, now) {
  const ago = dayOf(now) - dayOf(time);
  if (ago === 0) return clock(time);
  if (ago > 0 && ago < 7) return shortWeekday(time);
  return new Date(time).getFullYear() === new Date(now).getFullYear() ? shortDate(time) : shortDateOfYear(time);
}

export function sizeOf(/** @type {number} */ bytes) {
  const units = ["B", "KB", "MB", "GB"];
  let at = 0;
  for (; bytes >= 1000 && at < 3; at++) bytes /= 1000;
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: at ? 1 : 0 }).format(bytes)} ${units[at]}`;
}
