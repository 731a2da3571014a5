// The groups that one is in, is invited to, or has asked.
import { html } from "../../rendering.js";
import { GroupRow, PaneHead } from "../../parts/Rows.js";
import { Icon } from "../../parts/Icon.js";
import { Nothing } from "../../parts/Nothing.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { isGuest } from "../../model/roles.js";
import { go, hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Groups({ model, selected }) {
  const { api, lists } = model;
  const groups = lists.get("groups");
  const invitations = lists.get("invitations");
  const asked = lists.get("asked");
  const guest = isGuest(model.me);
  const answer = (work) =>
    model.attempt(async () => {
      await work();
      lists.again("groups", "invitations", "asked");
    });
  const join = (group) =>
    answer(async () => {
      await model.groups.change(() => api.post(`/groups/${group.id}/join`));
      go("chats", `group-${group.id}`);
    });
  const decline = (group) => answer(() => api.delete(`/groups/${group.id}/invitations/${model.state.user}`));
  const row = (group, more) =>
    html`<${GroupRow} key=${group.id} model=${model} group=${group} selected=${selected === String(group.id)} ...${more} />`;
  return html`
    <${PaneHead} title=${t("groups")}>
      ${!guest && html`<a class="icon-button" href=${hrefOf("groups", "find")} aria-label=${t("findGroups")} title=${t("findGroups")}><${Icon} name="search" /></a>`}
      ${!guest && html`<a class="icon-button" href=${hrefOf("groups", "new")} aria-label=${t("newGroup")} title=${t("newGroup")}><${Icon} name="plus" /></a>`}
    <//>
    ${invitations.length > 0 && html`<h2 class="list-head">${t("invitations")}</h2>`}
    <ul class="rows">
      ${invitations.map(
        (group) =>
          html`<${GroupRow} key=${group.id} model=${model} group=${group} note=${t("invitedBy", { name: model.people.name(group.you.invitedBy) })} asks>
            <button type="button" class="primary small" onClick=${() => join(group)}>${t("join")}</button>
            <button type="button" class="small" onClick=${() => decline(group)}>${t("decline")}</button>
          <//>`,
      )}
    </ul>
    ${asked.length > 0 && html`<h2 class="list-head">${t("asked")}</h2>`}
    <ul class="rows">${asked.map((group) => row(group, { note: t("waitingForAnswer") }))}</ul>
    ${(invitations.length > 0 || asked.length > 0) && html`<h2 class="list-head">${t("groups")}</h2>`}
    ${
      !groups.length &&
      html`<${Nothing} icon="groups" text=${t(guest ? "guestHint" : "noGroups")}>
        ${!guest && html`<a class="button" href=${hrefOf("groups", "find")}>${t("findGroups")}</a>`}
        ${!guest && html`<a class="button" href=${hrefOf("groups", "new")}>${t("newGroup")}</a>`}
      <//>`
    }
    <${WindowedRows} items=${groups} row=${(group) => row(group, {})} />
  `;
}
