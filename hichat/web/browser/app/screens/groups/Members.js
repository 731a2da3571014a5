// Who is in a group, and what its owner and admins may do about them.
import { html, useElement, useState } from "../../rendering.js";
import { Confirm } from "../../parts/Dialog.js";
import { Icon } from "../../parts/Icon.js";
import { Menu } from "../../parts/Menu.js";
import { More } from "../../parts/More.js";
import { PersonRow } from "../../parts/Rows.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { folded } from "../../model/folding.js";
import { useFound } from "../../parts/finding.js";
import { t } from "../../words/words.js";

const RANK = { owner: 0, admin: 1, member: 2 };
const HOUR = 3600_000;
const FEW = 10; // members that one sees at a glance

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Members({ model, group }) {
  const [words, setWords] = useState("");
  const wanted = folded(words.trim());
  const complete = model.members.isComplete(group.id);
  const found = useFound(model, words, (text) => (text && !complete ? model.members.find(group.id, text) : null));
  const known = model.members.get(group.id);
  const here = wanted ? known.filter((each) => model.people.namesOf(each).some((name) => folded(name).includes(wanted))) : known;
  // What has happened since the server has found somebody is known of those that are here.
  const others = (wanted && found ? model.members.found(group.id) : []).filter(({ id }) => !known.some((each) => each.id === id));
  const members = [...here, ...others].sort((a, b) => RANK[a.role] - RANK[b.role]);
  return html`
    <h2 class="list-head">${t("membersTitle")}</h2>
    ${
      group.size > FEW &&
      html`<form class="filter" role="search" onSubmit=${(event) => event.preventDefault()}>
        <${Icon} name="search" />
        <input
          type="search"
          value=${words}
          maxlength="64"
          autocomplete="off"
          placeholder=${t("findMembers")}
          aria-label=${t("findMembers")}
          onInput=${(event) => setWords(event.currentTarget.value)}
        />
      </form>`
    }
    ${wanted && !members.length && (complete || found) && html`<p class="hint" role="status">${t("nobodyFound")}</p>`}
    <${WindowedRows}
      items=${members}
      row=${(member) => html`<${Member} key=${member.id} model=${model} group=${group} member=${member} />`}
    />
    ${!complete && !wanted && html`<${More} load=${() => model.members.more(group.id)} />`}
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
