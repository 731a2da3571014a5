// Who is connected, and with what.
import { html } from "../../rendering.js";
import { Listing, useListing } from "./listing.js";
import { PaneHead } from "../../parts/Rows.js";
import { fullTime, t } from "../../words/words.js";
import { hrefOf } from "../../model/route.js";
import { whoIs } from "./Reports.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Online({ model }) {
  const listing = useListing(model, "/admin/online");
  return html`<div class="page">
    <${PaneHead} title=${t("adminOnline")} back=${hrefOf("admin")} />
    <div class="page-body">
      <div class="actions start"><button type="button" onClick=${listing.again}>${t("lookAgain")}</button></div>
      <${Listing} model=${model} listing=${listing} icon="person" empty=${t("nobodyOnline")} row=${row} />
    </div>
  </div>`;
}

function row({ user, devices }) {
  return html`<li key=${user.id} class="row">
    <span class="row-text">
      <span class="row-title">${whoIs(user)}</span>
      ${devices.map(
        (each, at) =>
          html`<span key=${at} class="row-note wrap">${[each.device ? t("deviceNumber", { number: each.device }) : t("v1Device"), each.address, each.since && t("since", { time: fullTime(each.since) })].filter(Boolean).join(" · ")}</span>`,
      )}
    </span>
  </li>`;
}
