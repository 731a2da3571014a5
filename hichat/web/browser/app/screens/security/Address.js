// The e-mail address: notices about the account go there, and a link when the password is forgotten.
import { html, useEffect, useState } from "../../rendering.js";
import { Asking } from "./Asking.js";
import { Field } from "../../parts/Field.js";
import { explain } from "../../model/problems.js";
import { fullTime, language, t } from "../../words/words.js";
import { useOnce } from "../../parts/once.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Address({ model, came }) {
  const [own, setOwn] = useState(/** @type {any} */ (null));
  const [asked, setAsked] = useState("");
  const load = () => model.attempt(async () => setOwn(await inOurLanguage(model, await model.api.get("/me/email"))));
  useEffect(() => void load().then(came), []);
  // Without mails there is nothing to do here, but to remove an address from before.
  if (!own || !(own.sent || own.address)) return null;
  const close = () => setAsked("");
  const done = (found) => {
    setOwn(found);
    close();
  };
  return html`
    <h2 class="list-head">${t("emailAddress")}</h2>
    <p class="dim">${t("addressHint")}</p>
    <p>${own.address ? t("addressIs", { address: own.address, time: fullTime(own.verified) }) : t("noAddress")}</p>
    ${own.sent && own.claimed && html`<${Verifying} key=${own.claimed} model=${model} own=${own} done=${done} />`}
    <div class="actions start">
      ${own.address && html`<button type="button" class="danger-text" onClick=${() => setAsked("remove")}>${t("removeAddress")}</button>`}
      ${own.sent && html`<button type="button" onClick=${() => setAsked("change")}>${t(own.address ? "changeAddress" : "addAddress")}</button>`}
    </div>
    ${asked === "change" && html`<${Changing} model=${model} own=${own} close=${close} done=${done} />`}
    ${asked === "remove" && html`<${Removing} model=${model} close=${close} done=${done} />`}
  `;
}

// Mails are in the language of the page.
const inOurLanguage = (model, own) =>
  own.address && own.language !== language() ? model.api.patch("/me/email", { language: language() }) : own;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Changing({ model, own, close, done }) {
  const [address, setAddress] = useState(own.address ? "" : (model.me?.email ?? ""));
  const work = async (proof) => done(await model.api.put("/me/email", { ...proof, address, language: language() }));
  return html`<${Asking} model=${model} title=${t("emailAddress")} text=${t("changeAddressHint")} action=${t("sendCode")} close=${close} work=${work}>
    <${Field} label=${t("emailAddress")} type="email" value=${address} change=${setAddress} required maxlength="254" autocomplete="email" />
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Removing({ model, close, done }) {
  const work = async (proof) => done(await model.api.put("/me/email", { ...proof, address: "" }));
  return html`<${Asking} model=${model} title=${t("removeAddress")} text=${t("removeAddressHint")} action=${t("removeAddress")} danger close=${close} work=${work} />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Verifying({ model, own, done }) {
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const verify = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    try {
      done(await model.api.post("/me/email/verification", { code }));
      model.toast(t("addressVerified"));
    } catch (error) {
      setProblem(explain(error));
    }
  });
  return html`<form onSubmit=${verify}>
    <${Field}
      label=${t("addressCode")}
      hint=${t("addressCodeHint", { address: own.claimed })}
      problem=${problem}
      value=${code}
      change=${setCode}
      required
      maxlength="6"
      inputmode="numeric"
      autocomplete="one-time-code"
    />
    <div class="actions"><button class="primary">${t("verifyAddress")}</button></div>
  </form>`;
}
