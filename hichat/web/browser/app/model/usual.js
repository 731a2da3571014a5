// The emoji that one uses, kept in this browser until the log-out: from the last uses come those used last and those used
// most. And the tone of skin that one has chosen.
import { bare, sameEmoji } from "./emoji.js";

const KEPT = "hichat.emojis.";
const USES = 100;
const FEW = 6;
const RECENT = 32;

/** What somebody is offered who has used few. */
const COMMON = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

export class Usual {
  /** @type {string[]} the last uses, the newest first */
  uses = [];
  tone = 0; // 0: yellow; 1 to 5: from light to dark

  /** @param {number} user */
  constructor(user) {
    this.key = KEPT + user;
    try {
      const { uses, tone } = JSON.parse(localStorage.getItem(this.key) ?? "{}");
      if (Array.isArray(uses)) this.uses = uses.filter((each) => typeof each === "string").slice(0, USES);
      if (tone > 0 && tone < 6) this.tone = tone;
    } catch {
      // Somebody else has written there: one begins anew.
    }
  }

  /** @param {string} emoji */
  use(emoji) {
    this.uses = [emoji, ...this.uses].slice(0, USES);
    this.#keep();
  }

  /** @param {number} tone */
  choose(tone) {
    this.tone = tone;
    this.#keep();
  }

  // Those used last, each once.
  get recent() {
    return distinct(this.uses).slice(0, RECENT);
  }

  // The six used most; of two that were used as often, the one used last. What is missing is common.
  get most() {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const each of this.uses) counts.set(bare(each), (counts.get(bare(each)) ?? 0) + 1);
    const used = distinct(this.uses).sort((a, b) => (counts.get(bare(b)) ?? 0) - (counts.get(bare(a)) ?? 0));
    return distinct([...used.slice(0, FEW), ...COMMON]).slice(0, FEW);
  }

  #keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ uses: this.uses, tone: this.tone }));
    } catch {
      // There is no room: it lives as long as the page.
    }
  }
}

/** @param {string[]} emojis */
const distinct = (emojis) => emojis.filter((each, at) => emojis.findIndex((other) => sameEmoji(each, other)) === at);

export function forgetUsual() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT)) localStorage.removeItem(key);
}
