// How long messages are kept, and holds: what they concern is kept however old it is.
import { html, useState } from "../../rendering.js";
import { Coming } from "../../parts/Coming.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { Facts, FilterField, Listing, Select, useListing, useSettled } from "./listing.js";
import { Field } from "../../parts/Field.js";
import { IconButton } from "../../parts/Icon.js";
import { PaneHead } from "../../parts/Rows.js";
import { explain } from "../../model/problems.js";
import { fullTime, t } from "../../words/words.js";
import { hrefOf } from "../../model/route.js";
import { useAnswer } from "./answer.js";
import { useOnce } from "../../parts/once.js";

const DAYS_LIMIT = "36500";
const REASON_LIMIT = "300";

const daysText = (/** @type {number} */ days) => (days === 0 ? t("keptForEver") : days === 1 ? t("oneDay") : t("countDays", { count: days }));

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Keeping({ model }) {
  const server = useAnswer(model, "/admin/retention");
  const groups = useListing(model, "/admin/retention/groups");
  const holds = useListing(model, "/admin/holds");
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState(/** @type {any} */ (null));
  const end = () =>
    model.attempt(async () => {
      await model.api.delete(pathOf(ending));
      holds.again();
    }, t("saved"));
  const apart = (each) =>
    html`<li key=${each.group} class="row">
      <a class="row-main" href=${hrefOf("admin", "groups", each.group)}>
        <span class="row-text"><span class="row-title">${each.name}</span><span class="row-note">${daysText(each.days)}</span></span>
      </a>
    </li>`;
  return html`<div class="page">
    <${PaneHead} title=${t("keeping")} back=${hrefOf("admin")}><${IconButton} icon="plus" label=${t("holdMake")} onClick=${() => setMaking(true)} /><//>
    <div class="page-body">
      ${server.found ? html`<${Facts} facts=${[[t("keptByServer"), daysText(server.found.days)]]} />` : html`<${Coming} model=${model} away=${server.away} />`}
      <p class="dim">${t("keptByServerHint")}</p>
      <h2 class="list-head">${t("keptApart")}</h2>
      <${Listing} model=${model} listing=${groups} icon="groups" empty=${t("noneKeptApart")} row=${apart} />
      <h2 class="list-head">${t("holds")}</h2>
      <p class="dim">${t("holdsHint")}</p>
      <${Listing} model=${model} listing=${holds} icon="lock" empty=${t("noHolds")} row=${(hold) => html`<${HoldRow} key=${pathOf(hold)} model=${model} hold=${hold} end=${() => setEnding(hold)} />`} />
    </div>
    ${making && html`<${NewHold} model=${model} close=${() => setMaking(false)} made=${holds.again} />`}
    ${ending && html`<${Confirm} title=${t("holdEnd")} text=${t("holdEndQuestion", { name: nameOf(ending) })} action=${t("holdEnd")} close=${() => setEnding(null)} then=${end} />`}
  </div>`;
}

const pathOf = (hold) => (hold.group ? `/admin/holds/groups/${hold.group}` : `/admin/holds/users/${hold.user}`);
const nameOf = (hold) => hold.name ?? `${t(hold.group ? "group" : "deletedAccount")} ${hold.group ?? hold.user}`;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function HoldRow({ model, hold, end }) {
  const by = hold.by ? model.people.name(hold.by) : t("byCommand");
  const href = hold.group ? hrefOf("admin", "groups", hold.group) : hrefOf("admin", "people", hold.user);
  return html`<li class="row">
    <a class="row-main" href=${href}>
      <span class="row-text">
        <span class="row-title">${nameOf(hold)}</span>
        <span class="row-note wrap">${[t(hold.group ? "group" : "adminPerson"), t("since", { time: fullTime(hold.since) }), by].join(" · ")}</span>
        ${hold.reason && html`<span class="row-note wrap">${hold.reason}</span>`}
      </span>
    </a>
    <span class="row-actions"><button type="button" class="small danger-text" aria-label=${t("holdEndOf", { name: nameOf(hold) })} onClick=${end}>${t("holdEnd")}</button></span>
  </li>`;
}

