// A person, with what there is of them, and what those who run the server may do about them.
import { html, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { BotMark } from "../../parts/BotMark.js";
import { Coming } from "../../parts/Coming.js";
import { Copied } from "../../parts/Copied.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { Facts, Listing, Select, useListing } from "./listing.js";
import { Field } from "../../parts/Field.js";
import { GroupRow, PaneHead } from "../../parts/Rows.js";
import { Icon } from "../../parts/Icon.js";
import { Rare } from "../../parts/Rare.js";
import { ROLES, isAtLeast } from "../../model/roles.js";
import { ROOT } from "../../hub/root.js";
import { Tile } from "../../parts/Tile.js";
import { explain } from "../../model/problems.js";
import { fullTime, sizeOf, t } from "../../words/words.js";
import { go, hrefOf } from "../../model/route.js";
import { saveExport } from "../../parts/exporting.js";
import { isAbove, roleNames, rolesToGive } from "./roles-of.js";
import { useAnswer } from "./answer.js";
import { useOnce } from "../../parts/once.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function OnePerson({ model, id }) {
  const path = `/admin/people/${id}`;
  const { found: person, away, problem, again: ask } = useAnswer(model, path);
  const [version, setVersion] = useState(0);
  const [asking, setAsking] = useState("");
  const [link, setLink] = useState(/** @type {any} */ (null));
  const head = html`<${PaneHead} title=${t("adminPerson")} back=${hrefOf("admin", "people")} />`;
  if (!person) return html`<div class="page">${head}<${Coming} model=${model} away=${away} problem=${problem} /></div>`;
  const { api, me } = model;
  const close = () => setAsking("");
  // What was done may concern the devices, too.
  const again = () => {
    ask();
    setVersion((count) => count + 1);
  };
  const act = (work, done = t("saved")) =>
    model.attempt(async () => {
      await work();
      again();
    }, done);
  const administers = isAtLeast(me, "administrator");
  const mayAct = isAbove(me, person.role);
  const mayAdminister = mayAct && administers;
  const works = {
    adminDisable: () => act(() => api.put(`${path}/disabled`)),
    adminSignOut: () => act(() => api.post(`${path}/sign-out`, {}), t("adminSignedOut")),
    adminReset: () => act(async () => setLink(await api.post(`${path}/password`)), ""),
    adminFactors: () => act(() => api.delete(`${path}/factors`)),
    adminExport: () => saveExport(model, `${path}/export`, t("adminExportComes")),
    adminDelete: () =>
      model.attempt(async () => {
        await api.delete(path);
        go("admin", "people");
      }, t("adminDeleted")),
  };
  return html`<div class="page">
    ${head}
    <div class="page-body">
      <div class="portrait">
        <${Avatar} model=${model} id=${id} name=${person.displayName} picture=${person.avatar} size="large" />
        <h2>${person.displayName}<${BotMark} of=${person} /></h2>
        ${person.disabled && html`<p class="problem" role="status">${t("adminIsDisabled")}</p>`}
      </div>
      <div class="tiles">
        ${id !== model.state.user && html`<${Tile} icon="chats" text=${t("message")} act=${() => go("chats", `user-${id}`)} />`}
        ${mayAdminister && html`<${Tile} icon="edit" text=${t("adminRename")} act=${() => setAsking("rename")} />`}
        ${mayAdminister && !person.bot && html`<${Tile} icon="lock" text=${t("adminReset")} act=${() => setAsking("adminReset")} />`}
        ${isAtLeast(me, "owner") && html`<${Tile} icon="download" text=${t("adminExport")} act=${() => setAsking("adminExport")} />`}
        ${mayAct && html`<${Tile} icon="leave" text=${t("adminSignOut")} act=${() => setAsking("adminSignOut")} />`}
        ${
          mayAct &&
          (person.disabled
            ? html`<${Tile} icon="check" text=${t("adminEnable")} act=${() => act(() => api.delete(`${path}/disabled`))} />`
            : html`<${Tile} icon="block" text=${t("adminDisable")} act=${() => setAsking("adminDisable")} />`)
        }
      </div>
      <${Facts}
        facts=${[
          [t("loginName"), person.name],
          [t("adminRole"), mayAdminister ? null : roleNames([person.role])[person.role]],
          [t("adminCreated"), fullTime(person.created)],
          [t("adminBotOwner"), person.bot ? (person.owner ? model.people.name(person.owner) : t("adminServersBot")) : null],
          [t("adminLastUse"), person.lastUse ? fullTime(person.lastUse) : t("adminNeverUsed")],
          [t("adminDevices"), String(person.devices)],
          [t("groups"), t("adminGroupsOf", { count: person.groups, owned: person.owned })],
          [t("adminFiles"), t("adminFilesOf", { count: person.files, size: sizeOf(person.room) })],
        ]}
      />
      ${
        mayAdminister &&
        html`<${Select}
          label=${t("adminRole")}
          options=${roleNames(ROLES.filter((role) => role === person.role || rolesToGive(me).includes(role)))}
          value=${person.role}
          change=${(role) => act(() => api.put(`${path}/role`, { role }))}
        />`
      }
      ${mayAdminister && html`<${FactorsOf} key=${version} model=${model} path=${path} remove=${() => setAsking("adminFactors")} />`}
      ${administers && html`<${Rare} from="security" is="SessionsOf" key=${version} model=${model} path=${path} mayAct=${mayAct} />`}
      <${GroupsOf} model=${model} path=${path} />
      ${
        mayAdminister &&
        html`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${() => setAsking("adminDelete")}><${Icon} name="recall" />${t("adminDelete")}</button>
        </div>`
      }
    </div>
    ${asking === "rename" && html`<${Rename} model=${model} path=${path} person=${person} close=${close} again=${again} />`}
    ${
      asking in works &&
      html`<${Confirm} title=${t(asking)} text=${t(`${asking}Question`, { name: person.displayName })} action=${t(asking)} close=${close} then=${works[asking]} />`
    }
    ${link && html`<${PasswordLink} model=${model} link=${link} name=${person.displayName} close=${() => setLink(null)} />`}
  </div>`;
}

