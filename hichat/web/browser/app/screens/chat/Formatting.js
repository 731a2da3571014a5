// What helps to format what one writes: a row of buttons, and how it will look.
import { html, useEffect, useElement, useLayoutEffect, useMemo, useState } from "../../rendering.js";
import { Formatted } from "../../parts/Formatted.js";
import { IconButton } from "../../parts/Icon.js";
import { CONTROL, is, isCommand } from "../finding/keys-of.js";
import { maySign } from "../../model/signs.js";
import { t } from "../../words/words.js";

const PAUSE = 150; // milliseconds after a key, so that no key waits for the preview
const LONGEST = 4000; // characters of a draft that is shown so: a longer one takes a slow phone too long
const TOOLBAR = "hichat.toolbar";
const PREVIEW = "hichat.preview";

/** @type {{ act: string, letter?: string, shift?: boolean }[]} */
const ACTS = [
  { act: "bold", letter: "b" },
  { act: "italic", letter: "i" },
  { act: "strike", letter: "x", shift: true },
  { act: "code", letter: "e" },
  { act: "link", letter: "u", shift: true },
  { act: "quote" },
  { act: "list" },
];

/**
 * @param {any} event
 * @returns {string | undefined} what the key does to the text
 */
export function actOf(event) {
  if (!isCommand(event)) return undefined;
  return ACTS.find(({ letter = "", shift = false }) => letter && shift === event.shiftKey && is(event, letter))?.act;
}

/** @param {{ act: string, letter?: string, shift?: boolean }} does */
function titleOf({ act, letter, shift = false }) {
  const label = t(`format_${act}`);
  return letter ? `${label} (${CONTROL}+${shift ? "Shift+" : ""}${letter.toUpperCase()})` : label;
}

/** What this browser keeps of it: whether the buttons are shown, and the preview. */
export function useFormatting() {
  const [shown, setShown] = useState(() => ({
    toolbar: localStorage.getItem(TOOLBAR) === "on",
    preview: localStorage.getItem(PREVIEW) !== "off",
  }));
  const keep = (change) => {
    const next = { ...shown, ...change };
    localStorage.setItem(TOOLBAR, next.toolbar ? "on" : "off");
    localStorage.setItem(PREVIEW, next.preview ? "on" : "off");
    setShown(next);
  };
  return { ...shown, keep };
}

/** @param {Record<string, any>} props */
export function Toolbar({ act, preview, keep }) {
  // Where one writes keeps the focus, and what is selected there.
  const stay = (event) => event.preventDefault();
  return html`<div class="format-bar" role="toolbar" aria-label=${t("formatting")} onMouseDown=${stay}>
    ${ACTS.map(
      (each) =>
        html`<${IconButton} key=${each.act} icon=${each.act} label=${t(`format_${each.act}`)} title=${titleOf(each)} onClick=${() => act(each.act)} />`,
    )}
    <${IconButton} icon="eye" label=${t("preview")} aria-pressed=${preview} onClick=${() => keep({ preview: !preview })} />
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function DraftPreview({ model, draft, close }) {
  const [text, setText] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setText(draft.text), PAUSE);
    return () => clearTimeout(timer);
  }, [draft.text]);
  const { ready } = model.formatting;
  const tree = useMemo(() => {
    const people = [...draft.mentions.values()].map((name) => ({ name, own: false }));
    const found = text.length <= LONGEST && maySign(text) ? model.formatting.treeOf(text.trim(), people, false) : null;
    return found && looks(found) ? found : null;
  }, [text, ready]);
  const frame = useElement();
  // Where one writes, as a rule, is the end.
  useLayoutEffect(() => frame.current?.scrollTo(0, frame.current.scrollHeight), [tree]);
  // What is sent is gone at once.
  if (!tree || !draft.text) return null;
  return html`<div ref=${frame} class="draft-preview" role="group" aria-label=${t("preview")}>
    <div class="said formatted"><${Formatted} tree=${tree} mentions=${[]} /></div>
    <${IconButton} icon="close" label=${t("hidePreview")} onClick=${close} />
  </div>`;
}

// Whether something in it looks other than the text.
const looks = (nodes) => nodes.some((node) => typeof node === "object" && (node.type !== "paragraph" || looks(node.children)));
