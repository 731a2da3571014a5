// What users have reported, and what becomes of it.
import { html, useState } from "../../rendering.js";
import { Coming } from "../../parts/Coming.js";
import { Confirm } from "../../parts/Dialog.js";
import { Facts, Listing, Select, useListing } from "./listing.js";
import { Field } from "../../parts/Field.js";
import { PaneHead } from "../../parts/Rows.js";
import { fullTime, t } from "../../words/words.js";
import { go, hrefOf } from "../../model/route.js";
import { reasons } from "../../model/problems.js";
import { useAnswer } from "./answer.js";

const NOTE_LIMIT = "1000";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Reports({ model, more }) {
  return more ? html`<${OneReport} model=${model} id=${more} />` : html`<${AllReports} model=${model} />`;
}

// Whom a list of the server's names: the account may be gone.
export const whoIs = (/** @type {any} */ user) => {
  if (!user?.name) return t("deletedAccount");
  return user.displayName === user.name ? user.name : `${user.displayName} (${user.name})`;
};

const outcomes = () => ({
  dismissed: t("reportDismissed"),
  recalled: t("reportRecalled"),
  disabled: t("reportDisabled"),
  recalled_and_disabled: t("reportBoth"),
});

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function AllReports({ model }) {
  const [state, setState] = useState("open");
  const listing = useListing(model, "/admin/reports", { state });
  return html`<div class="page">
    <${PaneHead} title=${t("adminReports")} back=${hrefOf("admin")} />
    <div class="page-body">
      <div class="filters">
        <${Select} label=${t("reportState")} options=${{ open: t("reportsOpen"), closed: t("reportsClosed") }} value=${state} change=${setState} />
      </div>
      <${Listing} model=${model} listing=${listing} icon="flag" empty=${t("noReports")} row=${row} />
    </div>
  </div>`;
}

function row(found) {
  const said = found.message ? found.message.text || found.message.files.join(", ") : t("reportOfPerson");
  return html`<li key=${found.id} class="row">
    <a class="row-main" href=${hrefOf("admin", "reports", found.id)}>
      <span class="row-text">
        <span class="row-title">${found.about.displayName ?? t("deletedAccount")}: ${reasons()[found.reason]}</span>
        <span class="row-note" dir="auto">${said}</span>
        <span class="row-note">${found.closed ? `${outcomes()[found.outcome]} · ${fullTime(found.closed)}` : fullTime(found.time)}</span>
      </span>
    </a>
  </li>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function OneReport({ model, id }) {
  const { found, away, problem } = useAnswer(model, `/admin/reports/${encodeURIComponent(id)}`);
  return html`<div class="page">
    <${PaneHead} title=${t("adminReport")} back=${hrefOf("admin", "reports")} stays />
    <div class="page-body">
      ${found ? html`<${Shown} found=${found} />` : html`<${Coming} model=${model} away=${away} problem=${problem} />`}
      ${found && !found.closed && html`<${Judge} model=${model} found=${found} />`}
    </div>
  </div>`;
}

function Shown({ found }) {
  const { message, profile } = found;
  const place = message && (message.group ? `${t("group")}: ${message.groupName}` : message.user ? t("privateChat") : t("announcements"));
  return html`
    ${
      message &&
      html`<figure class="reported">
        <blockquote dir="auto">${message.text}</blockquote>
        ${message.files.length > 0 && html`<ul>${message.files.map((name, at) => html`<li key=${at} dir="auto">${name}</li>`)}</ul>`}
        <figcaption>${message.name} · ${fullTime(message.time)} · ${place}${message.recalled ? ` · ${t("notThereAnyMore")}` : ""}</figcaption>
      </figure>`
    }
    ${profile && html`<figure class="reported"><blockquote dir="auto">${profile.bio || t("noBio")}</blockquote><figcaption>${profile.displayName} (${profile.name})</figcaption></figure>`}
    <${Facts}
      facts=${[
        [t("reportReason"), reasons()[found.reason]],
        [t("reportSays"), found.text],
        [t("reportAbout"), `${whoIs(found.about)}${found.about.disabled ? ` · ${t("isDisabled")}` : ""}`],
        [t("reportedBy"), whoIs(found.reporter)],
        [t("reportTime"), fullTime(found.time)],
        [t("reportClosed"), found.closed && `${fullTime(found.closed)} · ${whoIs(found.closedBy)}`],
        [t("reportOutcome"), found.outcome && outcomes()[found.outcome]],
        [t("reportNote"), found.note],
      ]}
    />
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Judge({ model, found }) {
  const [note, setNote] = useState("");
  const [asked, setAsked] = useState("");
  const close = (outcome) =>
    model.attempt(async () => {
      await model.api.post(`/admin/reports/${found.id}/close`, { outcome, note: note.trim() });
      go("admin", "reports");
    }, t("reportDone"));
  const words = { recalled: t("reportRecall"), disabled: t("reportDisable"), recalled_and_disabled: t("reportDoBoth") };
  const questions = { recalled: t("reportRecallQuestion"), disabled: t("reportDisableQuestion"), recalled_and_disabled: t("reportDoBothQuestion") };
  const possible = found.message ? ["recalled", "disabled", "recalled_and_disabled"] : ["disabled"];
  return html`
    <${Field} label=${t("reportNoteFor")} value=${note} change=${setNote} rows="2" maxlength=${NOTE_LIMIT} />
    <div class="actions start">
      <button type="button" onClick=${() => close("dismissed")}>${t("reportDismiss")}</button>
      ${possible.map((outcome) => html`<button type="button" key=${outcome} class="danger-text" onClick=${() => setAsked(outcome)}>${words[outcome]}</button>`)}
    </div>
    ${asked && html`<${Confirm} title=${words[asked]} text=${questions[asked]} action=${words[asked]} close=${() => setAsked("")} then=${() => close(asked)} />`}
  `;
}