// A link with which somebody sets a password: it is shown this once.
export function PasswordLink({ model, link, name, close }) {
  const address = `${location.origin}${ROOT}/${hrefOf("password", link.code)}`;
  return html`<${Dialog} title=${t("adminLink")} close=${close}>
    <p>${t("adminLinkHint", { name, time: fullTime(link.expires) })}</p>
    <div class="share-address">
      <${Copied} model=${model} label=${t("address")} text=${address} />
    </div>
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Rename({ model, path, person, close, again }) {
  const [name, setName] = useState(person.name);
  const [displayName, setDisplayName] = useState(person.displayName);
  const [problem, setProblem] = useState("");
  const save = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    const work = async () => {
      await model.api.patch(path, { name, displayName });
      model.people.again(person.id);
      again();
      close();
    };
    await model.attempt(work, t("saved"), (error) => error.code !== "offline" && (setProblem(explain(error)), true));
  });
  return html`<${Dialog} title=${t("adminRename")} close=${close}>
    <form onSubmit=${save}>
      <${Field} label=${t("loginName")} value=${name} change=${setName} problem=${problem} maxlength="64" autocomplete="off" required />
      <${Field} label=${t("displayName")} value=${displayName} change=${setDisplayName} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${t("save")}</button></div>
    </form>
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function FactorsOf({ model, path, remove }) {
  const { found } = useAnswer(model, `${path}/factors`);
  if (!found?.factors.length) return null;
  const names = { totp: t("adminApp"), passkey: t("adminPasskey"), recovery: t("adminRecovery", { count: found.recoveryLeft }) };
  return html`
    <h2 class="list-head">${t("adminFactorsHead")}</h2>
    <p class="dim">${found.factors.map((name) => names[name]).join(" · ")}</p>
    <div class="actions start"><button type="button" class="danger-text" onClick=${remove}>${t("adminFactors")}</button></div>
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function GroupsOf({ model, path }) {
  const listing = useListing(model, `${path}/groups`);
  const noteOf = ({ role, size }) => [role !== "member" && t(role), t(size === 1 ? "oneMember" : "members", { count: size })].filter(Boolean).join(" · ");
  return html`
    <h2 class="list-head">${t("groups")}</h2>
    <${Listing}
      model=${model}
      listing=${listing}
      icon="groups"
      empty=${t("adminNoGroups")}
      row=${(group) => html`<${GroupRow} key=${group.id} model=${model} group=${group} note=${noteOf(group)} href=${hrefOf("admin", "groups", group.id)} />`}
    />
  `;
}
