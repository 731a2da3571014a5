// Whom to talk to: one's contacts, and everybody with what is typed in a name.
import { html, useState } from "../../rendering.js";
import { Field } from "../../parts/Field.js";
import { Nothing } from "../../parts/Nothing.js";
import { findPeople, noteOf, useFound } from "../../parts/finding.js";
import { folded } from "../../model/folding.js";
import { PaneHead, PersonRow } from "../../parts/Rows.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function NewChat({ model }) {
  const [text, setText] = useState("");
  const found = useFound(model, text, (words) => findPeople(model, words, 50));
  const wanted = folded(text.trim());
  const known = model.lists.get("contacts").map(({ user }) => user);
  const contacts = known.filter((each) => model.people.namesOf(each).some((name) => folded(name).includes(wanted)));
  const others = (found ?? []).filter(({ id }) => !known.some((contact) => contact.id === id));
  const rows = (people) =>
    html`<ul class="rows">
      ${people.map((person) => html`<${PersonRow} key=${person.id} model=${model} person=${person} note=${noteOf(person)} href=${hrefOf("chats", `user-${person.id}`)} />`)}
    </ul>`;
  return html`<div class="page">
    <${PaneHead} title=${t("newChat")} back=${hrefOf("chats")} />
    <div class="page-body">
      <${Field} label=${t("partOfName")} type="search" value=${text} change=${setText} maxlength="64" autocomplete="off" />
      ${contacts.length > 0 && html`<h2 class="list-head">${t("contacts")}</h2>${rows(contacts)}`}
      ${contacts.length > 0 && others.length > 0 && html`<h2 class="list-head">${t("otherPeople")}</h2>`}
      ${rows(others)}
      ${found && !contacts.length && !others.length && html`<${Nothing} icon="search" text=${t("nobodyFound")} />`}
    </div>
  </div>`;
}
