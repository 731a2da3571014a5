// What takes a while is not done a second time while it is on its way: who presses twice means it once.
import { useRef } from "../rendering.js";

/**
 * @param {(...given: any[]) => any} work
 * @returns {(...given: any[]) => Promise<void>} the same; while it is on its way, nothing
 */
export function useOnce(work) {
  const busy = useRef(false);
  return async (...given) => {
    if (busy.current) return;
    busy.current = true;
    try {
      await work(...given);
    } finally {
      busy.current = false;
    }
  };
}
