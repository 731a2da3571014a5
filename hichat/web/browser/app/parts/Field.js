// Fields of forms, each with its label.
import { html, useId, useState } from "../rendering.js";
import { Icon } from "./Icon.js";
import { t } from "../words/words.js";

export function Field({ label, hint = "", value, change, rows = 0, children, ...rest }) {
  const id = useId();
  const given = {
    id,
    value,
    onInput: (event) => change(event.currentTarget.value),
    "aria-describedby": hint ? `${id}-hint` : undefined,
    ...rest,
  };
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${rows ? html`<textarea rows=${rows} ...${given}></textarea>` : html`<span class="field-line"><input ...${given} />${children}</span>`}
    ${hint && html`<small id="${id}-hint">${hint}</small>`}
  </div>`;
}

// One that hides what is typed, until one wants to see it.
export function PasswordField(given) {
  const [shown, setShown] = useState(false);
  return html`<${Field} ...${given} type=${shown ? "text" : "password"} autocapitalize="none" spellcheck=${false}>
    <button type="button" class="icon-button" title=${t("showPassword")} aria-pressed=${shown} onClick=${() => setShown(!shown)}>
      <${Icon} name="eye" /><span class="hidden">${t("showPassword")}</span>
    </button>
  <//>`;
}

// One of a few.
export function Choice({ label, options, value, change }) {
  const id = useId();
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
