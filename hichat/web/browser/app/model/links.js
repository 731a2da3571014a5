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
