// Whether the client calls, how, and with how much.
import { html, useState } from "../../rendering.js";
import { Choice } from "../../parts/Field.js";
import { PaneHead } from "../../parts/Rows.js";
import { badgeOn, noticesOn, noticesPossible, showTexts, soundsOn, textsShown, turnBadge, turnNotices, turnSounds } from "../../model/notices.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Notices({ model }) {
  const [, draw] = useState(0);
  const again = () => draw((count) => count + 1);
  const call = async (chosen) => {
    if (!(await turnNotices(chosen === "on"))) model.toast(t("noticesRefused"), "problem");
    again();
  };
  const change = (turn) => (chosen) => {
    turn(chosen === "on");
    again();
    // The title has the badge, too.
    model.changed();
  };
  const choice = (label, on, turn) =>
    html`<${Choice} label=${label} options=${{ on: t("on"), off: t("off") }} value=${on ? "on" : "off"} change=${turn} />`;
  return html`<div class="page">
    <${PaneHead} title=${t("notices")} back=${hrefOf("settings")} />
    <div class="page-body form">
      <p class="dim">${t(noticesPossible() ? "noticesHint" : "noticesImpossible")}</p>
      ${noticesPossible() && choice(t("notices"), noticesOn(), call)}
      ${noticesPossible() && choice(t("noticesText"), textsShown(), change(showTexts))}
      ${choice(t("sounds"), soundsOn(), change(turnSounds))}
      ${choice(t("badge"), badgeOn(), change(turnBadge))}
    </div>
  </div>`;
}
