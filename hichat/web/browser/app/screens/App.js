// The whole page: what is shown depends on whether somebody is logged in.
import { html, useEffect } from "../rendering.js";
import { Entry } from "./entry/Entry.js";
import { Home } from "./home/Home.js";
import { Toasts } from "./home/Toasts.js";
import { Waiting } from "./entry/Waiting.js";
import { Rare } from "../parts/Rare.js";
import { badgeOn } from "../model/notices.js";
import { comeBack } from "../model/returned.js";
import { route } from "../model/route.js";

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function App({ model }) {
  const { phase } = model.state;
  const unread = phase === "in" && badgeOn() ? model.unread : 0;
  useEffect(() => {
    document.title = unread ? `(${unread}) HiChat` : "HiChat";
    badge(unread);
  }, [unread]);
  const { section, detail } = route();
  useEffect(() => void comeBack(model), [section, phase]);
  if (section === "password") return html`<${Rare} is="NewPassword" key=${detail} model=${model} code=${detail} /><${Toasts} model=${model} />`;
  if (section === "forgotten" && phase === "out") return html`<${Rare} is="Forgotten" model=${model} /><${Toasts} model=${model} />`;
  return html`
    ${phase === "starting" && html`<${Waiting} model=${model} />`}
    ${phase === "out" && html`<${Entry} model=${model} />`}
    ${phase === "in" && section === "device" && html`<${Rare} is="LetDevice" from="security" key=${detail} model=${model} code=${detail} />`}
    ${phase === "in" && section !== "device" && html`<${Home} key=${model.state.user} model=${model} />`}
    <${Toasts} model=${model} />
  `;
}

// The number at the sign of an installed app. Where there is none the browser refuses, or knows no such thing.
const badge = (count) => /** @type {any} */ (navigator).setAppBadge?.(count).catch(() => {});
