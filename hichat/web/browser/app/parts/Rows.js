// Rows of people and of groups, as lists of several screens have them.
import { html } from "../rendering.js";
import { Avatar } from "./Avatar.js";
import { AwayMark, isAway } from "./AwayMark.js";
import { BotMark } from "./BotMark.js";
import { Heading } from "./Heading.js";
import { Icon } from "./Icon.js";
import { goBack } from "./back.js";
import { hrefOf } from "../model/route.js";
import { t } from "../words/words.js";

// @param asks: whether the person asks for something; then all of the note is shown, and the buttons stand below it.
export function PersonRow({ model, person, note = "", asks, href = hrefOf("contacts", person.id), selected, children }) {
  const name = model.people.name(person.id);
  const online = model.online.has(person.id);
  const known = model.people.known.get(person.id) ?? person;
  const notes = [note, isAway(known) && known.away].filter(Boolean).join(" · ");
  const classes = ["row", asks && "asks", selected && "selected"].filter(Boolean).join(" ");
  return html`<li class=${classes}>
    <a class="row-main" href=${href} aria-current=${selected ? "page" : undefined}>
      <${Avatar} model=${model} id=${person.id} name=${name} picture=${known.avatar} online=${online} />
      <span class="row-text">
        <span class="row-title">${name}<${BotMark} of=${known} /><${AwayMark} of=${known} />${online && html`<span class="hidden"> (${t("online")})</span>`}</span>
        ${notes && html`<span class="row-note">${notes}</span>`}
      </span>
    </a>
    ${children && html`<span class="row-actions">${children}</span>`}
  </li>`;
}

export function GroupRow({ model, group, note, asks, href = hrefOf("groups", group.id), selected, children }) {
  const size = t(group.size === 1 ? "oneMember" : "members", { count: group.size });
  const classes = ["row", asks && "asks", selected && "selected"].filter(Boolean).join(" ");
  return html`<li class=${classes}>
    <a class="row-main" href=${href} aria-current=${selected ? "page" : undefined}>
      <${Avatar} model=${model} id=${group.id} name=${group.name} picture=${group.picture} kind="group" />
      <span class="row-text">
        <span class="row-title">${group.name}</span>
        <span class="row-note">${note ?? size}</span>
      </span>
    </a>
    ${children && html`<span class="row-actions">${children}</span>`}
  </li>`;
}

// The head of a pane: a way back, a title, buttons. With the list beside it there is no way back, unless it stays.
export function PaneHead({ title, back, stays = false, children }) {
  return html`<header class="pane-head">
    ${back && html`<a class=${stays ? "icon-button back stays" : "icon-button back"} href=${back} aria-label=${t("back")} onClick=${goBack}><${Icon} name="back" /></a>`}
    <${Heading}>${title}<//>
    ${children}
  </header>`;
}
