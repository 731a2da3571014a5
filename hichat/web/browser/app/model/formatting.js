// Texts in Markdown, as trees. What reads them comes when the first text has signs, and each text is read once.
import { leadsTo, linksIn } from "./links.js";
import { mentionsIn } from "./mentions.js";
import { maySign } from "./signs.js";

const LONGEST = 10_000; // characters of a text that is read: the server takes fewer
const KEPT = 300; // trees
const TRIES = 5;
const WANTED = "hichat.formatting"; // whether this browser had texts with signs

export class Formatting {
  /** @type {ReturnType<typeof import("./markdown.js").makeParser> | null} */
  #parse = null;
  #asked = false;
  #failures = 0;
  /** @type {Map<string, any>} */
  #trees = new Map();

  /**
   * @param {{ changed: () => void, postpone: (allow: () => void) => void }} model
   * @param {() => Promise<typeof import("./markdown.js")>} load
   */
  constructor(model, load = () => import("./markdown.js")) {
    this.model = model;
    this.load = load;
  }

  forget() {
    this.#trees.clear();
  }

  /** Have what reads texts ready, if this browser had such texts: then the first is shown at once as it is to look. */
  prepare() {
    if (localStorage.getItem(WANTED)) this.#ask();
  }

  /** Whether texts are read by now. */
  get ready() {
    return this.#parse !== null;
  }

  /**
   * @param {string} text
   * @param {any[]} [people] each with a name: of those who are mentioned
   * @param {boolean} [keep] whether the same text is asked for again
   * @returns {import("./markdown.js").Node[] | null} null: it is shown as it is, for now or always
   */
  treeOf(text, people = [], keep = true) {
    if (text.length > LONGEST || !maySign(text)) return null;
    if (!this.#parse) {
      this.#ask();
      return null;
    }
    const key = [...people.map(({ name }) => name), text].join("\n");
    const known = this.#trees.get(key);
    if (known !== undefined) return known;
    const tree = this.#parse(text, (line) => spansIn(line, people));
    if (keep) {
      if (this.#trees.size >= KEPT) this.#trees.delete(this.#trees.keys().next().value ?? "");
      this.#trees.set(key, tree);
    }
    return tree;
  }

  async #ask() {
    if (this.#asked) return;
    this.#asked = true;
    try {
      const { makeParser } = await this.load();
      this.#parse = makeParser((address) => leadsTo(address) !== "");
      keepWanted();
      this.model.changed();
    } catch {
      // A tab of a version that the server has no more is told so elsewhere: it does not ask for ever.
      if (++this.#failures < TRIES) this.model.postpone(() => (this.#asked = false));
    }
  }
}

function keepWanted() {
  try {
    localStorage.setItem(WANTED, "yes");
  } catch {
    // There is no room: it comes a little later the next time.
  }
}

// What has no signs in it: addresses, but for signs around them, and names.
function spansIn(text, people) {
  const links = linksIn(text).map(({ at, text: said }) => ({ at, end: at + said.split("`")[0].replace(/[*_~]+$/, "").length }));
  const names = mentionsIn(text, people).map(({ at, text: said }) => ({ at, end: at + said.length }));
  const spans = [];
  for (const span of [...links, ...names].sort((a, b) => a.at - b.at)) {
    if (span.at >= (spans.at(-1)?.end ?? 0) && span.end > span.at) spans.push(span);
  }
  return spans;
}
