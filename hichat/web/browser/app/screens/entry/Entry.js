// Log in, or make an account.
import { html, useState } from "../../rendering.js";
import { Field, NewPasswordField, PasswordField, isOfPassword } from "../../parts/Field.js";
import { Heading } from "../../parts/Heading.js";
import { PasskeyButton } from "./PasskeyButton.js";
import { Rare } from "../../parts/Rare.js";
import { SignOnButton } from "./SignOnButton.js";
import { browserName } from "../../model/browser.js";
import { explain } from "../../model/problems.js";
import { hrefOf } from "../../model/route.js";
import { takesPasskeys } from "../../model/passkeys.js";
import { unwelcome } from "../../model/returned.js";
import { useWays } from "../../parts/ways.js";
import { LANGUAGES, language, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Entry({ model }) {
  const [making, setMaking] = useState(false);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [invite, setInvite] = useState("");
  const [asksInvite, setAsksInvite] = useState(false);
  const [problem, setProblem] = useState(unwelcome);
  const [ofPassword, setOfPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [isOwner, setIsOwner] = useState(false);
  const [step, setStep] = useState(/** @type {any} */ (null));
  const ways = useWays();
  const byPassword = ways.password !== false || isOwner;

  const enter = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    setOfPassword("");
    try {
      if (making) await model.link.ask("register", name, password, invite.trim(), browserName(), language());
      else await model.link.ask("logIn", name, password, browserName(), language());
    } catch (error) {
      if (error.next?.ticket) return setStep({ ...error.next, enrols: error.code === "enrolment_needed" });
      if (["bad_invite", "registration_closed"].includes(error.code)) setAsksInvite(error.code === "bad_invite");
      (isOfPassword(error) ? setOfPassword : setProblem)(explain(error));
      setBusy(false);
    }
  };
  const turn = () => {
    setMaking(!making);
    setProblem("");
    setOfPassword("");
  };

  const again = () => {
    setStep(null);
    setBusy(false);
    setPassword("");
  };
  if (step) {
    return html`<main class="entry">
      <${Rare} is="SecondStep" model=${model} step=${step} again=${again} />
      <${Languages} model=${model} />
    </main>`;
  }

  return html`<main class="entry">
    <form class="card" onSubmit=${enter}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${Heading}>${t(making ? "makeAccount" : "logIn")}<//>
      ${model.state.left && !making && html`<p class="hint" role="status">${t(model.state.left)}</p>`}
      ${
        byPassword &&
        html`<${Field} label=${t("name")} value=${name} change=${setName} autocomplete=${making ? "username" : "username webauthn"} required maxlength="64" />`
      }
      ${
        byPassword &&
        (making
          ? html`<${NewPasswordField} label=${t("password")} problem=${ofPassword} value=${password} change=${setPassword} />`
          : html`<${PasswordField}
              label=${t("password")}
              value=${password}
              change=${setPassword}
              autocomplete="current-password"
              required
            />`)
      }
      ${
        making &&
        html`<${Field}
          label=${t("inviteCode")}
          hint=${t("inviteHint")}
          value=${invite}
          change=${setInvite}
          autocomplete="off"
          maxlength="64"
          required=${asksInvite}
        />`
      }
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      ${byPassword && html`<button class="primary" disabled=${busy}>${t(making ? "makeAccount" : "logIn")}</button>`}
      ${ways.passkey && takesPasskeys() && !making && html`<${PasskeyButton} model=${model} failed=${setProblem} />`}
      ${ways.oidc && !making && html`<${SignOnButton} name=${ways.oidc} primary=${!byPassword} />`}
      ${ways.mail && byPassword && !making && html`<a href=${hrefOf("forgotten")}>${t("forgottenQuestion")}</a>`}
      ${
        ways.password === false
          ? !isOwner && html`<button type="button" class="plain" onClick=${() => setIsOwner(true)}>${t("ownersLogIn")}</button>`
          : html`<button type="button" class="plain" onClick=${turn}>${t(making ? "haveAccount" : "noAccount")}</button>`
      }
    </form>
    <${Languages} model=${model} />
  </main>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Languages({ model }) {
  const choose = (chosen) => model.speak(chosen);
  return html`<div class="languages" role="group" aria-label=${t("language")}>
    ${Object.entries(LANGUAGES).map(
      ([code, text]) =>
        html`<button type="button" class="plain" lang=${code} aria-pressed=${language() === code} onClick=${() => choose(code)}>
          ${text}
        </button>`,
    )}
  </div>`;
}
