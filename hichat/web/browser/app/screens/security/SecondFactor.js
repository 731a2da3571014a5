// The second factor that an app is, recovery codes, and the devices that log in without one.
import { html, useEffect, useState } from "../../rendering.js";
import { AppKey, CodeField } from "../../parts/factors.js";
import { Asking } from "./Asking.js";
import { Dialog } from "../../parts/Dialog.js";
import { Icon } from "../../parts/Icon.js";
import { NewCodes } from "./NewCodes.js";
import { explain } from "../../model/problems.js";
import { fullTime, t } from "../../words/words.js";
import { useOnce } from "../../parts/once.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function SecondFactor({ model, turn, came }) {
  const [own, setOwn] = useState(/** @type {any} */ (null));
  const [Asked, setAsked] = useState(/** @type {any} */ (null));
  const load = () => model.attempt(async () => setOwn(await model.api.get("/me/factors")));
  useEffect(() => void load().then(came), [turn]);
  if (!own) return null;
  const ask = (Dialogue) => setAsked(() => Dialogue);
  const done = () => {
    setAsked(null);
    load();
  };
  const forget = (device) =>
    model.attempt(async () => {
      await model.api.delete(`/me/factors/devices/${device.id}`);
      await load();
    });
  const { factors, appSince, recoveryLeft, remembered } = own;
  return html`
    <h2 class="list-head">${t("secondFactor")}</h2>
    <p class="dim">${appSince ? t("appSince", { time: fullTime(appSince) }) : t("secondFactorHint")}</p>
    ${factors.length > 0 && html`<p class=${recoveryLeft < 3 ? "problem" : "dim"}>${t("recoveryLeft", { count: recoveryLeft })}</p>`}
    <div class="actions start">
      <button type="button" onClick=${() => ask(SettingUp)}>${t(appSince ? "setUpOtherApp" : "setUpApp")}</button>
      ${factors.length > 0 && html`<button type="button" onClick=${() => ask(MakingCodes)}>${t("newRecoveryCodes")}</button>`}
      ${appSince && html`<button type="button" class="danger-text" onClick=${() => ask(Removing)}>${t("removeApp")}</button>`}
    </div>
    ${
      remembered.length > 0 &&
      html`<h3>${t("rememberedDevices")}</h3>
        <ul class="rows">
          ${remembered.map(
            (device) =>
              html`<li class="row" key=${device.id}>
                <span class="row-main">
                  <span class="file-sign"><${Icon} name="device" /></span>
                  <span class="row-text">
                    <span class="row-title">${device.name}</span>
                    <span class="row-note wrap">${t("rememberedUntil", { time: fullTime(device.until) })}</span>
                  </span>
                </span>
                <span class="row-actions">
                  <button type="button" class="small danger-text" aria-label=${`${t("forgetDevice")}: ${device.name}`} onClick=${() => forget(device)}>${t("forgetDevice")}</button>
                </span>
              </li>`,
          )}
        </ul>`
    }
    ${Asked && html`<${Asked} model=${model} close=${() => setAsked(null)} done=${done} />`}
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function SettingUp({ model, close, done }) {
  const [told, setTold] = useState(/** @type {any} */ (null));
  const [codes, setCodes] = useState(/** @type {string[] | null} */ (null));
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const confirm = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    try {
      setCodes((await model.api.post("/me/factors/totp/confirm", { ticket: told.ticket, code })).codes);
    } catch (error) {
      setProblem(explain(error));
    }
  });
  if (codes) return html`<${NewCodes} model=${model} codes=${codes} done=${done} />`;
  if (!told) {
    const begin = async (again) => setTold(await model.api.post("/me/factors/totp", again));
    return html`<${Asking} model=${model} title=${t("setUpApp")} text=${t("setUpAppHint")} action=${t("continueOn")} close=${close} work=${begin} />`;
  }
  return html`<${Dialog} title=${t("setUpApp")} close=${close}>
    <form onSubmit=${confirm}>
      <${AppKey} told=${told} />
      <${CodeField} hint=${t("appCodeNewHint")} value=${code} change=${setCode} problem=${problem} />
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        <button class="primary">${t("setUpApp")}</button>
      </div>
    </form>
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function MakingCodes({ model, close, done }) {
  const [codes, setCodes] = useState(/** @type {string[] | null} */ (null));
  if (codes) return html`<${NewCodes} model=${model} codes=${codes} done=${done} />`;
  const make = async (again) => setCodes((await model.api.post("/me/factors/recovery", again)).codes);
  return html`<${Asking} model=${model} title=${t("newRecoveryCodes")} text=${t("newRecoveryCodesHint")} action=${t("newRecoveryCodes")} close=${close} work=${make} />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Removing({ model, close, done }) {
  const remove = async (again) => {
    await model.api.post("/me/factors/totp/removal", again);
    done();
  };
  return html`<${Asking} model=${model} title=${t("removeApp")} text=${t("removeAppQuestion")} action=${t("removeApp")} danger close=${close} work=${remove} />`;
}
