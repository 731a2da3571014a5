// What a page of the administration asks the server for, beside lists.
import { useState } from "../../rendering.js";
import { explain } from "../../model/problems.js";
import { useComing } from "../../parts/Coming.js";

/**
 * The answer to one question.
 *
 * @param {any} model
 * @param {string} path below /v2; empty: nothing is asked
 * @returns {{ found: any, away: boolean, problem: string, again: () => void, set: (value: any) => void }} found: null: it is
 *   on its way, or refused; problem: why, if it is refused
 */
export function useAnswer(model, path) {
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState("");
  const [turn, setTurn] = useState(0);
  const ask = async () => {
    if (!path) return;
    try {
      setFound(await model.api.get(path));
      setProblem("");
    } catch (error) {
      if (error.code === "offline") throw error;
      setFound(null);
      setProblem(explain(error));
    }
  };
  const away = useComing(model, ask, [path, turn]);
  return { found, away, problem, again: () => setTurn((count) => count + 1), set: setFound };
}
