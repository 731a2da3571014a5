// A screen or a dialog of rare.js, admin.js or security.js: it comes with the others of its file when the first of them is wanted.
import { html, useEffect, useState } from "../rendering.js";
import { loadAdmin, loadRare, loadSecurity } from "../later.js";
import { t } from "../words/words.js";

const LOADS = { admin: loadAdmin, rare: loadRare, security: loadSecurity };

/**
 * @param {import("../model/model.js").Model} model
 * @param {"admin" | "rare" | "security"} from the file
 */
export async function comeRare(model, from = "rare") {
  model[from] ??= await LOADS[from]();
  model.changed();
}

/**
 * @param {{ is: string, from?: "admin" | "rare" | "security", quiet?: boolean, model: import("../model/model.js").Model } & Record<string, any>} props
 *   is: its name in the file; quiet: whether nothing is shown while it comes, as of a dialog
 */
export function Rare({ is, from = "rare", quiet = false, model, ...given }) {
  const [failed, setFailed] = useState(false);
  // What is around it may not be drawn again when it has come.
  const [, setHere] = useState(Boolean(model[from]));
  const load = async () => {
    setFailed(false);
    try {
      await comeRare(model, from);
      setHere(true);
    } catch {
      setFailed(true);
      if (!quiet) return;
      model.toast(t("offlineProblem"), "problem");
      given.close?.();
    }
  };
  useEffect(() => {
    if (!model[from]) load();
  }, [from]);
  if (model[from]) return html`<${model[from][is]} model=${model} ...${given} />`;
  if (quiet) return null;
  if (!failed) return html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`;
  return html`<div class="nothing" role="alert">
    <p>${t("offlineProblem")}</p>
    <button type="button" onClick=${load}>${t("tryAgain")}</button>
  </div>`;
}
