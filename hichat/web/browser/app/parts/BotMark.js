// The mark of a bot: it stands behind the name, so that no program passes for a person.
import { html } from "../rendering.js";
import { t } from "../words/words.js";

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function BotMark({ of: person }) {
  return person?.bot ? html` <span class="bot-mark">${t("bot")}</span>` : null;
}
