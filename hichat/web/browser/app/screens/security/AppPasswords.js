// App passwords: each is for one app that can ask for nothing but a name and a password.
import { html, useEffect, useState } from "../../rendering.js";
import { Asking } from "./Asking.js";
import { Copied } from "../../parts/Copied.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { Icon } from "../../parts/Icon.js";
import { fullTime, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function AppPasswords({ model, came }) {
  const [own, setOwn] = useState(/** @type {any[] | null} */ (null));
  const [asked, setAsked] = useState(/** @type {any} */ (null));
  const load = () => model.attempt(async () => setOwn(await model.api.get("/me/app-passwords")));
  useEffect(() => void load().then(came), []);
  if (!own) return null;
  const close = () => setAsked(null);
  const made = (found) => {
    setAsked({ made: found });
    load();
  };
  const revoke = () =>
    model.attempt(async () => {
      await model.api.delete(`/me/app-passwords/${asked.revoking.id}`);
      await load();
    });
  return html`
    <h2 class="list-head">${t("appPasswords")}</h2>
    <p class="dim">${t("appPasswordsHint")}</p>
    <ul class="rows">
      ${own.map(
        (each) =>
          html`<li class="row" key=${each.id}>
            <span class="row-main">
              <span class="file-sign"><${Icon} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${each.name}</span>
                <span class="row-note wrap">${noteOf(each)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${t("revokeAppPassword")}: ${each.name}`} onClick=${() => setAsked({ revoking: each })}>${t("revoke")}</button>
            </span>
          </li>`,
      )}
    </ul>
    <div class="actions start">
      <button type="button" onClick=${() => setAsked({ making: true })}>${t("addAppPassword")}</button>
    </div>
    ${asked?.making && html`<${Making} model=${model} close=${close} made=${made} />`}
    ${asked?.made && html`<${Made} model=${model} made=${asked.made} close=${close} />`}
    ${
      asked?.revoking &&
      html`<${Confirm} title=${t("revokeAppPassword")} text=${t("revokeAppPasswordQuestion", { name: asked.revoking.name })} action=${t("revoke")} close=${close} then=${revoke} />`
    }
  `;
}

const noteOf = ({ created, used }) =>
  [
    t("appPasswordMade", { time: fullTime(created) }),
    used ? t("appPasswordUsed", { time: fullTime(used) }) : t("appPasswordUnused"),
  ].join(" · ");

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Making({ model, close, made }) {
  const [name, setName] = useState("");
  const work = async (again) => made(await model.api.post("/me/app-passwords", { ...again, name }));
  return html`<${Asking} model=${model} title=${t("addAppPassword")} text=${t("addAppPasswordHint")} action=${t("addAppPassword")} close=${close} work=${work}>
    <${Field} label=${t("appPasswordName")} hint=${t("appPasswordNameHint")} value=${name} change=${setName} required maxlength="64" autocomplete="off" />
  <//>`;
}

// It is shown once.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Made({ model, made, close }) {
  return html`<${Dialog} title=${made.name} close=${close}>
    <p>${t("appPasswordOnce")}</p>
    <p class="app-password">
      <${Copied} model=${model} label=${t("appPassword")} text=${made.password} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${close}>${t("close")}</button></div>
  <//>`;
}
