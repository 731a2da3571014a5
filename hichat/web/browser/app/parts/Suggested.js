// What may be put into a text: a list above it. The text keeps the focus; keys choose from the list.
import { html, useLayoutEffect, useOwnId, useState } from "../rendering.js";

/**
 * The way of a key to the list that is open: the text has the focus, and asks here.
 *
 * @typedef {{ keys?: (event: KeyboardEvent) => boolean }} Keyed
 */

// @param keyed: gets the function that takes keys.
// @param area: where one writes; it tells a screen reader what is chosen.
/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function Suggested({ found, keyOf, show, keyed, area, label, choose, close }) {
  const [chosen, setChosen] = useState(0);
  const id = useOwnId();
  const at = Math.min(chosen, found.length - 1);
  keyed.keys = (event) => {
    if (!found.length) return false;
    const acts = {
      ArrowDown: () => setChosen((at + 1) % found.length),
      ArrowUp: () => setChosen((at + found.length - 1) % found.length),
      Enter: () => choose(found[at], event.key),
      Tab: () => choose(found[at], event.key),
      Escape: close,
    };
    if (!(event.key in acts)) return false;
    event.preventDefault();
    acts[event.key]();
    return true;
  };
  // In the same turn as the list is drawn: what it shows as chosen and what is told are never two.
  useLayoutEffect(() => {
    if (at < 0) return undefined;
    area.setAttribute("aria-activedescendant", `${id}-${at}`);
    return () => area.removeAttribute("aria-activedescendant");
  }, [area, at]);
  if (!found.length) return null;
  return html`<div class="suggestions" role="listbox" aria-label=${label}>
    ${found.map(
      (each, index) =>
        html`<button
          type="button"
          role="option"
          id=${`${id}-${index}`}
          tabindex="-1"
          key=${keyOf(each)}
          aria-selected=${index === at}
          onMouseDown=${(event) => event.preventDefault()}
          onClick=${() => choose(each)}
        >
          ${show(each)}
        </button>`,
    )}
  </div>`;
}
