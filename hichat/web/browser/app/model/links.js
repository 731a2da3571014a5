// Addresses in a text: of pages, with "http://", "https://" or "www.", and of e-mail. linkify-it knows where one ends.
import { LinkifyIt } from "linkify-it";

// Where an address of a page begins: also behind a letter of a script without blanks between words, as Chinese is.
const BEGINNING = /(?<![A-Za-z0-9_])https?:(?=\/\/)|(?<![A-Za-z0-9_.@/-])www\.(?=[^\s./]+\.[^\s./])/gi;
const LONGEST = 2000; // characters of an address that is looked at
const CREDENTIALS = /^(?::[^\s/@]*)?@/;

const linkify = new LinkifyIt();

/**
 * @param {string} text
 * @returns {{ at: number, text: string, link: string }[]} in order
 */
export function linksIn(text) {
  const pages = pagesIn(text);
  return [...pages, ...mailIn(text, pages)].sort((a, b) => a.at - b.at);
}

function pagesIn(text) {
  const found = [];
  let done = 0;
  for (const { index: at, 0: beginning } of text.matchAll(BEGINNING)) {
    if (at < done) continue;
    const schema = beginning.toLowerCase() === "www." ? "http:" : "";
    const address = schema ? `//${text.slice(at, at + LONGEST)}` : text.slice(at + beginning.length, at + LONGEST);
    const length = trimmed(address, linkify.testSchemaAt(address, "http:", 0));
    // What looks like a name and a password leads elsewhere than it says.
    if (!length || CREDENTIALS.test(address.slice(length))) continue;
    done = at + (schema ? length - 2 : beginning.length + length);
    const said = text.slice(at, done);
    const link = schema ? `${schema}//${said}` : said;
    if (URL.canParse(link)) found.push({ at, text: said, link });
  }
  return found;
}

// Without the marks that end the sentence around it: of several, linkify-it takes some along.
function trimmed(address, length) {
  while (length && "!?".includes(address[length - 1])) length--;
  return length;
}

function mailIn(text, pages) {
  if (!text.includes("@")) return [];
  return (linkify.match(text) ?? [])
    .filter(({ schema, index }) => schema === "mailto:" && !pages.some((page) => page.at <= index && index < page.at + page.text.length))
    .map(({ index, text: said, url }) => ({ at: index, text: said, link: url }));
}

/**
 * Where a link that somebody wrote leads: to a page or an e-mail address.
 *
 * @param {string} address
 * @returns {string} empty: nowhere, as with a name and a password in it, which leads elsewhere than it says
 */
export function leadsTo(address) {
  if (address.length > LONGEST || !/^(?:https?:\/\/|mailto:)/i.test(address) || !URL.canParse(address)) return "";
  const url = new URL(address);
  const isSafe = url.protocol === "mailto:" ? url.pathname.includes("@") : !url.username && !url.password && url.hostname;
  return isSafe ? url.href : "";
}

/**
 * Whether the text of a link looks like the address of something else than what it leads to.
 *
 * @param {string} text
 * @param {string} href from {@link leadsTo}
 */
export function misleads(text, href) {
  if (text.length > 200) return true;
  // Without what cannot be seen, and with one kind of dot.
  const shown = text.normalize("NFKC").replace(/[\p{Cf}\p{Mn}]/gu, "").replace(/[。｡․]/g, ".").toLowerCase();
  const url = new URL(href);
  const host = url.host || url.pathname;
  const said = shown.match(/(?:[a-z]+:\/\/)?[^\s/@]*@[^\s/?#]+|[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}(?::\d+)?|\d+\.\d+\.\d+\.\d+/gu) ?? [];
  const same = (/** @type {string} */ name) => hostOf(name) === hostOf(host);
  return said.some((name) => !same(name)) || (shown.includes("://") && !said.length);
}

function hostOf(name) {
  const at = `http://${name.replace(/^[a-z]+:\/\//, "")}`;
  if (name.includes("@")) return name;
  return URL.canParse(at) ? new URL(at).host.replace(/^www\./, "") : name;
}
