// The first steps of somebody who talks to nobody yet.
import { html, useState } from "../../rendering.js";
import { Icon } from "../../parts/Icon.js";
import { Rare } from "../../parts/Rare.js";
import { noticesOpen, turnNotices } from "../../model/notices.js";
import { isGuest } from "../../model/roles.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Welcome({ model }) {
  const [sharing, setSharing] = useState(false);
  const guest = isGuest(model.me);
  // A browser asks only after a click. Who has answered finds the rest in the settings.
  const call = async () => {
    if (!(await turnNotices(true))) model.toast(t("noticesRefused"), "problem");
    model.changed();
  };
  const step = (icon, text, hint) => html`
    <span class="welcome-sign"><${Icon} name=${icon} /></span>
    <span class="row-text"><span class="row-title">${text}</span><span class="row-note wrap">${hint}</span></span>
  `;
  return html`<section class="welcome" aria-label=${t("welcome")}>
    <h2>${t("welcome")}</h2>
    <ul class="rows">
      <li class="row"><a class="row-main" href=${hrefOf("settings", "profile")}>${step("person", t("welcomeProfile"), t("welcomeProfileHint"))}</a></li>
      ${guest && html`<li class="row"><div class="row-main">${step("groups", t("guestHere"), t("guestHint"))}</div></li>`}
      ${!guest && html`<li class="row"><a class="row-main" href=${hrefOf("chats", "new")}>${step("search", t("findPeople"), t("findPeopleHint"))}</a></li>`}
      ${!guest && html`<li class="row"><button type="button" class="row-main" onClick=${() => setSharing(true)}>${step("invite", t("invitePeople"), t("invitePeopleHint"))}</button></li>`}
      ${!guest && html`<li class="row"><a class="row-main" href=${hrefOf("groups", "new")}>${step("groups", t("newGroup"), t("newGroupHint"))}</a></li>`}
      <li class="row">
        ${
          noticesOpen()
            ? html`<button type="button" class="row-main" onClick=${call}>${step("bell", t("notices"), t("noticesHint"))}</button>`
            : html`<a class="row-main" href=${hrefOf("settings", "notices")}>${step("bell", t("notices"), t("noticesSet"))}</a>`
        }
      </li>
    </ul>
    ${sharing && html`<${Rare} quiet is="Share" model=${model} close=${() => setSharing(false)} />`}
  </section>`;
}
