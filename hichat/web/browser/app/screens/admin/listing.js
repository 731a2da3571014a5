// What the administration has around its lists: the words by which one filters them, and facts.
import { html, useEffect, useState } from "../../rendering.js";
import { Icon } from "../../parts/Icon.js";

export { Listing, useListing } from "../../parts/listing.js";

const PAUSE = 250; // milliseconds after the last key until what was typed is asked for

/** @returns {string} a text as it was when nothing was typed for a moment */
export function useSettled(/** @type {string} */ text) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
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
