// A menu at what opened it. A popover of the browser: a click elsewhere or Escape closes it.
import { html, useElement, useLayoutEffect, useState } from "../rendering.js";
import { Icon } from "./Icon.js";
import { placeOf } from "./focus.js";

const GAP = 6;

// @param items: {icon, text, act}, with a note at the end of the line or none; instead of act some have items of their own, which then take the place of all.
// @param sheet: whether a phone shows it along the bottom.
// @param home: what has the focus when it is closed; what opened it, unless that may go.
export function Menu({ anchor, home = anchor, close, label, children, items = [], sheet = false }) {
  const element = useElement();
  const [within, setWithin] = useState(/** @type {any} */ (null));
  const shown = within ? [{ icon: "back", text: within.text, items: null }, ...within.items] : items;
  useLayoutEffect(() => {
    const menu = element.current;
    menu.showPopover();
    const at = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const below = at.bottom + GAP + height < innerHeight;
    menu.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
    menu.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - height - GAP)}px`;
    menu.querySelector("button, input")?.focus();
  }, [within]);
  useLayoutEffect(() => {
    const menu = element.current;
    const giveBack = placeOf(home);
    return () => {
      // Unless the focus has gone elsewhere meanwhile. The browser has given it to the anchor if Escape closed the menu.
      const { activeElement } = document;
      if (menu.contains(activeElement) || [document.body, anchor].includes(activeElement)) giveBack();
    };
  }, []);
  const move = (event) => {
    const row = event.target.closest("[data-columns]")?.dataset.columns ?? 1;
    const steps = { ArrowDown: Number(row), ArrowRight: 1, ArrowUp: -row, ArrowLeft: -1 };
    if (!(event.key in steps) || event.target.tagName === "INPUT") return;
    event.preventDefault();
    const buttons = [...element.current.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement) + steps[event.key];
    buttons.at(at % buttons.length)?.focus();
  };
  // Who goes on with the tab key has left it.
  const leave = ({ relatedTarget: to }) => {
    if (to && ![anchor, home].includes(to) && !element.current.contains(to)) close();
  };
  return html`<div
    ref=${element}
    class=${sheet ? "menu sheet" : "menu"}
    popover="auto"
    role="dialog"
    aria-label=${label}
    onKeyDown=${move}
    onFocusOut=${leave}
    onToggle=${(event) => event.newState === "closed" && close()}
  >
    ${!within && children}
    ${shown.filter(Boolean).map((item) => {
      const { icon, text, note, act, danger, items: own } = item;
      const choose = () => {
        if (own !== undefined) return setWithin(own && item);
        close();
        return act();
      };
      return html`<button type="button" key=${text} class=${danger ? "menu-item danger-text" : "menu-item"} onClick=${choose}>
        <${Icon} name=${icon} />${text}${note && html`<span class="menu-more">${note}</span>`}${own && html`<span class="menu-more"><${Icon} name="forth" /></span>`}
      </button>`;
    })}
  </div>`;
}
