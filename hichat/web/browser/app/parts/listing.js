// Lists of the server's that come page by page.
import { html, useRef, useState } from "../rendering.js";
import { Coming, useComing } from "./Coming.js";
import { More } from "./More.js";
import { Nothing } from "./Nothing.js";

const PAGE = 50; // items

/**
 * A list of the server's, page by page.
 *
 * @param {any} model
 * @param {string} path of the list, below /v2
 * @param {Record<string, any>} [query] its parameters; those that are empty or undefined are left out
 * @returns {{ items: any[] | null, more: (() => Promise<void>) | null, again: () => void, away: boolean }} items: null:
 *   they are on their way; more: loads the next page, if there is one; again: asks anew
 */
export function useListing(model, path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const base = `${path}?${new URLSearchParams([...given.map(([name, value]) => [name, String(value)]), ["limit", String(PAGE)]])}`;
  const [found, setFound] = useState(/** @type {{ base: string, items: any[], next?: string } | null} */ (null));
  const [turn, setTurn] = useState(0);
  const wanted = useRef("");
  wanted.current = `${base} ${turn}`;
  const ask = async (/** @type {string} */ address, /** @type {any[]} */ before) => {
    const asked = wanted.current;
    const page = await model.api.get(address);
    // Something else is wanted by now.
    if (asked === wanted.current) setFound({ base, items: [...before, ...page.items], next: page.next });
  };
  const away = useComing(model, () => ask(base, []), [base, turn]);
  const here = found?.base === base ? found : null;
  const next = here?.next;
  const more = here && next ? () => ask(`${base}&cursor=${encodeURIComponent(next)}`, here.items) : null;
  return { items: here?.items ?? null, more, again: () => setTurn((count) => count + 1), away };
}

/**
 * The rows of such a list.
 *
 * @param {{ model: any, listing: ReturnType<typeof useListing>, row: (item: any) => any, icon: string, empty: string }} props
 *   row: from an item to its li; empty: what is said if there are none, with this icon
 */
export function Listing({ model, listing, row, icon, empty }) {
  const { items, more, away } = listing;
  if (!items) return html`<${Coming} model=${model} away=${away} />`;
  if (!items.length) return html`<div role="status"><${Nothing} icon=${icon} text=${empty} /></div>`;
  return html`
    <ul class="rows">${items.map(row)}</ul>
    ${more && html`<${More} key=${items.length} load=${more} />`}
  `;
}
