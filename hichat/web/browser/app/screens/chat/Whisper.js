// What only the reader sees: the answer to a command.
import { html } from "../../rendering.js";
import { Said } from "./Body.js";
import { Offer } from "./Offer.js";
import { Icon } from "../../parts/Icon.js";
import { clock, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Whisper({ model, conversation, whisper }) {
  const { from, text, format, time } = whisper;
  return html`<aside class="whisper" aria-label=${t("onlyYou")}>
    <p class="whisper-note"><${Icon} name="info" />${from ? `${model.people.name(from)} · ` : ""}${t("onlyYou")} · <time>${clock(time)}</time></p>
    <${Said} model=${model} message=${{ text, format }} />
    <${Offer} model=${model} conversation=${conversation} message=${whisper} />
  </aside>`;
}
