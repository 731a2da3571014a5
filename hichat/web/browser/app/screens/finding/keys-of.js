// The keys that work everywhere in the client. What a screen does with its own keys is written there.
import { useEffect } from "../../rendering.js";
import { go, route } from "../../model/route.js";

const apple = () => /Mac|iPhone|iPad/.test(navigator.platform);
export const CONTROL = apple() ? "⌘" : "Ctrl";

// Whether Ctrl is held (on an Apple device the command key), alone or with Shift.
export const isCommand = (event) =>
  !event.altKey && (apple() ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey);

// Of a keyboard without Latin letters the key that has the letter elsewhere.
export const is = (event, letter) =>
  event.key.toLowerCase() === letter || (event.code === `Key${letter.toUpperCase()}` && !/^[a-z]$/i.test(event.key));

const isField = (element) => Boolean(element.closest?.("input, textarea, select, [contenteditable]"));

/** @param {import("../../model/model.js").Model} model */
export function useKeys(model) {
  useEffect(() => {
    const key = (event) => {
      if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
      const act = actOf(model, event);
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
}

function actOf(model, event) {
  const command = isCommand(event);
  const { altKey, shiftKey: shift, target } = event;
  const alt = altKey && !event.ctrlKey && !event.metaKey;
  if (command && !shift && is(event, "k")) {
    return () => model.open(model.dialog === "switcher" ? "" : "switcher");
  }
  // What lies above the page has its own keys.
  if (document.querySelector("dialog[open], .menu:popover-open")) return null;
  if (command && shift && is(event, "f")) return () => go("search", chatHere());
  if (command && event.key === "/") return () => model.open("keys");
  if (alt && shift && event.key === "ArrowDown") return () => goToUnread(model, 1);
  if (alt && shift && event.key === "ArrowUp") return () => goToUnread(model, -1);
  if (event.key === "?" && !command && !altKey && !isField(target)) return () => model.open("keys");
  if (event.key === "Escape" && !isField(target)) return focusOnWriting();
  return null;
}

// The conversation that is shown; empty: none.
function chatHere() {
  const { section, detail } = route();
  return section === "chats" && detail !== "new" ? detail : "";
}

function focusOnWriting() {
  /** @type {HTMLElement | null} */
  const area = document.querySelector(".composer textarea");
  return area && (() => area.focus());
}

// The next conversation with something unread, in the order of the list; from the last one on to the first. Muted ones
// only if there is no other.
function goToUnread(model, step) {
  const { listed } = model;
  const here = chatHere();
  const found = [listed.filter((each) => !each.muted), listed]
    .map((list) => list.filter((each) => each.name === here || each.isUnread || each.mentions.length))
    .find((list) => list.some((each) => each.name !== here));
  if (!found) return;
  const at = found.findIndex(({ name }) => name === here);
  const next = at < 0 ? (step > 0 ? 0 : found.length - 1) : (at + step + found.length) % found.length;
  go("chats", found[next].name);
}
