// Recovery codes, which are shown once.
import { Dialog } from "../../parts/Dialog.js";
import { html } from "../../rendering.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function NewCodes({ model, codes, close }) {
  const copy = () => model.attempt(() => navigator.clipboard.writeText(codes.join("\n")), t("copied"));
  return html`<${Dialog} title=${t("newCodes")} close=${close}>
    <p>${t("newCodesHint")}</p>
    <ul class="codes" aria-label=${t("newCodes")}>
      ${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}
    </ul>
    <div class="actions">
      <button type="button" onClick=${copy}>${t("copy")}</button>
      <button type="button" class="primary" onClick=${close}>${t("codesKept")}</button>
    </div>
  <//>`;
}
