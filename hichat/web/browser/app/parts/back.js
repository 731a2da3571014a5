// The way back: to where one came from, not to where one usually comes from.
import { useLayoutEffect } from "../rendering.js";

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

/**
 * For something that lies above the page: the browser's way back closes it, and stays where one is.
 *
 * @param {() => void} close
 */
export function useClosedByBack(close) {
  // In the same turn as it is shown: who goes back at once closes it, too.
  useLayoutEffect(() => {
    let left = false;
    history.pushState(null, "");
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
