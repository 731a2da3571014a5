// Who did what to whom.
import { html, useEffect, useState } from "../../rendering.js";
import { actMeant, actWords } from "../../words/admin/acts.js";
import { Field } from "../../parts/Field.js";
import { Listing, useListing, useSettled } from "./listing.js";
import { PaneHead } from "../../parts/Rows.js";
import { fullTime, startOf, t } from "../../words/words.js";
import { hrefOf } from "../../model/route.js";
import { whoIs } from "./Reports.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Audit({ model }) {
  const [name, setName] = useState("");
  const [act, setAct] = useState("");
  const [day, setDay] = useState("");
  const [user, setUser] = useState(0);
  const wanted = useSettled(name).trim();
  useEffect(() => {
    let gone = false;
    setUser(0);
    if (wanted) model.api.get(`/users?limit=10&text=${encodeURIComponent(wanted)}`).then(({ items }) => gone || setUser(items[0]?.id ?? 0), () => {});
    return () => (gone = true);
  }, [wanted]);
  const listing = useListing(model, "/admin/audit", {
    user: wanted ? user || NOBODY : "",
    act: actMeant(useSettled(act).trim()),
    since: day ? startOf(day) : "",
  });
  return html`<div class="page">
    <${PaneHead} title=${t("adminAudit")} back=${hrefOf("admin")} />
    <div class="page-body">
      <div class="filters" role="search" aria-label=${t("adminAudit")}>
        <${Field} label=${t("auditUser")} type="search" value=${name} change=${setName} maxlength="64" autocomplete="off" />
        <${Field} label=${t("auditAct")} type="search" value=${act} change=${setAct} maxlength="64" autocomplete="off" />
        <${Field} label=${t("auditSince")} type="date" value=${day} change=${setDay} />
      </div>
      <${Listing} model=${model} listing=${listing} icon="list" empty=${listing.more ? t("auditLookOn") : t("noEntries")} row=${row} />
      ${listing.items?.length === 0 && listing.more && html`<div class="actions start"><button type="button" onClick=${listing.more}>${t("lookOn")}</button></div>`}
    </div>
  </div>`;
}

// A number that nobody has: who is not found has no entries.
const NOBODY = Number.MAX_SAFE_INTEGER;

function row(found) {
  const who = found.actor ? whoIs(found.actor) : found.via === "command" ? t("byCommand") : found.via === "daemon" ? t("byDaemon") : t("nobodySignedIn");
  const whom = found.whose && found.whose.id !== found.actor?.id && `→ ${whoIs(found.whose)}`;
  const more = [fullTime(found.time), found.via, found.address, found.device && t("deviceNumber", { number: found.device }), found.group && `${t("group")} ${found.group}`, found.count > 1 && `×${found.count}`];
  return html`<li key=${found.id} class="row">
    <span class="row-text">
      <span class="row-title wrap"><span title=${found.act}>${actWords(found.act)}</span>${found.outcome === "ok" ? "" : ` (${found.outcome})`}: ${who} ${whom}</span>
      <span class="row-note wrap">${more.filter(Boolean).join(" · ")}</span>
      ${found.detail && html`<span class="row-note wrap">${found.detail}</span>`}
    </span>
  </li>`;
}
