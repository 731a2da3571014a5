// A dialog before something that changes how one signs in: whoever does it shows the password or a passkey again. Whoever
// has no password shows another second factor, and if there is none, has logged in just now.
import { html, useEffect, useState } from "../../rendering.js";
import { CodeField } from "../../parts/factors.js";
import { showPasskey, takesPasskeys } from "../../model/passkeys.js";
import { Dialog } from "../../parts/Dialog.js";
import { Field, PasswordField, isOfOldPassword } from "../../parts/Field.js";
import { explain } from "../../model/problems.js";
import { t } from "../../words/words.js";
import { useOnce } from "../../parts/once.js";

/**
 * @param {import("../../rendering.js").Props & Record<string, any>} props
 *   work: is given the proof, and may be refused; then that is said
 */
export function Asking({ model, title, text, action, danger = false, close, work, children }) {
  const [own, setOwn] = useState({ password: true, factors: /** @type {string[]} */ ([]) });
  const [shown, setShown] = useState("");
  const [problem, setProblem] = useState("");
  const [ofPassword, setOfPassword] = useState("");
  useEffect(() => void model.attempt(async () => setOwn(await model.api.get("/me/factors"))), []);
  const kind = own.password ? "password" : ["totp", "recovery"].find((name) => own.factors.includes(name));
  const act = async (proof) => {
    setProblem("");
    setOfPassword("");
    try {
      await work(await proof());
    } catch (error) {
      const tell = kind === "password" && isOfOldPassword(error) ? setOfPassword : setProblem;
      tell(explain(error));
    }
  };
  const byTyping = useOnce((event) => {
    event.preventDefault();
    return act(() => (kind ? { [kind]: shown } : {}));
  });
  const byPasskey = useOnce(() =>
    act(async () => {
      const { state, options } = await model.api.post("/me/passkeys/show");
      return { passkey: { state, credential: await showPasskey(options) } };
    }),
  );
  return html`<${Dialog} title=${title} close=${close}>
    <form onSubmit=${byTyping}>
      <p>${text}</p>
      ${children}
      <input type="text" class="hidden" autocomplete="username" value=${model.me?.name ?? ""} readonly tabindex="-1" aria-hidden="true" />
      ${kind === "password" && html`<${PasswordField} label=${t("password")} problem=${ofPassword} value=${shown} change=${setShown} required autocomplete="current-password" />`}
      ${kind === "totp" && html`<${CodeField} hint=${t("appCodeHint")} value=${shown} change=${setShown} />`}
      ${kind === "recovery" && html`<${Field} label=${t("recoveryCode")} hint=${t("recoveryCodeHint")} value=${shown} change=${setShown} autocomplete="off" required maxlength="64" />`}
      ${!kind && own.factors.length === 0 && html`<p class="dim">${t("freshLogInHint")}</p>`}
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        ${own.factors.includes("passkey") && takesPasskeys() && html`<button type="button" onClick=${byPasskey}>${t("withAnotherPasskey")}</button>`}
        ${(kind || own.factors.length === 0) && html`<button class=${danger ? "danger" : "primary"}>${action}</button>`}
      </div>
    </form>
  <//>`;
}
