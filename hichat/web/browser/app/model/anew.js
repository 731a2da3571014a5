// The server's log went back: a backup was put back. What a tab has learned may be wrong, so the page is loaded anew, once
// for each such log, and then says so. What was written and not sent is kept.
import { forgetAnswered } from "./draft.js";

const LOG = "hichat.anew"; // for which log the page was loaded anew
const UNTOLD = "hichat.anew.untold"; // the person was not told of it yet

/**
 * @param {string} which another text for each log
 * @returns {boolean} whether the page goes
 */
export function startAnew(which) {
  if (sessionStorage.getItem(LOG) === which) return false;
  sessionStorage.setItem(LOG, which);
  sessionStorage.setItem(UNTOLD, "1");
  forgetAnswered();
  location.reload();
  return true;
}

// @return whether the person is to be told; once.
export function isToBeTold() {
  const untold = sessionStorage.getItem(UNTOLD) !== null;
  sessionStorage.removeItem(UNTOLD);
  return untold;
}
