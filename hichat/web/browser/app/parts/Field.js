// Fields of forms, each with its label.
import { html, useOwnId, useState } from "../rendering.js";
import { Icon } from "./Icon.js";
import { t } from "../words/words.js";

// The problem is what was wrong with it when it was sent. Of maxlength what is kept counts: a text that comes decomposed,
// such as a pasted one, has more characters before it is composed.
export function Field({ label, hint = "", problem = "", value, change, rows = 0, maxlength, children, ...rest }) {
  const id = useOwnId();
  const told = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  const given = {
    id,
    value,
    maxlength: maxlength && 4 * maxlength,
    onInput: (event) => {
      const input = event.currentTarget;
      const kept = event.isComposing ? input.value : composed(input.value, maxlength);
      if (kept !== input.value) input.value = kept;
      change(kept);
    },
    "aria-describedby": told || undefined,
    "aria-invalid": problem ? "true" : undefined,
    ...rest,
  };
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${rows ? html`<textarea rows=${rows} ...${given}></textarea>` : html`<span class="field-line"><input ...${given} />${children}</span>`}
    ${hint && html`<small id="${id}-hint">${hint}</small>`}
    ${problem && html`<p class="problem" role="alert" id="${id}-problem">${problem}</p>`}
  </div>`;
}

const composed = (text, limit) => [...text.normalize("NFC")].slice(0, limit && Number(limit)).join("");

// One that hides what is typed, until one wants to see it.
export function PasswordField(given) {
  const [shown, setShown] = useState(false);
  return html`<${Field} ...${given} type=${shown ? "text" : "password"} autocapitalize="none" spellcheck=${false}>
    <button type="button" class="icon-button" title=${t("showPassword")} aria-pressed=${shown} onClick=${() => setShown(!shown)}>
      <${Icon} name="eye" /><span class="hidden">${t("showPassword")}</span>
    </button>
  <//>`;
}

// One in which somebody thinks of a password. What it must be like is said before, and by the server.
export function NewPasswordField(given) {
  /** @type {HTMLMetaElement | null} */
  const meta = document.querySelector('meta[name="hichat-password-length"]');
  const least = meta?.content ?? "";
  return html`<${PasswordField} ...${given} hint=${t("passwordHint", { least })} autocomplete="new-password" required />`;
}

// Whether a new password was refused, and not something else.
export const isOfPassword = (error) => error.code?.startsWith("password_") ?? false;

// Whether a password that somebody has was not taken.
export const isOfOldPassword = (error) => error.code === "wrong_password" || error.code === "too_many_attempts";

// One of a few.
export function Choice({ label, options, value, change }) {
  const id = useOwnId();
  return html`<fieldset class="choice">
    <legend>${label}</legend>
    ${Object.entries(options).map(
      ([name, text]) =>
        html`<label key=${name}>
          <input type="radio" name=${id} checked=${value === name} onChange=${() => change(name)} />
          <span>${text}</span>
        </label>`,
    )}
  </fieldset>`;
}
