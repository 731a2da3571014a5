// Invite contacts and those with whom one talks, or anybody by name.
import { html, useState } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { findPeople, useFound } from "../../parts/finding.js";
import { PersonRow } from "../../parts/Rows.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Invite({ model, group, close }) {
  const [text, setText] = useState("");
  const [invited, setInvited] = useState(new Set());
  const found = useFound(model, text, (words) => (words ? findPeople(model, words, 20) : acquainted(model)));
  const members = new Set(model.members.get(group.id).map((member) => member.id));
  const invite = (person) =>
    model.attempt(async () => {
      await model.api.put(`/groups/${group.id}/invitations/${person.id}`);
      setInvited(new Set([...invited, person.id]));
    }, t("invitedDone", { name: model.people.name(person.id) }));
  const shown = (found ?? acquainted(model)).filter((person) => !members.has(person.id));
  return html`<${Dialog} title=${t("invite")} close=${close}>
    <${Field} label=${t("partOfName")} type="search" value=${text} change=${setText} maxlength="64" autocomplete="off" />
    ${!shown.length && text.trim() && html`<p class="hint">${t("nobodyFound")}</p>`}
    <ul class="rows">
      ${shown.map(
        (person) =>
          html`<${PersonRow} key=${person.id} model=${model} person=${person}>
            <button type="button" class="small" disabled=${invited.has(person.id)} onClick=${() => invite(person)}>${t("invite")}</button>
          <//>`,
      )}
    </ul>
  <//>`;
}

function acquainted(model) {
  const contacts = model.lists.get("contacts").map(({ user }) => user.id);
  const others = model.listed.flatMap(({ place }) => place.user ?? []);
  return [...new Set([...contacts, ...others])].map((id) => model.people.get(id)).filter((person) => person && !person.deleted);
}
