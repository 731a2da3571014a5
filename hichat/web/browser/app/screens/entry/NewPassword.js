// Somebody sets a password with a link that an administrator has given: #/password/CODE.
import { html, useState } from "../../rendering.js";
import { Heading } from "../../parts/Heading.js";
import { NewPasswordField, isOfPassword } from "../../parts/Field.js";
import { call } from "../../hub/session.js";
import { explain } from "../../model/problems.js";
import { go } from "../../model/route.js";
import { language, t } from "../../words/words.js";
import { useOnce } from "../../parts/once.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function NewPassword({ model, code }) {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [ofPassword, setOfPassword] = useState("");
  const save = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    setOfPassword("");
    try {
      await call("POST", "/v2/passwords", { body: { code, password }, language: language() });
      model.toast(t("passwordSet"));
      go("chats");
    } catch (error) {
      (isOfPassword(error) ? setOfPassword : setProblem)(explain(error));
    }
  });
  return html`<main class="entry">
    <form class="card" onSubmit=${save}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${Heading}>${t("setPassword")}<//>
      <${NewPasswordField} label=${t("password")} problem=${ofPassword} value=${password} change=${setPassword} />
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <button type="submit" class="primary">${t("setPassword")}</button>
      <a href="#/">${t("logIn")}</a>
    </form>
  </main>`;
}
