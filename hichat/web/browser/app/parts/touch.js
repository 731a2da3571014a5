// What fingers do that browsers tell only some of.
import { useRef } from "../rendering.js";

const LONG = 500; // milliseconds
const STILL = 10; // pixels that a finger may move

/**
 * Handlers for an element that a finger holds down. Chrome on Android sends a "contextmenu" then, too; Safari does not.
 *
 * @param {(event: TouchEvent) => void} act
 */
export function useLongPress(act) {
  const timer = useRef(/** @type {any} */ (0));
  const from = useRef({ x: 0, y: 0 });
  const end = () => clearTimeout(timer.current);
  return {
    onTouchStart: (event) => {
      end();
      if (event.touches.length > 1 || event.target.closest("a, button, video, audio")) return;
      const { clientX: x, clientY: y } = event.touches[0];
      const { currentTarget } = event;
      from.current = { x, y };
      timer.current = setTimeout(() => act(/** @type {any} */ ({ currentTarget, preventDefault: () => {} })), LONG);
    },
    onTouchMove: (event) => {
      const { clientX: x, clientY: y } = event.touches[0];
      if (Math.hypot(x - from.current.x, y - from.current.y) > STILL) end();
    },
    onTouchEnd: end,
    onTouchCancel: end,
  };
}
