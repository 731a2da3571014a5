// What stands where something is on its way. Without a connection it is not: that is said. Sometimes nobody knows yet
// that there is none, but whoever asked has got no answer (away). What the server refuses does not come (problem).
import { html, useEffect, useState } from "../rendering.js";
import { Nothing } from "./Nothing.js";
import { t } from "../words/words.js";

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function Coming({ model, away = false, problem = "" }) {
  if (problem) return html`<div role="status"><${Nothing} icon="failed" text=${problem} /></div>`;
  if (away || model.away) return html`<div role="status"><${Nothing} icon="failed" text=${t("comesWithConnection")} /></div>`;
  return html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`;
}

/**
 * Load what a screen shows. A connection may be lost without a word: then it is asked for again, as long as the screen is
 * there.
 *
 * @param {any} model
 * @param {() => Promise<void>} load
 * @param {any[]} what changes when it has to be loaded anew
 * @returns {boolean} whether there was no answer
 */
export function useComing(model, load, what = []) {
  const [away, setAway] = useState(false);
  const [tries, setTries] = useState(0);
  const { ready, state } = model;
  useEffect(() => {
    if (!ready || state.line !== "on") return undefined;
    let gone = false;
    const again = ({ code }) => {
      if (code !== "offline") return false;
      if (!gone) setAway(true);
      model.postpone(() => gone || setTries((count) => count + 1));
      return true;
    };
    model.attempt(load, "", again).then((/** @type {boolean} */ done) => done && !gone && setAway(false));
    return () => (gone = true);
  }, [ready, state.line, tries, ...what]);
  return away;
}
