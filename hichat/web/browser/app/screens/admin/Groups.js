// All groups of the server, and one of them: who is in it, and what those who run the server may do about it. Messages are
// for members.
import { html, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { Coming } from "../../parts/Coming.js";
import { Confirm } from "../../parts/Dialog.js";
import { DaysOfGroup } from "./Keeping.js";
import { Facts, FilterField, Listing, Select, useListing, useSettled } from "./listing.js";
import { GroupRow, PaneHead, PersonRow } from "../../parts/Rows.js";
import { Icon } from "../../parts/Icon.js";
import { Tile } from "../../parts/Tile.js";
import { fullTime, sizeOf, t } from "../../words/words.js";
import { go, hrefOf } from "../../model/route.js";
import { isAtLeast } from "../../model/roles.js";
import { useAnswer } from "./answer.js";

const JOINED = { open: "joinedByAll", approval: "joinedAfterApproval", invite: "joinedByInvitation" };

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function AllGroups({ model, more }) {
  const id = Number(more);
  return id ? html`<${OneGroup} key=${id} model=${model} id=${id} />` : html`<${EveryGroup} model=${model} />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function EveryGroup({ model }) {
  const [text, setText] = useState("");
  const [state, setState] = useState("");
  const listing = useListing(model, "/admin/groups", { text: useSettled(text).trim(), state });
  const states = { "": t("adminAny"), active: t("adminActive"), archived: t("adminArchived"), ownerless: t("adminOwnerLost") };
  return html`<div class="page">
    <${PaneHead} title=${t("groups")} back=${hrefOf("admin")} />
    <div class="page-body">
      <${FilterField} label=${t("adminFindGroups")} value=${text} change=${setText} />
      <div class="filters"><${Select} label=${t("adminState")} options=${states} value=${state} change=${setState} /></div>
      <${Listing} model=${model} listing=${listing} icon="groups" empty=${t("adminNoGroups")} row=${(group) => html`<${Row} key=${group.id} model=${model} group=${group} />`} />
    </div>
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Row({ model, group }) {
  const notes = [
    t(group.size === 1 ? "oneMember" : "members", { count: group.size }),
    group.ownerLost && t("adminOwnerLost"),
    group.archived && t("adminArchived"),
  ];
  return html`<${GroupRow} model=${model} group=${group} note=${notes.filter(Boolean).join(" · ")} href=${hrefOf("admin", "groups", group.id)} />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function OneGroup({ model, id }) {
  const path = `/admin/groups/${id}`;
  const { found: group, away, problem, again } = useAnswer(model, path);
  const [asking, setAsking] = useState("");
  const head = html`<${PaneHead} title=${t("group")} back=${hrefOf("admin", "groups")} />`;
  if (!group) return html`<div class="page">${head}<${Coming} model=${model} away=${away} problem=${problem} /></div>`;
  const act = (work) =>
    model.attempt(async () => {
      await work();
      again();
    }, t("saved"));
  const works = {
    adminArchive: () => act(() => model.api.put(`${path}/archived`)),
    dissolve: () =>
      model.attempt(async () => {
        await model.api.delete(path);
        go("admin", "groups");
      }, t("adminDissolved")),
  };
  const runs = isAtLeast(model.me, "administrator");
  const owner = group.owner.name ? group.owner.displayName : t("deletedAccount");
  return html`<div class="page">
    ${head}
    <div class="page-body">
      <div class="portrait">
        <${Avatar} model=${model} id=${id} name=${group.name} picture=${group.picture} kind="group" size="large" />
        <h2>${group.name}</h2>
        ${group.description && html`<p class="bio">${group.description}</p>`}
        ${group.archived && html`<p class="dim" role="status">${t("groupArchived")}</p>`}
        ${group.ownerLost && html`<p class="problem" role="status">${t(runs ? "adminOwnerLostHint" : "adminOwnerLost")}</p>`}
      </div>
      ${
        runs &&
        html`<div class="tiles">
          ${
            group.archived
              ? html`<${Tile} icon="edit" text=${t("adminUnarchive")} act=${() => act(() => model.api.delete(`${path}/archived`))} />`
              : html`<${Tile} icon="archive" text=${t("adminArchive")} act=${() => setAsking("adminArchive")} />`
          }
        </div>`
      }
      <${Facts}
        facts=${[
          [t("owner"), html`<a href=${hrefOf("admin", "people", group.owner.id)}>${owner}</a>`],
          [t("membersTitle"), String(group.size)],
          [t("whoMayJoin"), t(JOINED[group.joinPolicy])],
          [t("adminCreated"), fullTime(group.created)],
          [t("adminArchived"), group.archived && fullTime(group.archived)],
          [t("adminFiles"), t("adminFilesOf", { count: group.files, size: sizeOf(group.room) })],
        ]}
      />
      ${runs && html`<${DaysOfGroup} model=${model} group=${group} />`}
      <${MembersOf} model=${model} path=${path} group=${group} mayGive=${runs && group.ownerLost} act=${act} />
      ${
        runs &&
        html`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${() => setAsking("dissolve")}><${Icon} name="recall" />${t("dissolve")}</button>
        </div>`
      }
    </div>
    ${
      asking &&
      html`<${Confirm} title=${t(asking)} text=${t(`${asking}Question`, { name: group.name })} action=${t(asking)} close=${() => setAsking("")} then=${works[asking]} />`
    }
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function MembersOf({ model, path, group, mayGive, act }) {
  const [name, setName] = useState("");
  const [heir, setHeir] = useState(/** @type {any} */ (null));
  const listing = useListing(model, `${path}/members`, { name: useSettled(name).trim() });
  const give = async () => {
    if (await act(() => model.api.put(`${path}/owner`, { user: heir.id }))) listing.again();
  };
  const row = (member) => html`<${PersonRow} key=${member.id} model=${model} person=${member} note=${member.role === "member" ? "" : t(member.role)} href=${hrefOf("admin", "people", member.id)}>
    ${mayGive && member.id !== group.owner.id && html`<button type="button" class="small" aria-label=${t("adminMakeOwnerOf", { name: member.displayName })} onClick=${() => setHeir(member)}>${t("makeOwner")}</button>`}
  <//>`;
  return html`
    <h2 class="list-head">${t("membersTitle")}</h2>
    <${FilterField} label=${t("findMembers")} value=${name} change=${setName} />
    <${Listing} model=${model} listing=${listing} icon="contacts" empty=${t("nobodyFound")} row=${row} />
    ${
      heir &&
      html`<${Confirm} title=${t("makeOwner")} text=${t("adminMakeOwnerQuestion", { name: heir.displayName })} action=${t("makeOwner")} close=${() => setHeir(null)} then=${give} />`
    }
  `;
}
