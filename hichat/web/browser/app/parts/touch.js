// What fingers do that browsers tell only some of.
import { useRef } from "../rendering.js";

const LONG = 500; // milliseconds
const STILL = 10; // pixels that a finger may move

/**
 * Handlers for an element that a finger holds down. Chrome on Android sends a "contextmenu" then, too; Safari does not.
 *
 * @param {(event: TouchEvent) => void} act
 * @param {boolean} [links] whether it may begin on a link, which is not followed then
 */
export function useLongPress(act, links = false) {
  const timer = useRef(/** @type {any} */ (0));
  const from = useRef({ x: 0, y: 0 });
  const acted = useRef(false);
  const end = () => clearTimeout(timer.current);
  return {
    onTouchStart: (event) => {
      end();
      if (event.touches.length > 1 || event.target.closest(links ? "button" : "a, button, video, audio")) return;
      const { clientX: x, clientY: y } = event.touches[0];
      const { currentTarget } = event;
      from.current = { x, y };
      acted.current = false;
      timer.current = setTimeout(() => {
        acted.current = true;
        act(/** @type {any} */ ({ currentTarget, preventDefault: () => {} }));
      }, LONG);
    },
    onTouchMove: (event) => {
      const { clientX: x, clientY: y } = event.touches[0];
      if (Math.hypot(x - from.current.x, y - from.current.y) > STILL) end();
    },
    onTouchEnd: (event) => {
      end();
      // Else it would be a click, too.
      if (acted.current && event.cancelable) event.preventDefault();
      acted.current = false;
    },
    onTouchCancel: end,
  };
}
