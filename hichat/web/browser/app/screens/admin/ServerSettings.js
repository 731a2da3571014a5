// The settings of the daemon, as they are.
import { html } from "../../rendering.js";
import { Listing, useListing } from "./listing.js";
import { PaneHead } from "../../parts/Rows.js";
import { hrefOf } from "../../model/route.js";
import { language, t } from "../../words/words.js";
import { settingsZh } from "../../words/admin/settings-zh.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function ServerSettings({ model }) {
  const listing = useListing(model, "/admin/settings");
  return html`<div class="page" tabindex="0" role="region" aria-label=${t("adminSettings")}>
    <${PaneHead} title=${t("adminSettings")} back=${hrefOf("admin")} />
    <div class="page-body">
      <p class="dim">${t("settingsHint")}</p>
      <${Listing} model=${model} listing=${listing} icon="settings" empty=${t("noEntries")} row=${row} />
    </div>
  </div>`;
}

// The server tells what a setting is for in English.
const about = (found) => (language() === "zh" && settingsZh[found.name]) || found.about;

function row(found) {
  const value = found.secret ? t("settingSecret") : (found.value ?? t("settingEmpty"));
  return html`<li key=${found.name} class="row">
    <span class="row-text">
      <span class="row-title wrap">${found.name} = ${value}</span>
      <span class="row-note wrap">${found.source === "default" ? t("settingDefault") : t("settingFrom", { source: found.source })} · ${about(found)}</span>
    </span>
  </li>`;
}
