// A menu at what opened it. A popover of the browser: a click elsewhere or Escape closes it.
import { html, useElement, useLayoutEffect } from "../rendering.js";
import { Icon } from "./Icon.js";

const GAP = 6;

export function Menu({ anchor, close, label, children, items = [] }) {
  const element = useElement();
  useLayoutEffect(() => {
    const menu = element.current;
    menu.showPopover();
    const at = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const below = at.bottom + GAP + height < innerHeight;
    menu.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
    menu.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - height - GAP)}px`;
    menu.querySelector("button, input")?.focus();
    return () => {
      // Unless the focus has gone elsewhere meanwhile.
      const { activeElement } = document;
      if (anchor.isConnected && (menu.contains(activeElement) || activeElement === document.body)) anchor.focus();
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
    if (to && to !== anchor && !element.current.contains(to)) close();
  };
  return html`<div
    ref=${element}
    class="menu"
    popover="auto"
    role="dialog"
    aria-label=${label}
    onKeyDown=${move}
    onFocusOut=${leave}
    onToggle=${(event) => event.newState === "closed" && close()}
  >
    ${children}
    ${items.filter(Boolean).map(
      ({ icon, text, act, danger }) =>
        html`<button
          type="button"
          class=${danger ? "menu-item danger-text" : "menu-item"}
          onClick=${() => {
            close();
            act();
          }}
        >
          <${Icon} name=${icon} />${text}
        </button>`,
    )}
  </div>`;
}
