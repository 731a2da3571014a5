// Who came in as oneself in the last weeks, or tried.
import { html } from "../../rendering.js";
import { Icon } from "../../parts/Icon.js";
import { Listing, useListing } from "../../parts/listing.js";
import { fullTime, t } from "../../words/words.js";
import { happened, joined, kindOf, wayIn } from "./ways.js";

const ICONS = { ok: "check", asked: "lock", refused: "failed" };

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function SignIns({ model }) {
  const listing = useListing(model, "/me/sign-ins");
  const shown = { ...listing, items: listing.items && joined(listing.items) };
  return html`
    <h2 class="list-head">${t("signInsHead")}</h2>
    <p class="dim">${t("signInsHint")}</p>
    <${Listing} model=${model} listing=${shown} icon="lock" empty=${t("noSignIns")} row=${row} />
  `;
}

function row(signIn) {
  const { at, address, via, name, count } = signIn;
  const often = count > 1 && t("times", { count });
  return html`<li class="row" key=${`${at} ${signIn.what} ${signIn.outcome} ${signIn.device}`}>
    <span class=${`row-main sign-in ${kindOf(signIn)}`}>
      <span class="file-sign"><${Icon} name=${ICONS[kindOf(signIn)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${happened(signIn)}</span>
        <span class="row-note wrap">${[fullTime(at), often, wayIn(via), address, name].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`;
}
