// By whom, when, and what kind of message: what a search may have beside words, or instead of them.
import { html, useOwnId } from "../../rendering.js";
import { Choice, Field } from "../../parts/Field.js";
import { findPeople } from "../../parts/finding.js";
import { folded } from "../../model/folding.js";
import { dateOf, startOf, t } from "../../words/words.js";

const MOST = 200; // names that the browser suggests

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Filters({ model, within, search, change }) {
  const id = useOwnId();
  const { sender, media, since, until } = search;
  const kinds = { "": t("anyKind"), picture: t("pictures"), audio: t("voiceMessages"), file: t("files") };
  const today = dateOf(model.now());
  return html`<details class="filters" open=${Boolean(sender || media || since || until)}>
    <summary>${t("filters")}</summary>
    <div class="filter-fields">
      <${Field} label=${t("sender")} value=${sender} change=${(text) => change({ sender: text })} list=${id} maxlength="64" autocomplete="off" />
      <datalist id=${id}>${peopleOf(model, within).slice(0, MOST).map(({ id: user, name }) => html`<option key=${user} value=${name}></option>`)}</datalist>
      <${Field} label=${t("sinceDay")} type="date" value=${since} max=${today} change=${(date) => change({ since: date })} />
      <${Field} label=${t("untilDay")} type="date" value=${until} max=${today} change=${(date) => change({ until: date })} />
      <${Choice} label=${t("kind")} options=${kinds} value=${media} change=${(kind) => change({ media: kind })} />
    </div>
  </details>`;
}

// Whether there is something by which the server can look: a time alone is not.
export const isEnough = ({ words, sender, media }) => Boolean(words.trim() || sender.trim() || media);

// @return a promise of the server's parameters; of null if there is no such sender.
export async function criteriaOf(model, within, { words, sender, media, since, until }) {
  const found = {};
  if (words.trim()) found.q = words.trim();
  if (media) found.media = media;
  if (since) found.after = String(Math.max(0, startOf(since)));
  // The last day is part of the time.
  if (until) found.before = String(Math.max(0, startOf(until, 1)));
  if (!sender.trim()) return found;
  const user = await userOf(model, within, sender.trim());
  return user && { ...found, sender: String(user) };
}

async function userOf(model, within, text) {
  const wanted = folded(text);
  const among = (/** @type {any[]} */ people) => {
    const names = people.flatMap(({ id, name }) => [name, ...model.people.namesOf({ id })].map((each) => ({ id, name: folded(each) })));
    return (names.find(({ name }) => name === wanted) ?? names.find(({ name }) => name.startsWith(wanted)))?.id;
  };
  return among(peopleOf(model, within)) ?? among((await findPeople(model, text, 20)).map(({ id }) => ({ id, name: model.people.name(id) })));
}

// Oneself, and those who may have written there.
function peopleOf(model, within) {
  const { user, group } = within ? model.conversation(within).place : { user: undefined, group: undefined };
  const others = within ? [] : [...model.lists.get("contacts").map((each) => each.user.id), ...model.all.map(({ place }) => place.user)];
  const ids = user !== undefined ? [user] : group !== undefined ? model.members.get(group).map(({ id }) => id) : others;
  const known = [...new Set(ids.filter((id) => id !== undefined && id !== model.state.user))];
  return [{ id: model.state.user, name: t("you") }, ...known.map((id) => ({ id, name: model.people.name(id) }))];
}
