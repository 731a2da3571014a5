// All accounts of the server: found, filtered, made.
import { html, useState } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { Field, NewPasswordField, isOfPassword } from "../../parts/Field.js";
import { FilterField, Listing, Select, useListing, useSettled } from "./listing.js";
import { IconButton } from "../../parts/Icon.js";
import { OnePerson, PasswordLink } from "./OnePerson.js";
import { PaneHead, PersonRow } from "../../parts/Rows.js";
import { ROLES, isAtLeast } from "../../model/roles.js";
import { explain } from "../../model/problems.js";
import { fullTime, t } from "../../words/words.js";
import { go, hrefOf } from "../../model/route.js";
import { roleNames } from "./roles-of.js";
import { useOnce } from "../../parts/once.js";

const DAY = 24 * 3600_000;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function People({ model, more }) {
  const id = Number(more);
  return id ? html`<${OnePerson} key=${id} model=${model} id=${id} />` : html`<${Everybody} model=${model} />`;
}

const uses = () => ({ "": t("adminAny"), month: t("adminUsedMonth"), season: t("adminUnusedSeason"), year: t("adminUnusedYear") });

// In whole days, so that a list is not another one with each key.
function usedWhen(use, now) {
  const before = (days) => Math.floor(now / DAY) * DAY - days * DAY;
  if (use === "month") return { usedSince: before(30) };
  return { unusedSince: { season: before(90), year: before(365) }[use] };
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Everybody({ model }) {
  const [text, setText] = useState("");
  const [role, setRole] = useState("");
  const [bot, setBot] = useState("");
  const [state, setState] = useState("");
  const [use, setUse] = useState("");
  const [making, setMaking] = useState(false);
  const query = { text: useSettled(text).trim(), role, state, bot, ...usedWhen(use, model.now()) };
  const listing = useListing(model, "/admin/people", query);
  const states = { "": t("adminAny"), active: t("adminActive"), disabled: t("adminDisabled") };
  return html`<div class="page">
    <${PaneHead} title=${t("adminPeople")} back=${hrefOf("admin")}>
      ${isAtLeast(model.me, "administrator") && html`<${IconButton} icon="plus" label=${t("adminMakePerson")} onClick=${() => setMaking(true)} />`}
    <//>
    <div class="page-body">
      <${FilterField} label=${t("adminFindPeople")} value=${text} change=${setText} />
      <div class="filters">
        <${Select} label=${t("adminRole")} options=${{ "": t("adminAny"), ...roleNames(ROLES) }} value=${role} change=${setRole} />
        <${Select} label=${t("adminState")} options=${states} value=${state} change=${setState} />
        <${Select} label=${t("adminKind")} options=${{ "": t("adminAny"), false: t("adminPersons"), true: t("bots") }} value=${bot} change=${setBot} />
        <${Select} label=${t("adminUse")} options=${uses()} value=${use} change=${setUse} />
      </div>
      <${Listing}
        model=${model}
        listing=${listing}
        icon="search"
        empty=${t("nobodyFound")}
        row=${(person) => html`<${Row} key=${person.id} model=${model} person=${person} />`}
      />
    </div>
    ${making && html`<${NewPerson} model=${model} close=${() => setMaking(false)} />`}
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Row({ model, person }) {
  // What the list tells of somebody need not be asked for.
  if (!model.people.known.get(person.id)) model.people.know({ id: person.id, name: person.name, displayName: person.displayName, avatar: person.avatar, bot: person.bot });
  const notes = [
    person.name !== person.displayName && person.name,
    person.role !== "member" && roleNames([person.role])[person.role],
    person.disabled && t("isDisabled"),
    person.owner && t("adminBotOf", { name: model.people.name(person.owner) }),
    person.lastUse ? t("adminUsedAt", { time: fullTime(person.lastUse) }) : t("adminNeverUsed"),
  ];
  return html`<${PersonRow} model=${model} person=${person} note=${notes.filter(Boolean).join(" · ")} href=${hrefOf("admin", "people", person.id)} />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function NewPerson({ model, close }) {
  const [name, setName] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [password, setPassword] = useState("");
  const [byLink, setByLink] = useState(true);
  const [problem, setProblem] = useState({ name: "", password: "" });
  const [made, setMade] = useState(/** @type {any} */ (null));
  const make = useOnce(async (event) => {
    event.preventDefault();
    setProblem({ name: "", password: "" });
    const given = { name, displayName, ...(byLink ? {} : { password }) };
    await model.attempt(
      async () => setMade(await model.api.post("/admin/people", given)),
      "",
      (error) => {
        const about = isOfPassword(error) ? "password" : "name";
        if (error.code !== "offline") setProblem({ name: "", password: "", [about]: explain(error) });
        return error.code !== "offline";
      },
    );
  });
  const end = () => {
    close();
    if (made) go("admin", "people", made.person.id);
  };
  if (made?.link) return html`<${PasswordLink} model=${model} link=${made.link} name=${made.person.displayName} close=${end} />`;
  if (made) return html`<${Dialog} title=${t("adminMakePerson")} close=${end}><p role="status">${t("adminMade", { name: made.person.displayName })}</p><//>`;
  return html`<${Dialog} title=${t("adminMakePerson")} close=${close}>
    <form onSubmit=${make}>
      <${Field} label=${t("loginName")} value=${name} change=${setName} problem=${problem.name} maxlength="64" autocomplete="off" required />
      <${Field} label=${t("displayName")} value=${displayName} change=${setDisplayName} maxlength="64" autocomplete="off" />
      <label class="check">
        <input type="checkbox" checked=${byLink} onChange=${(event) => setByLink(event.currentTarget.checked)} />
        <span>${t("adminByLink")}</span>
      </label>
      ${!byLink && html`<${NewPasswordField} label=${t("password")} value=${password} change=${setPassword} problem=${problem.password} />`}
      <div class="actions"><button type="submit" class="primary">${t("adminMakePerson")}</button></div>
    </form>
  <//>`;
}
