// Find somebody by a part of a name, to talk to.
import { html, useState } from "../../rendering.js";
import { Field } from "../../parts/Field.js";
import { Nothing } from "../../parts/Nothing.js";
import { findPeople, noteOf, useFound } from "../../parts/finding.js";
import { PaneHead, PersonRow } from "../../parts/Rows.js";
import { go, hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function FindPeople({ model }) {
  const [text, setText] = useState("");
  const found = useFound(model, text, (words) => findPeople(model, words, 50));
  return html`<div class="page">
    <${PaneHead} title=${t("findPeople")} back=${hrefOf("contacts")} />
    <div class="page-body">
      <${Field} label=${t("partOfName")} type="search" value=${text} change=${setText} maxlength="64" autocomplete="off" />
      ${found && !found.length && html`<${Nothing} icon="search" text=${t("nobodyFound")} />`}
      <ul class="rows">
        ${(found ?? []).map(
          (person) =>
            html`<${PersonRow} key=${person.id} model=${model} person=${person} note=${noteOf(person)}>
              <button type="button" class="small" onClick=${() => go("chats", `user-${person.id}`)}>${t("message")}</button>
            <//>`,
        )}
      </ul>
    </div>
  </div>`;
}
