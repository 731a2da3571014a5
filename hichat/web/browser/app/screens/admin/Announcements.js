// What was written to everybody, and a place to write it.
import { html, useState } from "../../rendering.js";
import { Confirm } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { Listing, useListing } from "./listing.js";
import { PaneHead } from "../../parts/Rows.js";
import { fullTime, t } from "../../words/words.js";
import { hrefOf } from "../../model/route.js";
import { toldBy } from "../../model/problems.js";
import { whoIs } from "./Reports.js";

const TEXT_LIMIT = "2000"; // characters; the server takes 8192 bytes

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Announcements({ model }) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const [asked, setAsked] = useState(false);
  const listing = useListing(model, "/admin/announcements");
  const send = () => {
    setProblem("");
    const work = async () => {
      await model.api.post("/admin/announcements", { text: text.trim() });
      setText("");
      listing.again();
    };
    return model.attempt(work, t("announced"), toldBy(setProblem));
  };
  const row = (found) =>
    html`<li key=${found.id} class="row">
      <span class="row-text">
        <span class="row-title wrap" dir="auto">${found.recalled ? t("recalledMessage") : found.text || t("announcedFile")}</span>
        <span class="row-note">${whoIs(found.by)} · ${fullTime(found.time)}${found.edited ? ` · ${t("edited")}` : ""}</span>
      </span>
    </li>`;
  return html`<div class="page">
    <${PaneHead} title=${t("announcements")} back=${hrefOf("admin")} />
    <div class="page-body">
      <form onSubmit=${(event) => (event.preventDefault(), text.trim() && setAsked(true))}>
        <${Field} label=${t("announce")} problem=${problem} value=${text} change=${setText} rows="3" maxlength=${TEXT_LIMIT} />
        <div class="actions start"><button class="primary" disabled=${!text.trim()}>${t("announceSend")}</button></div>
      </form>
      <${Listing} model=${model} listing=${listing} icon="megaphone" empty=${t("noAnnouncements")} row=${row} />
    </div>
    ${asked && html`<${Confirm} title=${t("announceSend")} text=${t("announceQuestion")} action=${t("announceSend")} close=${() => setAsked(false)} then=${send} />`}
  </div>`;
}
