// All that there is of somebody, as a ZIP: the browser saves it while the server makes it, and the page keeps nothing of
// it in memory.
import { ROOT } from "../hub/root.js";
import { language } from "../words/words.js";

/**
 * @param {any} model
 * @param {string} path below /v2: what gives the link
 * @param {string} done what is said when the browser begins
 */
export function saveExport(model, path, done) {
  return model.attempt(async () => {
    const { url } = await model.api.post(path, { language: language() });
    const link = document.createElement("a");
    link.href = ROOT + url;
    link.download = "";
    link.click();
  }, done);
}
