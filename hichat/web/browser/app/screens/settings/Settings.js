// What one can set.
import { html } from "../../rendering.js";
import { AwayMark } from "../../parts/AwayMark.js";
import { Avatar } from "../../parts/Avatar.js";
import { Icon } from "../../parts/Icon.js";
import { PaneHead } from "../../parts/Rows.js";
import { ROOT } from "../../hub/root.js";
import { isAtLeast } from "../../model/roles.js";
import { hrefOf } from "../../model/route.js";
import { language, t } from "../../words/words.js";

const PAGES = [
  ["profile", "person"],
  ["account", "lock"],
  ["security", "device"],
  ["notices", "bell"],
  ["appearance", "look"],
  ["blocked", "block"],
  ["bots", "bot"],
];

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Settings({ model, selected }) {
  const logOut = async () => {
    if (!(await model.attempt(() => model.link.ask("logOut")))) return;
    location.hash = "";
  };
  return html`
    <${PaneHead} title=${t("settings")} />
    ${
      model.me &&
      html`<div class="portrait small">
        <${Avatar} model=${model} id=${model.state.user} name=${model.me.displayName} picture=${model.me.avatar} size="large" />
        <h2>${model.me.displayName}<${AwayMark} of=${model.me} /></h2>
      </div>`
    }
    <ul class="rows">
      ${PAGES.map(
        ([name, icon]) =>
          html`<li key=${name} class=${selected === name ? "row selected" : "row"}>
            <a class="row-main setting" href=${hrefOf("settings", name)} aria-current=${selected === name ? "page" : undefined}>
              <${Icon} name=${icon} />${t(name)}
            </a>
          </li>`,
      )}
      ${
        matchMedia("(hover: hover)").matches &&
        html`<li class="row">
          <button type="button" class="row-main setting" onClick=${() => model.open("keys")}><${Icon} name="keyboard" />${t("keys")}</button>
        </li>`
      }
      <li class="row">
        <a class="row-main setting" href=${hrefOf("chats", "announcements")}><${Icon} name="megaphone" />${t("announcements")}</a>
      </li>
      ${
        isAtLeast(model.me, "moderator") &&
        html`<li class="row">
          <a class="row-main setting" href=${hrefOf("admin")}><${Icon} name="lock" />${t("administration")}</a>
        </li>`
      }
      <li class="row">
        <a class="row-main setting" href=${`${ROOT}/docs/web-client${language() === "zh" ? ".zh" : ""}`} target="_blank" rel="noreferrer"><${Icon} name="info" />${t("help")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${logOut}><${Icon} name="leave" />${t("logOut")}</button>
      </li>
    </ul>
  `;
}
