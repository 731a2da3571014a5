// A dialog before something that changes how one signs in: whoever does it shows the password or a passkey again.
import { html, useState } from "../../rendering.js";
import { showPasskey, takesPasskeys } from "../../model/passkeys.js";
import { Dialog } from "../../parts/Dialog.js";
import { PasswordField } from "../../parts/Field.js";
import { explain } from "../../model/problems.js";
import { t } from "../../words/words.js";
import { useOnce } from "../../parts/once.js";

/**
 * @param {import("../../rendering.js").Props & Record<string, any>} props
 *   passkeys: whether one has a passkey; work: is given the proof, and may be refused; then that is said
 */
export function Asking({ model, title, text, action, danger = false, passkeys = false, close, work, children }) {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const act = async (proof) => {
    setProblem("");
    try {
      await work(await proof());
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const byPassword = useOnce((event) => {
    event.preventDefault();
    return act(() => ({ password }));
  });
  const byPasskey = useOnce(() =>
    act(async () => {
      const { state, options } = await model.api.post("/me/passkeys/show");
      return { passkey: { state, credential: await showPasskey(options) } };
    }),
  );
  return html`<${Dialog} title=${title} close=${close}>
    <form onSubmit=${byPassword}>
      <p>${text}</p>
      ${children}
      <input type="text" class="hidden" autocomplete="username" value=${model.me?.name ?? ""} readonly tabindex="-1" aria-hidden="true" />
      <${PasswordField} label=${t("password")} value=${password} change=${setPassword} required autocomplete="current-password" />
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        ${passkeys && takesPasskeys() && html`<button type="button" onClick=${byPasskey}>${t("withAnotherPasskey")}</button>`}
        <button class=${danger ? "danger" : "primary"}>${action}</button>
      </div>
    </form>
  <//>`;
}
