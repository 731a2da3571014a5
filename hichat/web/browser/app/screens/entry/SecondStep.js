// The second step of a log-in: one shows a second factor, or sets one up, because one's role needs it.
import { html, useEffect, useState } from "../../rendering.js";
import { AppKey, CodeField, RecoveryCodes } from "../../parts/factors.js";
import { Field } from "../../parts/Field.js";
import { Heading } from "../../parts/Heading.js";
import { call } from "../../hub/session.js";
import { explain } from "../../model/problems.js";
import { language, t } from "../../words/words.js";
import { showPasskey, takesPasskeys } from "../../model/passkeys.js";
import { useOnce } from "../../parts/once.js";

/**
 * @param {import("../../rendering.js").Props & Record<string, any>} props
 *   step: the ticket of the first step, and what one may show; again: leads back to the first step
 */
export const SecondStep = ({ model, step, again }) =>
  html`<${step.enrols ? Enrolling : Showing} model=${model} step=${step} again=${again} />`;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Showing({ model, step, again }) {
  const { ticket, factors } = step;
  const typed = factors.filter((name) => name !== "passkey");
  const [kind, setKind] = useState(typed[0]);
  const [code, setCode] = useState("");
  const [remember, setRemember] = useState(false);
  const [problem, setProblem] = useState("");
  const attempt = async (/** @type {() => Promise<any>} */ work) => {
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const show = (answer) => model.link.ask("showFactor", { ticket, remember, ...answer }, language());
  const enter = useOnce((event) => {
    event.preventDefault();
    return attempt(() => show({ [kind]: code }));
  });
  const byPasskey = useOnce(() =>
    attempt(async () => {
      const { state, options } = await call("POST", "/session/passkey/begin", { body: { ticket }, language: language() });
      await show({ passkey: { state, credential: await showPasskey(options) } });
    }),
  );
  const turn = () => {
    setKind(typed.find((name) => name !== kind));
    setCode("");
    setProblem("");
  };
  return html`<form class="card" onSubmit=${enter}>
    <${Heading}>${t("secondStep")}<//>
    ${kind === "totp" && html`<${CodeField} hint=${t("appCodeHint")} value=${code} change=${setCode} />`}
    ${
      kind === "recovery" &&
      html`<${Field} label=${t("recoveryCode")} hint=${t("recoveryCodeHint")} value=${code} change=${setCode} autocomplete="off" autocapitalize="none" spellcheck=${false} required maxlength="64" />`
    }
    <label class="check"><input type="checkbox" checked=${remember} onChange=${() => setRemember(!remember)} /><span>${t("rememberDevice")}</span></label>
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    ${kind && html`<button class="primary">${t("logIn")}</button>`}
    ${factors.includes("passkey") && takesPasskeys() && html`<button type="button" onClick=${byPasskey}>${t("withPasskey")}</button>`}
    ${typed.length > 1 && html`<button type="button" class="plain" onClick=${turn}>${t(kind === "totp" ? "useRecoveryCode" : "useAppCode")}</button>`}
    <button type="button" class="plain" onClick=${again}>${t("back")}</button>
  </form>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Enrolling({ model, step, again }) {
  const { ticket } = step;
  const [told, setTold] = useState(/** @type {any} */ (null));
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState(/** @type {string[] | null} */ (null));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const asked = call("POST", "/session/enrol", { body: { ticket }, language: language() });
    asked.then(setTold, (error) => setProblem(explain(error)));
  }, [ticket]);
  const confirm = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    try {
      setCodes(await model.link.ask("confirmApp", ticket, code, language()));
    } catch (error) {
      setProblem(explain(error));
    }
  });
  const goOn = useOnce((event) => {
    event.preventDefault();
    return model.link.ask("goOn").catch((error) => setProblem(explain(error)));
  });
  if (codes) {
    return html`<form class="card" onSubmit=${goOn}>
      <${Heading} key="codes">${t("recoveryCodes")}<//>
      <${RecoveryCodes} model=${model} codes=${codes} />
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <button class="primary">${t("codesKept")}</button>
    </form>`;
  }
  return html`<form class="card" onSubmit=${confirm}>
    <${Heading} key="app">${t("setUpApp")}<//>
    <p>${t("roleNeedsFactor")}</p>
    ${told && html`<${AppKey} told=${told} /><${CodeField} hint=${t("appCodeNewHint")} value=${code} change=${setCode} />`}
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    ${told && html`<button class="primary">${t("logIn")}</button>`}
    <button type="button" class="plain" onClick=${again}>${t("back")}</button>
  </form>`;
}
