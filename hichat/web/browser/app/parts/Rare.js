// A screen or a dialog of rare.js: it comes with the others when the first of them is wanted.
import { html, useEffect, useState } from "../rendering.js";
import { loadRare } from "../later.js";
import { t } from "../words/words.js";

/** @param {import("../model/model.js").Model} model */
export async function comeRare(model) {
  model.rare ??= await loadRare();
  model.changed();
}

/**
 * @param {{ is: string, quiet?: boolean, model: import("../model/model.js").Model } & Record<string, any>} props
 *   is: its name in rare.js; quiet: whether nothing is shown while it comes, as of a dialog
 */
export function Rare({ is, quiet = false, model, ...given }) {
  const [failed, setFailed] = useState(false);
  // What is around it may not be drawn again when it has come.
  const [, setHere] = useState(Boolean(model.rare));
  const load = async () => {
    setFailed(false);
    try {
      await comeRare(model);
      setHere(true);
    } catch {
      setFailed(true);
      if (!quiet) return;
      model.toast(t("offlineProblem"), "problem");
      given.close?.();
    }
  };
  useEffect(() => {
    if (!model.rare) load();
  }, []);
  if (model.rare) return html`<${model.rare[is]} model=${model} ...${given} />`;
  if (quiet) return null;
  if (!failed) return html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`;
  return html`<div class="nothing" role="alert">
    <p>${t("offlineProblem")}</p>
    <button type="button" onClick=${load}>${t("tryAgain")}</button>
  </div>`;
}
