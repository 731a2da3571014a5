// Members with a name that has what stands behind an @; and all of them, for those who may call all.
import { html } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { BotMark } from "../../parts/BotMark.js";
import { useFound } from "../../parts/finding.js";
import { Suggested } from "../../parts/Suggested.js";
import { ALL, ALL_NAMES, named } from "../../model/mentions.js";
import { t } from "../../words/words.js";

const MOST = 6;

// @param area: where one writes; it keeps the focus, and tells a screen reader which name is chosen.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Suggestions({ model, group, mention, area, choose, close }) {
  const known = model.members.get(group);
  const more = useFound(model, mention.query, (text) => (text && !model.members.isComplete(group) ? model.members.find(group, text) : null));
  const further = (more ?? []).filter(({ id: user }) => !known.some((each) => each.id === user));
  const others = [...known, ...further].filter((member) => member.id !== model.state.user);
  const people = others.map((member) => ({ ...member, names: model.people.namesOf(member) }));
  const all = named([...(mayMentionAll(model, group) ? [everybody()] : []), ...people], mention.query);
  // With a blank behind it, it stays one while a name goes on like that.
  mention.names = all.flatMap((member) => [mentionOf(member), ...(member.names ?? [])]);
  return html`<${Suggested}
    found=${all.slice(0, MOST)}
    keyOf=${(member) => member.id}
    show=${(member) => html`<${Suggestion} model=${model} group=${group} member=${member} />`}
    keyed=${mention}
    area=${area}
    label=${t("mention")}
    choose=${choose}
    close=${close}
  />`;
}

// What a mention of somebody says: the name that others see, not one's own for them.
export const mentionOf = ({ name, displayName }) => displayName || name;

export const mayMentionAll = (model, group) => ["owner", "admin"].includes(model.groups.get(group)?.you.role);

const everybody = () => ({ id: ALL, displayName: t("mentionAll"), names: ALL_NAMES });

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Suggestion({ model, group, member }) {
  const said = mentionOf(member);
  if (member.id === ALL) {
    return html`<${Avatar} model=${model} id=${group} name="" kind="group" size="small" />
      <span class="row-title">${said}</span><span class="row-note">${t("mentionAllHint")}</span>`;
  }
  const name = model.people.name(member.id);
  return html`<${Avatar} model=${model} id=${member.id} name=${name} picture=${member.avatar} size="small" />
    <span class="row-title">${name}<${BotMark} of=${member} /></span>${name !== said && html`<span class="row-note">${said}</span>`}`;
}
