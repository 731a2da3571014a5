// Where the focus goes when what has taken it is gone.

const FOCUSABLE = "a[href], button, input, textarea, select, [tabindex]";

// What stands for an element that was drawn anew: the message with the same number.
/** @returns {HTMLElement | null} */
const drawnAnew = (/** @type {HTMLElement} */ { dataset: { id } }) => (id ? document.querySelector(`[data-id="${id}"]`) : null);

/**
 * Note a place. The element itself may be gone when it is wanted, as a bar that is there while the pointer is near: then
 * what is around it has the focus.
 *
 * @param {Element | null} element
 * @returns {() => void} what gives the focus back; the view stays where it is
 */
export function placeOf(element) {
  const around = /** @type {HTMLElement[]} */ ([]);
  for (let each = element; each; each = each.parentElement) {
    if (each.matches(FOCUSABLE)) around.push(/** @type {HTMLElement} */ (each));
  }
  return () => {
    for (const each of around) {
      const living = each.isConnected ? each : drawnAnew(each);
      living?.focus({ preventScroll: true });
      if (living && document.activeElement === living) return;
    }
  };
}
