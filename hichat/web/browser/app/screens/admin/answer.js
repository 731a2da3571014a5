// What a page of the administration asks the server for, beside lists.
import { useState } from "../../rendering.js";
import { useComing } from "../../parts/Coming.js";

/**
 * The answer to one question.
 *
 * @param {any} model
 * @param {string} path below /v2; empty: nothing is asked
 * @returns {{ found: any, away: boolean, again: () => void, set: (value: any) => void }} found: null: it is on its way
 */
export function useAnswer(model, path) {
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [turn, setTurn] = useState(0);
  const ask = async () => {
    if (path) setFound(await model.api.get(path));
  };
  const away = useComing(model, ask, [path, turn]);
  return { found, away, again: () => setTurn((count) => count + 1), set: setFound };
}
