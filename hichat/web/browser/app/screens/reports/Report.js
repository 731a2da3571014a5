// Tell the moderators of a message, or of somebody.
import { html, useState } from "../../rendering.js";
import { Choice, Field } from "../../parts/Field.js";
import { Dialog } from "../../parts/Dialog.js";
import { explain, reasons } from "../../model/problems.js";
import { t } from "../../words/words.js";

const TEXT_LIMIT = "1000";

/** @param {import("../../rendering.js").Props & Record<string, any>} props what: { message: ID } or { user: ID } */
export function Report({ model, what, close }) {
  const [reason, setReason] = useState("");
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    if (!reason) return setProblem(t("reportReasonNeeded"));
    setBusy(true);
    setProblem("");
    try {
      await model.api.post("/reports", { ...what, reason, text: text.trim() });
      model.toast(t("reported"));
      close();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${t(what.message ? "reportMessage" : "reportPerson")} close=${close}>
    <form onSubmit=${send}>
      <p class="dim">${t(what.message ? "reportMessageHint" : "reportPersonHint")}</p>
      <${Choice} label=${t("reportReason")} options=${reasons()} value=${reason} change=${setReason} />
      <${Field} label=${t("reportText")} value=${text} change=${setText} rows="3" maxlength=${TEXT_LIMIT} />
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        <button class="primary" disabled=${busy}>${t("report")}</button>
      </div>
    </form>
  <//>`;
}
