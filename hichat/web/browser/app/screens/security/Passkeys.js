// Passkeys: with one of them one signs in without the password, or shows it beside the password.
import { html, useEffect, useState } from "../../rendering.js";
import { Asking } from "./Asking.js";
import { makePasskey, takesPasskeys } from "../../model/passkeys.js";
import { Dialog } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { Icon } from "../../parts/Icon.js";
import { explain } from "../../model/problems.js";
import { fullTime, t } from "../../words/words.js";
import { NewCodes } from "./NewCodes.js";
import { browserName } from "../../model/browser.js";
import { useOnce } from "../../parts/once.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Passkeys({ model, changed, came }) {
  const [own, setOwn] = useState(/** @type {any} */ (null));
  const [asked, setAsked] = useState(/** @type {any} */ (null));
  const load = () => model.attempt(async () => setOwn(await model.api.get("/me/passkeys")));
  useEffect(() => void load().then(came), []);
  if (!own || (!own.possible && !own.passkeys.length)) return null;
  const canMake = own.possible && takesPasskeys();
  const close = () => setAsked(null);
  const done = (codes = []) => {
    setAsked(codes.length ? { Ask: NewCodes, codes } : null);
    load();
    changed();
  };
  return html`
    <h2 class="list-head">${t("passkeys")}</h2>
    <p class="dim">${t("passkeysHint")}</p>
    <ul class="rows">
      ${own.passkeys.map(
        (passkey) =>
          html`<li class="row" key=${passkey.id}>
            <span class="row-main">
              <span class="file-sign"><${Icon} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${passkey.name}</span>
                <span class="row-note wrap">${noteOf(passkey)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${t("renamePasskey")}: ${passkey.name}`} onClick=${() => setAsked({ passkey, Ask: Renaming })}>${t("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${t("removePasskey")}: ${passkey.name}`} onClick=${() => setAsked({ passkey, Ask: Removal })}>${t("removePasskeyShort")}</button>
            </span>
          </li>`,
      )}
    </ul>
    <div class="actions start">
      <button type="button" disabled=${!canMake} onClick=${() => setAsked({ Ask: Making })}>${t("addPasskey")}</button>
    </div>
    ${!canMake && html`<p class="dim">${t("noPasskeysHere")}</p>`}
    ${asked && html`<${asked.Ask} model=${model} passkey=${asked.passkey} codes=${asked.codes} close=${close} done=${done} />`}
  `;
}

const noteOf = ({ made, used }) =>
  [t("passkeyMade", { time: fullTime(made) }), used ? t("passkeyUsed", { time: fullTime(used) }) : t("passkeyUnused")].join(" · ");

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Making({ model, close, done }) {
  const [name, setName] = useState(browserName().replace("-", " · "));
  const work = async (again) => {
    const { state, options } = await model.api.post("/me/passkeys/begin", again);
    const credential = await makePasskey(options);
    const { recoveryCodes } = await model.api.post("/me/passkeys", { state, credential, name });
    model.toast(t("passkeyAdded"));
    done(recoveryCodes);
  };
  return html`<${Asking} model=${model} title=${t("addPasskey")} text=${t("addPasskeyHint")} action=${t("addPasskey")} close=${close} work=${work}>
    <${Field} label=${t("passkeyName")} value=${name} change=${setName} required maxlength="64" autocomplete="off" />
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Removal({ model, passkey, close, done }) {
  const work = async (again) => {
    await model.api.post(`/me/passkeys/${passkey.id}/removal`, again);
    done();
  };
  const text = t("removePasskeyQuestion", { name: passkey.name });
  return html`<${Asking} model=${model} title=${t("removePasskey")} text=${text} action=${t("removePasskey")} danger close=${close} work=${work} />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Renaming({ model, passkey, close, done }) {
  const [name, setName] = useState(passkey.name);
  const [problem, setProblem] = useState("");
  const save = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    try {
      await model.api.patch(`/me/passkeys/${passkey.id}`, { name });
      done();
    } catch (error) {
      setProblem(explain(error));
    }
  });
  return html`<${Dialog} title=${t("renamePasskey")} close=${close}>
    <form onSubmit=${save}>
      <${Field} label=${t("passkeyName")} value=${name} change=${setName} required maxlength="64" autocomplete="off" problem=${problem} />
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        <button class="primary">${t("save")}</button>
      </div>
    </form>
  <//>`;
}
