// Who is in a group, and what its owner and admins may do about them.
import { html, useElement, useState } from "../../rendering.js";
import { Confirm } from "../../parts/Dialog.js";
import { Icon } from "../../parts/Icon.js";
import { Menu } from "../../parts/Menu.js";
import { More } from "../../parts/More.js";
import { PersonRow } from "../../parts/Rows.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { t } from "../../words/words.js";

const RANK = { owner: 0, admin: 1, member: 2 };
const HOUR = 3600_000;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Members({ model, group }) {
  const members = model.members.get(group.id).sort((a, b) => RANK[a.role] - RANK[b.role]);
  return html`
    <h2 class="list-head">${t("membersTitle")}</h2>
    <${WindowedRows}
      items=${members}
      row=${(member) => html`<${Member} key=${member.id} model=${model} group=${group} member=${member} />`}
    />
    ${!model.members.isComplete(group.id) && html`<${More} load=${() => model.members.more(group.id)} />`}
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Member({ model, group, member }) {
  const [anchor, setAnchor] = useState(/** @type {any} */ (null));
  const [asking, setAsking] = useState("");
  const button = useElement();
  const mine = group.you.role;
  const muted = model.lasts(member.muted);
  const above = mine === "owner" || (mine === "admin" && member.role === "member");
  const mayAct = above && member.id !== model.state.user;
  const path = `/groups/${group.id}/members/${member.id}`;
  const act = (work) =>
    model.attempt(async () => {
      await work();
      await model.groups.refresh(group.id);
    });
  const role = (given) => act(() => model.api.put(`${path}/role`, { role: given }));
  const items = [
    mine === "owner" && member.role === "member" && { icon: "person", text: t("makeAdmin"), act: () => role("admin") },
    mine === "owner" && member.role === "admin" && { icon: "person", text: t("makeMember"), act: () => role("member") },
    mine === "owner" && { icon: "person", text: t("makeOwner"), act: () => setAsking("makeOwner") },
    muted
      ? { icon: "bell", text: t("unmuteMember"), act: () => act(() => model.api.delete(`${path}/mute`)) }
      : { icon: "mute", text: t("muteHour"), act: () => act(() => model.api.put(`${path}/mute`, { until: model.now() + HOUR })) },
    !muted && { icon: "mute", text: t("muteMember"), act: () => act(() => model.api.put(`${path}/mute`, {})) },
    { icon: "leave", text: t("removeMember"), act: () => setAsking("removeMember"), danger: true },
    { icon: "block", text: t("ban"), act: () => setAsking("ban"), danger: true },
  ];
  const works = {
    makeOwner: () => role("owner"),
    removeMember: () => act(() => model.api.delete(path)),
    ban: () => act(() => model.api.put(`/groups/${group.id}/bans/${member.id}`)),
  };
  const notes = [member.role !== "member" && t(member.role), muted && t("muted")].filter(Boolean).join(" · ");
  const name = model.people.name(member.id);
  return html`<${PersonRow} model=${model} person=${member} note=${notes}>
    ${
      mayAct &&
      html`<button
        type="button"
        ref=${button}
        class="icon-button"
        aria-label=${t("moreAbout", { name })}
        onClick=${() => setAnchor(button.current)}
      >
        <${Icon} name="more" />
      </button>`
    }
    ${anchor && html`<${Menu} anchor=${anchor} label=${name} close=${() => setAnchor(null)} items=${items} />`}
    ${
      asking &&
      html`<${Confirm} title=${t(asking)} text=${t(`${asking}Question`, { name })} action=${t(asking)} close=${() => setAsking("")} then=${works[asking]} />`
    }
  <//>`;
}
