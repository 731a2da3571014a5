// The mark of somebody who is away: it stands behind the name, and says what they say about it.
import { html } from "../rendering.js";
import { t } from "../words/words.js";

export const isAway = (person) => person?.away !== undefined && !person.deleted;

// A reason is said in their own words.
/** @param {{ away?: string }} person */
export const awayText = ({ away }) => (away ? t("awayWith", { text: away }) : t("away"));

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function AwayMark({ of: person }) {
  return isAway(person) ? html` <span class="away-mark" title=${awayText(person)}>${t("away")}</span>` : null;
}
