// Recovery codes that were made now.
import { Dialog } from "../../parts/Dialog.js";
import { RecoveryCodes } from "../../parts/factors.js";
import { html } from "../../rendering.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function NewCodes({ model, codes, done }) {
  const read = () => done();
  return html`<${Dialog} title=${t("recoveryCodes")} close=${read}>
    <${RecoveryCodes} model=${model} codes=${codes} />
    <div class="actions"><button type="button" class="primary" onClick=${read}>${t("codesKept")}</button></div>
  <//>`;
}
