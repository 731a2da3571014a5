// All accounts of the server.
import { html, useState } from "../../rendering.js";
import { FilterField, Listing, useListing, useSettled } from "./listing.js";
import { PaneHead, PersonRow } from "../../parts/Rows.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function People({ model }) {
  const [text, setText] = useState("");
  const listing = useListing(model, "/users", { text: useSettled(text).trim() });
  return html`<div class="page">
    <${PaneHead} title=${t("adminPeople")} back=${hrefOf("admin")} />
    <div class="page-body">
      <${FilterField} label=${t("adminFindPeople")} value=${text} change=${setText} />
      <${Listing}
        model=${model}
        listing=${listing}
        icon="search"
        empty=${t("nobodyFound")}
        row=${(person) => html`<${PersonRow} key=${person.id} model=${model} person=${person} note=${person.name} />`}
      />
    </div>
  </div>`;
}
