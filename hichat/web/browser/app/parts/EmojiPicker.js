// The emoji picker. It comes when it is opened first: the page does without it until then.
import * as rendering from "../rendering.js";
import { loadPicker } from "../later.js";
import { language, t } from "../words/words.js";

const { html, useEffect, useState } = rendering;

export function EmojiPicker({ usual, choose }) {
  const [Picker, setPicker] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(false);
  const load = async () => {
    setFailed(false);
    try {
      const { makePicker } = await loadPicker();
      setPicker(() => makePicker(rendering, { language: language(), t }));
    } catch {
      setFailed(true);
    }
  };
  useEffect(() => {
    load();
  }, []);
  if (Picker) return html`<${Picker} usual=${usual} choose=${choose} />`;
  return html`<div class="emojis">
    ${
      failed
        ? html`<p class="hint" role="alert">${t("offlineProblem")}</p>
            <div class="actions center"><button type="button" onClick=${load}>${t("tryAgain")}</button></div>`
        : html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`
    }
  </div>`;
}
