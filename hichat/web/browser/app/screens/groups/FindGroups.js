// Find groups by name, and join them.
import { html, useState } from "../../rendering.js";
import { Field } from "../../parts/Field.js";
import { Nothing } from "../../parts/Nothing.js";
import { GroupRow, PaneHead } from "../../parts/Rows.js";
import { useFound } from "../../parts/finding.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function FindGroups({ model }) {
  const [name, setName] = useState("");
  const found = useFound(model, name, (words) =>
    model.groups.ask(async () => {
      const { items } = await model.api.get(`/groups?limit=50${words && `&name=${encodeURIComponent(words)}`}`);
      return items;
    }),
  );
  return html`<div class="page">
    <${PaneHead} title=${t("findGroups")} back=${hrefOf("groups")} />
    <div class="page-body">
      <${Field} label=${t("groupName")} type="search" value=${name} change=${setName} maxlength="64" autocomplete="off" />
      ${found && !found.length && html`<${Nothing} icon="search" text=${t("nothingFound")} />`}
      <ul class="rows">
        ${(found ?? []).map((group) => html`<${GroupRow} key=${group.id} model=${model} group=${group} />`)}
      </ul>
    </div>
  </div>`;
}
