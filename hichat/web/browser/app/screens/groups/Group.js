// A group: what it is, who is in it, and what one may do there.
import { html, useEffect, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { GroupForm, isOfName } from "./GroupForm.js";
import { Hooks } from "./Hooks.js";
import { Icon } from "../../parts/Icon.js";
import { Invite } from "./Invite.js";
import { Links } from "./Links.js";
import { Candidates } from "./Candidates.js";
import { Members } from "./Members.js";
import { Outgoing } from "../hooks/Outgoing.js";
import { PaneHead } from "../../parts/Rows.js";
import { Text } from "../../parts/Text.js";
import { Tile } from "../../parts/Tile.js";
import { useOnce } from "../../parts/once.js";
import { isGuest } from "../../model/roles.js";
import { go, hrefOf } from "../../model/route.js";
import { toldBy } from "../../model/problems.js";
import { t } from "../../words/words.js";

const JOINED = { open: "joinedByAll", approval: "joinedAfterApproval", invite: "joinedByInvitation" };

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Group({ model, id }) {
  const [dialog, setDialog] = useState("");
  const { api, lists } = model;
  const group = model.groups.get(id);
  const role = group?.you.role;
  const once = useOnce((work) => work());
  useEffect(() => {
    // What is not known yet is on its way.
    if (model.ready && group && !group.gone) model.groups.refresh(id);
    if (model.ready && role) model.members.load(id).catch(() => {});
  }, [id, role, model.ready]);
  if (!group) return html`<div class="page"><${PaneHead} title=${t("group")} back=${hrefOf("groups")} /></div>`;

  if (group.gone) {
    return html`<div class="page">
      <${PaneHead} title=${group.name || t("group")} back=${hrefOf("groups")} />
      <p class="hint">${t(group.gone)}</p>
    </div>`;
  }

  const act = (work, done = "", told = undefined) =>
    model.attempt(
      async () => {
        await work();
        lists.again("groups", "invitations", "asked");
        await model.groups.refresh(id);
      },
      done,
      told,
    );
  const close = () => setDialog("");
  const chats = () => go("chats", `group-${id}`);
  const join = () =>
    act(async () => {
      const joined = await model.groups.change(() => api.post(`/groups/${id}/join`));
      if (!joined.you.role) {
        model.toast(t("requestSent"));
        return;
      }
      Object.assign(model.conversation(`group-${id}`), { gone: false, listed: true, touched: model.now() });
      chats();
    });
  const endBy = (work) =>
    model.attempt(async () => {
      await work();
      lists.again("groups");
      go("groups");
    });
  const end = role === "owner" ? "dissolve" : "leave";
  const leads = role === "owner" || role === "admin";
  const guest = isGuest(model.me);
  const muted = model.lasts(group.muted);
  const open = group.archived === undefined;
  return html`<div class="page">
    <${PaneHead} title=${t("group")} back=${hrefOf("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${Avatar} model=${model} id=${id} name=${group.name} picture=${group.picture} kind="group" size="large" />
        <h2>${group.name}</h2>
        <p class="dim">${t(group.size === 1 ? "oneMember" : "members", { count: group.size })} · ${t(JOINED[group.joinPolicy])}</p>
        ${!open && html`<p class="dim" role="status">${t("groupArchived")}</p>`}
        ${group.description && html`<p class="bio"><${Text} text=${group.description} /></p>`}
      </div>
      <div class="tiles">
        ${role && html`<${Tile} icon="chats" text=${t("message")} kind="primary" act=${chats} />`}
        ${role && open && !guest && html`<${Tile} icon="invite" text=${t("invite")} act=${() => setDialog("invite")} />`}
        ${leads && open && !guest && html`<${Tile} icon="link" text=${t("inviteLinks")} act=${() => setDialog("links")} />`}
        ${leads && open && html`<${Tile} icon="forward" text=${t("outgoingHooks")} act=${() => setDialog("hooks")} />`}
        ${leads && !guest && html`<${Tile} icon="hook" text=${t("incomingHooks")} act=${() => setDialog("incoming")} />`}
        ${leads && open && html`<${Tile} icon="edit" text=${t("edit")} act=${() => setDialog("edit")} />`}
        ${
          leads &&
          open &&
          html`<${Tile} icon=${muted ? "bell" : "mute"} text=${t(muted ? "unmuteGroup" : "muteGroup")}
            act=${() => act(() => (muted ? api.delete(`/groups/${id}/mute`) : api.put(`/groups/${id}/mute`, {})))} />`
        }
      </div>
      ${
        !role &&
        open &&
        html`<div class="actions center">
          ${group.you.requested && html`<button type="button" onClick=${() => act(() => api.delete(`/groups/${id}/requests/${model.state.user}`))}>${t("takeBack")}</button>`}
          ${!group.you.requested && (group.joinPolicy !== "invite" || group.you.invitedBy) && html`<button type="button" class="primary" onClick=${() => once(join)}>${t(group.joinPolicy === "approval" && !group.you.invitedBy ? "askToJoin" : "join")}</button>`}
        </div>`
      }
      ${leads && html`<${Candidates} model=${model} group=${group} />`}
      ${role && html`<${Members} model=${model} group=${group} />`}
      ${
        role &&
        html`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${() => setDialog(end)}><${Icon} name=${end === "leave" ? "leave" : "recall"} />${t(end)}</button>
        </div>`
      }
    </div>
    ${dialog === "edit" && html`<${Edit} model=${model} group=${group} close=${close} act=${act} />`}
    ${dialog === "invite" && html`<${Invite} model=${model} group=${group} close=${close} />`}
    ${dialog === "hooks" && html`<${Outgoing} model=${model} place=${{ group: id }} close=${close} />`}
    ${dialog === "links" && html`<${Links} model=${model} group=${group} close=${close} />`}
    ${dialog === "incoming" && html`<${Hooks} model=${model} group=${group} close=${close} />`}
    ${
      dialog === "leave" &&
      html`<${Confirm} title=${t("leave")} text=${t("leaveQuestion", { name: group.name })} action=${t("leave")} close=${close}
        then=${() => endBy(() => api.post(`/groups/${id}/leave`))} />`
    }
    ${
      dialog === "dissolve" &&
      html`<${Confirm} title=${t("dissolve")} text=${t("dissolveQuestion", { name: group.name })} action=${t("dissolve")} close=${close}
        then=${() => endBy(() => api.delete(`/groups/${id}`))} />`
    }
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Edit({ model, group, close, act }) {
  const { name, description, picture, joinPolicy } = group;
  const [given, setGiven] = useState({ name, description, picture, joinPolicy });
  const [problem, setProblem] = useState("");
  const save = async () => {
    setProblem("");
    if (await act(() => model.api.patch(`/groups/${group.id}`, given), t("saved"), toldBy(setProblem, isOfName))) close();
  };
  return html`<${Dialog} title=${t("editGroup")} close=${close}>
    <${GroupForm} model=${model} id=${group.id} given=${given} change=${setGiven} action=${t("save")} problem=${problem} then=${save} />
  <//>`;
}
