// Lists of the administration, which come page by page, and the words by which one filters them.
import { html, useEffect, useRef, useState } from "../../rendering.js";
import { Coming, useComing } from "../../parts/Coming.js";
import { Icon } from "../../parts/Icon.js";
import { More } from "../../parts/More.js";
import { Nothing } from "../../parts/Nothing.js";

const PAUSE = 250; // milliseconds after the last key until what was typed is asked for
const PAGE = 50; // items

/** @returns {string} a text as it was when nothing was typed for a moment */
export function useSettled(/** @type {string} */ text) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

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

// The field with what one looks for, above a list.
export function FilterField({ label, value, change }) {
  return html`<form class="filter" role="search" onSubmit=${(event) => event.preventDefault()}>
    <${Icon} name="search" />
    <input
      type="search"
      value=${value}
      maxlength="64"
      autocomplete="off"
      placeholder=${label}
      aria-label=${label}
      onInput=${(event) => change(event.currentTarget.value)}
    />
  </form>`;
}

/**
 * One of a few, in a line of filters above a list.
 *
 * @param {{ label: string, options: Record<string, string>, value: string, change: (value: string) => void }} props
 */
export function Select({ label, options, value, change }) {
  return html`<label class="select">
    <span>${label}</span>
    <select value=${value} onChange=${(event) => change(event.currentTarget.value)}>
      ${Object.entries(options).map(([name, text]) => html`<option key=${name} value=${name} selected=${name === value}>${text}</option>`)}
    </select>
  </label>`;
}

/**
 * Facts, each with its name.
 *
 * @param {{ facts: [string, any][] }} props those without a value are left out
 */
export function Facts({ facts }) {
  return html`<dl class="facts">
    ${facts
      .filter(([, value]) => value !== undefined && value !== "" && value !== null)
      .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
