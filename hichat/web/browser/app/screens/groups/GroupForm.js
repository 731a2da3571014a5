// What a group is: the same for a new one and for one that is changed.
import { html } from "../../rendering.js";
import { Choice, Field } from "../../parts/Field.js";
import { PictureField } from "../../parts/PictureField.js";
import { useOnce } from "../../parts/once.js";
import { t } from "../../words/words.js";

// Whether the name was refused.
export const isOfName = (error) => ["name_taken", "name_reserved", "invalid_field"].includes(error.code);

const policies = () => ({ open: t("policyOpen"), approval: t("policyApproval"), invite: t("policyInvite") });

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function GroupForm({ model, id, given, change, action, problem, then }) {
  const set = (name) => (value) => change({ ...given, [name]: value });
  const once = useOnce(then);
  const done = (event) => {
    event.preventDefault();
    once();
  };
  return html`<form class="form" onSubmit=${done}>
    <${PictureField} model=${model} id=${id} name=${given.name} kind="group" value=${given.picture} change=${set("picture")} />
    <${Field} label=${t("groupName")} problem=${problem} value=${given.name} change=${set("name")} required maxlength="64" autocomplete="off" />
    <${Field} label=${t("description")} value=${given.description} change=${set("description")} rows="3" maxlength="1024" />
    <${Choice} label=${t("whoMayJoin")} options=${policies()} value=${given.joinPolicy} change=${set("joinPolicy")} />
    <div class="actions"><button class="primary">${action}</button></div>
  </form>`;
}
