// How the client looks and speaks, and whether it calls.
import { html, useState } from "../../rendering.js";
import { Choice } from "../../parts/Field.js";
import { PaneHead } from "../../parts/Rows.js";
import { applyTheme, theme } from "../../model/theme.js";
import { hrefOf } from "../../model/route.js";
import { noticesAllowed, noticesPossible } from "../../model/notices.js";
import { LANGUAGES, language, setLanguage, t } from "../../words/words.js";

const KEPT = "hichat.notices";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Appearance({ model }) {
  const [notices, setNotices] = useState(noticesAllowed() && localStorage.getItem(KEPT) !== "off" ? "on" : "off");
  const look = (chosen) => {
    applyTheme(chosen);
    model.changed();
  };
  const speak = (chosen) => {
    setLanguage(chosen);
    model.changed();
  };
  const call = async (chosen) => {
    if (chosen === "on" && (await Notification.requestPermission()) !== "granted") {
      model.toast(t("noticesRefused"), "problem");
      return;
    }
    localStorage.setItem(KEPT, chosen);
    setNotices(chosen);
  };
  return html`<div class="page">
    <${PaneHead} title=${t("appearance")} back=${hrefOf("settings")} />
    <div class="page-body form">
      <${Choice} label=${t("theme")} options=${{ auto: t("themeAuto"), light: t("themeLight"), dark: t("themeDark") }} value=${theme()} change=${look} />
      <${Choice} label=${t("language")} options=${LANGUAGES} value=${language()} change=${speak} />
      ${noticesPossible() && html`<${Choice} label=${t("notices")} options=${{ on: t("on"), off: t("off") }} value=${notices} change=${call} />`}
    </div>
  </div>`;
}
