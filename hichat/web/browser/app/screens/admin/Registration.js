// Who may make an account, and the invites.
import { html, useState } from "../../rendering.js";
import { Choice, Field } from "../../parts/Field.js";
import { Coming } from "../../parts/Coming.js";
import { Confirm } from "../../parts/Dialog.js";
import { Listing, Select, useListing } from "./listing.js";
import { PaneHead } from "../../parts/Rows.js";
import { fullTime, t } from "../../words/words.js";
import { hrefOf } from "../../model/route.js";
import { useAnswer } from "./answer.js";
import { whoIs } from "./Reports.js";

const POLICY = "/admin/registration";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Registration({ model }) {
  return html`<div class="page">
    <${PaneHead} title=${t("adminRegistration")} back=${hrefOf("admin")} />
    <div class="page-body">
      <${Policy} model=${model} />
      <${Invites} model=${model} />
    </div>
  </div>`;
}

const policies = () => ({ open: t("makersOpen"), invite: t("makersInvite"), closed: t("makersClosed") });

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Policy({ model }) {
  const { found, away, set } = useAnswer(model, POLICY);
  if (!found) return html`<${Coming} model=${model} away=${away} />`;
  const choose = (policy) => model.attempt(async () => set(await model.api.put(POLICY, { policy })), t("saved"));
  const reset = () => model.attempt(async () => set(await model.api.delete(POLICY)), t("saved"));
  const named = { ...policies(), local: t("makersLocal") };
  return html`
    <${Choice} label=${t("whoRegisters")} options=${policies()} value=${found.policy} change=${choose} />
    <p class="dim">
      ${found.chosen ? t("makersChosen", { name: whoIs(found.chosenBy), time: fullTime(found.chosen), setting: named[found.setting] }) : t("makersSetting", { setting: named[found.setting] })}
    </p>
    ${found.chosen && html`<div class="actions start"><button type="button" onClick=${reset}>${t("makersReset")}</button></div>`}
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Invites({ model }) {
  const [uses, setUses] = useState("1");
  const [days, setDays] = useState("7");
  const [role, setRole] = useState("member");
  const [code, setCode] = useState("");
  const [revoking, setRevoking] = useState(/** @type {any} */ (null));
  const listing = useListing(model, "/admin/invites");
  const make = (event) => {
    event.preventDefault();
    model.attempt(async () => {
      const made = await model.api.post("/admin/invites", { uses: Number(uses), days: Number(days), role });
      setCode(made.code);
      listing.again();
    });
  };
  const revoke = () =>
    model.attempt(async () => {
      await model.api.delete(`/admin/invites/${revoking.id}`);
      listing.again();
    });
  const row = (found) =>
    html`<li key=${found.id} class="row">
      <span class="row-text">
        <span class="row-title">${t("inviteLeft", { left: found.left, uses: found.uses ?? found.left })}</span>
        <span class="row-note wrap">${t(found.role === "guest" ? "inviteOfGuests" : "inviteOfMembers")} · ${t("until", { time: fullTime(found.expires) })} · ${found.by ? whoIs(found.by) : t("byCommand")}</span>
      </span>
      <span class="row-actions"><button type="button" class="small danger-text" onClick=${() => setRevoking(found)}>${t("revoke")}</button></span>
    </li>`;
  return html`
    <h2 class="list-head">${t("inviteCodes")}</h2>
    <form class="filters" onSubmit=${make}>
      <${Field} label=${t("inviteUses")} type="number" min="1" max="10000" required value=${uses} change=${setUses} />
      <${Field} label=${t("inviteDays")} type="number" min="1" max="366" required value=${days} change=${setDays} />
      <${Select} label=${t("inviteRole")} options=${{ member: t("inviteOfMembers"), guest: t("inviteOfGuests") }} value=${role} change=${setRole} />
      <button class="primary">${t("inviteMake")}</button>
    </form>
    <div role="status">
      ${
        code &&
        html`<p class="made-code"><code>${code}</code>
          <button type="button" class="small" onClick=${() => model.attempt(() => navigator.clipboard.writeText(code), t("copied"))}>${t("copy")}</button></p>
          <p class="dim">${t("inviteOnce")}</p>`
      }
    </div>
    <${Listing} model=${model} listing=${listing} icon="invite" empty=${t("noInvites")} row=${row} />
    ${revoking && html`<${Confirm} title=${t("revoke")} text=${t("inviteRevokeQuestion")} action=${t("revoke")} close=${() => setRevoking(null)} then=${revoke} />`}
  `;
}
