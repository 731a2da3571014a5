// Where the focus goes when what has taken it is gone.

const FOCUSABLE = "a[href], button, input, textarea, select, [tabindex]";

// What stands for an element that was drawn anew: the message with the same number.
/** @returns {HTMLElement | null} */
const drawnAnew = (/** @type {HTMLElement} */ { dataset: { id } }) => (id ? document.querySelector(`[data-id="${id}"]`) : null);

// What the screen begins with that was gone to: beside a list, the screen and not the list.
const HEADINGS = [".detail-pane [data-heading]", "[data-heading]"];

/**
 * A screen has come, or a list is seen again. Its heading gets the focus if nothing else has it: what had it, such as a
 * link in a list, is hidden or gone. So the keyboard and a screen reader go on where one looks. Before somebody has
 * touched the page nothing is done: a page begins at its top.
 */
export function focusHeading() {
  const { activeElement: active } = document;
  const isLost = !active || active === document.body || active.matches("[data-heading]") || !active.checkVisibility();
  if (!isLost || !navigator.userActivation?.hasBeenActive || document.querySelector("dialog:modal")) return;
  for (const selector of HEADINGS) {
    const heading = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]).find((each) => each.checkVisibility());
    if (heading) return heading.focus({ preventScroll: true });
  }
}

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
