// Of whom one hears nothing.
import { html } from "../../rendering.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead, PersonRow } from "../../parts/Rows.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Blocked({ model }) {
  const blocks = model.lists.get("blocks");
  const unblock = (user) =>
    model.attempt(async () => {
      await model.api.delete(`/blocks/${user.id}`);
      model.lists.again("blocks");
    });
  return html`<div class="page">
    <${PaneHead} title=${t("blocked")} back=${hrefOf("settings")} />
    <div class="page-body">
      ${!blocks.length && html`<${Nothing} icon="block" text=${t("nobodyBlocked")} />`}
      <ul class="rows">
        ${blocks.map(
          ({ user }) =>
            html`<${PersonRow} key=${user.id} model=${model} person=${user}>
              <button type="button" class="small" onClick=${() => unblock(user)}>${t("unblock")}</button>
            <//>`,
        )}
      </ul>
    </div>
  </div>`;
}
