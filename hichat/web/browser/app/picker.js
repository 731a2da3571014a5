// The emoji picker: all emoji that the server takes, by kind, by words in both languages, and those used last. It is a
// file of its own, which the page loads when somebody opens it; what draws comes from the page.
import { bare } from "./model/emoji.js";

const COLUMNS = 8;
const FOUND = 160; // emoji that a search shows
const LAST = 2 * COLUMNS; // emoji that were used last, above the others
const KINDS = [
  ["emojiSmileys", "😀"],
  ["emojiPeople", "👋"],
  ["emojiNature", "🐻"],
  ["emojiFood", "🍔"],
  ["emojiTravel", "✈️"],
  ["emojiActivities", "⚽"],
  ["emojiObjects", "💡"],
  ["emojiSymbols", "❤️"],
  ["emojiFlags", "🏁"],
];
const TONES = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 };

/**
 * An emoji, its name, words by which it is found, and the same with each tone of skin.
 *
 * @typedef {{ emoji: string, label: string, words: string, tones: string[] }} Entry
 */

/**
 * @param {typeof import("./rendering.js")} rendering
 * @param {{ language: string, t: (key: string, values?: Record<string, string | number>) => string }} words
 */
export function makePicker({ html, useEffect, useElement, useLayoutEffect, useState }, { language, t }) {
  /** @param {{ usual: import("./model/usual.js").Usual, choose: (emoji: string) => void }} props */
  return function Picker({ usual, choose }) {
    const [kinds, setKinds] = useState(/** @type {Entry[][] | null} */ (null));
    const [others, setOthers] = useState(/** @type {Map<string, string>} */ (new Map()));
    const [failed, setFailed] = useState(false);
    const [words, setWords] = useState("");
    const [kind, setKind] = useState(0);
    const [toning, setToning] = useState(false);
    const [tone, setTone] = useState(usual.tone);
    const [at, setAt] = useState(0); // the emoji that the tab key leads to
    const root = useElement();
    const grid = useElement();

    const load = async () => {
      setFailed(false);
      try {
        setKinds(await entries(language));
      } catch {
        setFailed(true);
      }
    };
    useEffect(() => {
      load();
    }, []);
    // Somebody may look for an emoji by a word of the other language. What has not come is not found.
    const searches = words.trim() !== "";
    useEffect(() => {
      if (!searches || others.size) return;
      entries(language === "en" ? "zh" : "en")
        .then((found) => setOthers(new Map(found.flat().map((each) => [each.emoji, `${each.label} ${each.words}`]))))
        .catch(() => {});
    }, [searches]);
    // On a touch screen a keyboard would cover half of it.
    useLayoutEffect(() => {
      const first = matchMedia("(hover: hover)").matches ? "input" : "button[aria-pressed]";
      root.current.querySelector(first)?.focus();
    }, []);

    const shown = kinds ? (searches ? search(kinds, others, words) : kinds[kind]) : [];
    const last = kinds && !searches && kind === 0 ? recent(kinds, usual) : [];
    const toned = (/** @type {Entry} */ each) => (tone && each.tones[tone - 1]) || each.emoji;
    const show = (number) => {
      setKind(number);
      setWords("");
      setAt(0);
      if (grid.current) grid.current.scrollTop = 0;
    };
    const take = (number) => {
      usual.choose(number);
      setTone(number);
      setToning(false);
    };
    const key = (event) => {
      const { target } = event;
      const buttons = [...(grid.current?.querySelectorAll("button") ?? [])];
      if (target.tagName === "INPUT") {
        if (event.key === "ArrowDown") buttons[0]?.focus();
        else if (event.key === "Enter" && searches && !event.isComposing) buttons[0]?.click();
        else return;
      } else if (event.key in STEPS) {
        const row = target.closest(".emoji-grid") ? buttons : [...target.parentElement.querySelectorAll("button")];
        const upright = event.key === "ArrowDown" || event.key === "ArrowUp";
        const to = upright ? beside(target, row, STEPS[event.key]) : row[row.indexOf(target) + STEPS[event.key]];
        if (to) to.focus();
        else if (event.key === "ArrowUp") root.current.querySelector("input").focus();
        else if (event.key === "ArrowDown" && row !== buttons) buttons[0]?.focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    };

    const one = (/** @type {Entry} */ each, number, emoji) =>
      html`<button
        type="button"
        key=${`${number < last.length} ${emoji}`}
        tabindex=${number === at ? 0 : -1}
        aria-label=${each.label}
        title=${each.label}
        onFocus=${() => setAt(number)}
        onClick=${() => choose(emoji)}
      >${emoji}</button>`;

    return html`<div class="emojis" ref=${root} onKeyDown=${key}>
      <div class="emoji-search">
        <input
          type="search"
          value=${words}
          placeholder=${t("emojiSearch")}
          aria-label=${t("emojiSearch")}
          maxlength="60"
          autocomplete="off"
          onInput=${(event) => {
            setWords(event.currentTarget.value);
            setAt(0);
          }}
        />
        <button type="button" class="emoji-tone" aria-label=${t("skinTone")} title=${t("skinTone")} aria-expanded=${toning} onClick=${() => setToning(!toning)}>
          ${TONES[tone]}
        </button>
      </div>
      ${
        toning
          ? html`<div class="emoji-tabs" role="group" aria-label=${t("skinTone")}>
              ${TONES.map((hand, number) => html`<button type="button" key=${hand} aria-label=${t(`skinTone${number}`)} title=${t(`skinTone${number}`)} aria-pressed=${tone === number} onClick=${() => take(number)}>${hand}</button>`)}
            </div>`
          : html`<div class="emoji-tabs" role="group" aria-label=${t("emoji")}>
              ${KINDS.map(
                ([name, sign], number) => html`<button type="button" key=${name} aria-label=${t(name)} title=${t(name)} aria-pressed=${!searches && kind === number} onClick=${() => show(number)}>${sign}</button>`,
              )}
            </div>`
      }
      ${failed && html`<p class="hint" role="alert">${t("offlineProblem")} <button type="button" class="plain" onClick=${load}>${t("tryAgain")}</button></p>`}
      ${!kinds && !failed && html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`}
      ${kinds && !shown.length && html`<p class="hint" role="status">${t("nothingFound")}</p>`}
      ${
        kinds &&
        shown.length > 0 &&
        html`<div class="emoji-grid" ref=${grid} role="group" aria-label=${t(searches ? "emojiFound" : KINDS[kind][0])}>
          ${last.length > 0 && html`<h3 key="last">${t("emojiRecent")}</h3>`}
          ${last.map((each, number) => one(each, number, each.emoji))}
          ${last.length > 0 && html`<h3 key="all">${t(KINDS[kind][0])}</h3>`}
          ${shown.map((each, number) => one(each, last.length + number, toned(each)))}
        </div>`
      }
    </div>`;
  };
}

/**
 * @param {string} language
 * @returns {Promise<Entry[][]>} by kind
 */
async function entries(language) {
  const answer = await fetch(new URL(`./emojis-${language}.json`, import.meta.url));
  if (!answer.ok) throw new Error("no emoji");
  const kinds = await answer.json();
  return kinds.map((kind) =>
    kind.map(([emoji, label, words, tones]) => ({ emoji, label, words, tones: tones ? tones.split(" ") : [] })),
  );
}

// Those used last, as they were used, with the name of the one without a tone.
function recent(kinds, usual) {
  const known = new Map(kinds.flat().flatMap((each) => [each.emoji, ...each.tones].map((form) => [bare(form), each])));
  const found = usual.recent.flatMap((emoji) => {
    const each = known.get(bare(emoji));
    return each ? [{ ...each, emoji, tones: [] }] : [];
  });
  return found.slice(0, LAST);
}

// What is above or below something in a grid whose rows may be short: in the next row, as near as can be.
function beside(from, all, step) {
  const { offsetTop: top, offsetLeft: left } = from;
  const there = all.filter((each) => (each.offsetTop - top) * step > 0);
  const row = step > 0 ? there[0]?.offsetTop : there.at(-1)?.offsetTop;
  return there
    .filter((each) => each.offsetTop === row)
    .sort((a, b) => Math.abs(a.offsetLeft - left) - Math.abs(b.offsetLeft - left))[0];
}

/**
 * Those that have all the words; those whose names begin so come first.
 *
 * @param {Entry[][]} kinds
 * @param {Map<string, string>} others what is said of each in the other language
 * @param {string} words
 */
export function search(kinds, others, words) {
  const wanted = words.trim().toLowerCase().split(/\s+/);
  const ranked = [];
  for (const each of kinds.flat()) {
    const label = each.label.toLowerCase();
    const text = `${label} ${each.words} ${others.get(each.emoji) ?? ""}`.toLowerCase();
    if (bare(each.emoji) === bare(wanted[0])) ranked.push({ each, rank: 0 });
    else if (wanted.every((word) => text.includes(word))) {
      const begins = wanted.every((word) => ` ${text}`.includes(` ${word}`));
      ranked.push({ each, rank: label.startsWith(wanted[0]) ? 1 : begins ? 2 : 3 });
    }
  }
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, FOUND)
    .map(({ each }) => each);
}
