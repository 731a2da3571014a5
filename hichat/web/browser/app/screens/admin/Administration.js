// What those who run the server can look at: the list on the left.
import { html } from "../../rendering.js";
import { Icon } from "../../parts/Icon.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { SECTIONS } from "./sections.js";
import { isAtLeast } from "../../model/roles.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Administration({ model, selected }) {
  const shown = SECTIONS.filter(({ least }) => isAtLeast(model.me, least));
  return html`
    <${PaneHead} title=${t("administration")} back=${hrefOf("settings")} stays />
    ${model.me && !shown.length && html`<${Nothing} icon="lock" text=${t("notForYou")} />`}
    <ul class="rows">
      ${shown.map(
        ({ name, title, icon }) =>
          html`<li key=${name} class=${selected === name ? "row selected" : "row"}>
            <a class="row-main setting" href=${hrefOf("admin", name)} aria-current=${selected === name ? "page" : undefined}>
              <${Icon} name=${icon} />${t(title)}
            </a>
          </li>`,
      )}
    </ul>
  `;
}
