// What a message of a bot offers: buttons, and one choice of several options.
import { html, useOwnId, useState } from "../../rendering.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Offer({ model, conversation, message }) {
  const [busy, setBusy] = useState(false);
  const id = useOwnId();
  const { actions = [], choice } = message;
  if (message.recalled || (!actions.length && !choice)) return null;
  const others = Boolean(message.for?.length && !message.for.includes(model.state.user));
  const off = busy || others;
  // Whoever presses twice presses once: until the server has it, nothing can be pressed.
  const press = async (action, value = "") => {
    setBusy(true);
    await model.attempt(() => model.commands.press(conversation, message, action, value));
    setBusy(false);
  };
  return html`<div class="offer" role="group" aria-label=${t("offerOf", { name: model.people.name(message.from) })}>
    ${actions.map(
      (action) =>
        html`<button type="button" key=${action.id} class=${["offer-button", action.style].filter(Boolean).join(" ")} disabled=${off} onClick=${() => press(action.id)}>${action.label}</button>`,
    )}
    ${
      choice &&
      html`<label for=${id}>${choice.label}</label>
        <select id=${id} disabled=${off} onChange=${(event) => event.currentTarget.value && press(choice.id, event.currentTarget.value)}>
          <option value="">${t("choose")}</option>
          ${choice.options.map((option) => html`<option key=${option.value} value=${option.value}>${option.label}</option>`)}
        </select>`
    }
    ${others && html`<span class="dim">${t("offerForOthers")}</span>`}
  </div>`;
}
