// Fields of forms, each with its label.
import { html, useId } from "../rendering.js";

export function Field({ label, hint = "", value, change, rows = 0, ...rest }) {
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
    ${rows ? html`<textarea rows=${rows} ...${given}></textarea>` : html`<input ...${given} />`}
    ${hint && html`<small id="${id}-hint">${hint}</small>`}
  </div>`;
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
