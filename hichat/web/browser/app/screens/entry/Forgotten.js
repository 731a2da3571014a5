// Somebody forgot the password: a link to set another one comes by e-mail.
import { html, useState } from "../../rendering.js";
import { Heading } from "../../parts/Heading.js";
import { Field } from "../../parts/Field.js";
import { call } from "../../hub/session.js";
import { explain } from "../../model/problems.js";
import { language, t } from "../../words/words.js";
import { useOnce } from "../../parts/once.js";

export function Forgotten() {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");
  const [sent, setSent] = useState(false);
  const send = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    try {
      await call("POST", "/v2/password/forgotten", { body: { name }, language: language() });
      setSent(true);
    } catch (error) {
      setProblem(explain(error));
    }
  });
  return html`<main class="entry">
    <form class="card" onSubmit=${send}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${Heading}>${t("forgotten")}<//>
      ${
        sent
          ? html`<p role="status">${t("forgottenSent")}</p>`
          : html`<p class="hint">${t("forgottenHint")}</p>
              <${Field} label=${t("nameOrAddress")} value=${name} change=${setName} problem=${problem} autocomplete="username" required maxlength="254" />
              <button class="primary">${t("sendLink")}</button>`
      }
      <a href="#/">${t("logIn")}</a>
    </form>
  </main>`;
}
