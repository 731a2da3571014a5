// Find somebody by the beginning of their name, to talk to.
import { html, useEffect, useState } from "../../rendering.js";
import { Field } from "../../parts/Field.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead, PersonRow } from "../../parts/Rows.js";
import { go, hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

export function FindPeople({ model }) {
  const [prefix, setPrefix] = useState("");
  const [found, setFound] = useState(null);
  useEffect(() => {
    if (!model.ready) return undefined;
    let current = true;
    const timer = setTimeout(async () => {
      await model.attempt(async () => {
        const { items } = await model.api.get(`/users?limit=50&prefix=${encodeURIComponent(prefix.trim())}`);
        if (!current) return;
        for (const person of items) model.people.know(person);
        setFound(items.filter((person) => person.id !== model.state.user));
      });
    }, 200);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [prefix, model.ready]);
  return html`<div class="page">
    <${PaneHead} title=${t("findPeople")} back=${hrefOf("contacts")} />
    <div class="page-body">
      <${Field} label=${t("nameBegins")} type="search" value=${prefix} change=${setPrefix} maxlength="64" autocomplete="off" />
      ${found && !found.length && html`<${Nothing} icon="search" text=${t("nobodyFound")} />`}
      <ul class="rows">
        ${(found ?? []).map(
          (person) =>
            html`<${PersonRow} key=${person.id} model=${model} person=${person} note=${person.bio}>
              <button type="button" class="small" onClick=${() => go("chats", `user-${person.id}`)}>${t("message")}</button>
            <//>`,
        )}
      </ul>
    </div>
  </div>`;
}