// First who or what is held, then why.
function NewHold({ model, close, made }) {
  const [kind, setKind] = useState("people");
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(/** @type {any} */ (null));
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState("");
  const listing = useListing(model, `/admin/${kind}`, { text: useSettled(text).trim() });
  const make = useOnce(async (event) => {
    event.preventDefault();
    setProblem("");
    await model.attempt(
      async () => {
        await model.api.put(pathOf({ [kind === "groups" ? "group" : "user"]: chosen.id }), { reason: reason.trim() });
        made();
        close();
      },
      t("saved"),
      (error) => error.code !== "offline" && (setProblem(explain(error)), true),
    );
  });
  const named = (each) => each.displayName ?? each.name;
  const row = (each) => html`<li key=${each.id} class="row">
    <button type="button" class="row-main" onClick=${() => setChosen(each)}>
      <span class="row-text"><span class="row-title">${named(each)}</span>${kind === "people" && html`<span class="row-note">${each.name}</span>`}</span>
    </button>
  </li>`;
  if (!chosen) {
    return html`<${Dialog} key="who" title=${t("holdMake")} close=${close}>
      <div class="filters"><${Select} label=${t("holdOf")} options=${{ people: t("adminPerson"), groups: t("group") }} value=${kind} change=${setKind} /></div>
      <${FilterField} label=${t(kind === "people" ? "adminFindPeople" : "adminFindGroups")} value=${text} change=${setText} />
      <${Listing} model=${model} listing=${listing} icon="search" empty=${t(kind === "people" ? "nobodyFound" : "adminNoGroups")} row=${row} />
    <//>`;
  }
  return html`<${Dialog} key="why" title=${t("holdMake")} close=${close}>
    <form onSubmit=${make}>
      <p>${t("holdMakeHint", { name: named(chosen) })}</p>
      <${Field} label=${t("holdReason")} value=${reason} change=${setReason} problem=${problem} rows="3" maxlength=${REASON_LIMIT} />
      <div class="actions">
        <button type="button" onClick=${() => setChosen(null)}>${t("back")}</button>
        <button type="submit" class="primary">${t("holdMake")}</button>
      </div>
    </form>
  <//>`;
}

/**
 * How long the messages of a group are kept, on its page.
 *
 * @param {import("../../rendering.js").Props & Record<string, any>} props
 */
export function DaysOfGroup({ model, group }) {
  const path = `/admin/groups/${group.id}/retention`;
  const { found, away, again } = useAnswer(model, path);
  const [choice, setChoice] = useState("");
  const [days, setDays] = useState("");
  const [asking, setAsking] = useState(false);
  if (!found) return html`<${Coming} model=${model} away=${away} />`;
  const now = found.days === undefined ? "server" : found.days === 0 ? "ever" : "days";
  const wanted = choice || now;
  const options = { server: t("keptAsServer", { days: daysText(found.server) }), ever: t("keptForEver"), days: t("keptForDays") };
  const save = () =>
    model.attempt(async () => {
      const given = { server: null, ever: 0, days: Number(days || found.days) };
      await model.api.put(path, { days: given[wanted] });
      setChoice("");
      setDays("");
      again();
    }, t("saved"));
  const submit = (event) => {
    event.preventDefault();
    setAsking(true);
  };
  return html`
    <h2 class="list-head">${t("keeping")}</h2>
    <form class="filters" onSubmit=${submit}>
      <${Select} label=${t("keptFor")} options=${options} value=${wanted} change=${setChoice} />
      ${wanted === "days" && html`<${Field} label=${t("keptDays")} type="number" min="1" max=${DAYS_LIMIT} required value=${days || (found.days ?? "")} change=${setDays} />`}
      ${(wanted !== now || (days && Number(days) !== found.days)) && html`<button type="submit" class="primary">${t("save")}</button>`}
    </form>
    ${asking && html`<${Confirm} title=${t("keeping")} text=${t("keptQuestion", { name: group.name })} action=${t("save")} close=${() => setAsking(false)} then=${save} />`}
  `;
}
