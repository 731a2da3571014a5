// The way back: to where one came from, not to where one usually comes from.
import { useLayoutEffect, useState } from "../rendering.js";

/**
 * For a link with a usual place to go back to: a click goes to the page of ours that was shown before, if one was.
 *
 * @param {MouseEvent} event
 */
export function goBack(event) {
  const { navigation } = /** @type {any} */ (self);
  const at = navigation?.currentEntry?.index ?? 0;
  if (!at || !navigation.entries()[at - 1].sameDocument) return;
  event.preventDefault();
  history.back();
}

// Whether the entry of something above the page is the present one; not one from before the page was loaded anew.
const isAbove = () => history.state?.above === performance.timeOrigin;

/**
 * The entry of something that was closed goes a moment later. What is opened before that waits: its own entry would go in
 * place of the other.
 *
 * @returns whether nothing is waited for
 */
export function useWayFree() {
  const [free, setFree] = useState(() => !isAbove());
  useLayoutEffect(() => {
    if (free) return undefined;
    const look = () => setFree(!isAbove());
    addEventListener("popstate", look);
    look();
    return () => removeEventListener("popstate", look);
  }, [free]);
  return free;
}

/**
 * For something that lies above the page, once useWayFree says so: the browser's way back closes it, and stays where one is.
 *
 * @param {() => void} close
 */
export function useClosedByBack(close) {
  useLayoutEffect(() => {
    let left = false;
    history.pushState({ above: performance.timeOrigin }, "");
    const back = () => {
      left = true;
      close();
    };
    addEventListener("popstate", back);
    return () => {
      removeEventListener("popstate", back);
      // It was closed otherwise: the entry that was made for it goes.
      if (!left) history.back();
    };
  }, []);
}
