// How the client looks, and in which language it speaks.
import { html } from "../../rendering.js";
import { Choice } from "../../parts/Field.js";
import { PaneHead } from "../../parts/Rows.js";
import { applyTheme, theme } from "../../model/theme.js";
import { hrefOf } from "../../model/route.js";
import { LANGUAGES, language, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Appearance({ model }) {
  const look = (chosen) => {
    applyTheme(chosen);
    model.changed();
  };
  const speak = (chosen) => model.speak(chosen);
  return html`<div class="page">
    <${PaneHead} title=${t("appearance")} back=${hrefOf("settings")} />
    <div class="page-body form">
      <${Choice} label=${t("theme")} options=${{ auto: t("themeAuto"), light: t("themeLight"), dark: t("themeDark") }} value=${theme()} change=${look} />
      <${Choice} label=${t("language")} options=${LANGUAGES} value=${language()} change=${speak} />
    </div>
  </div>`;
}
