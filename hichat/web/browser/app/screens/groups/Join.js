// Somebody came by an invite link.
import { html, useState } from "../../rendering.js";
import { Field } from "../../parts/Field.js";
import { PaneHead } from "../../parts/Rows.js";
import { useOnce } from "../../parts/once.js";
import { go, hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Join({ model, code }) {
  const [given, setGiven] = useState(code);
  const join = useOnce(() =>
    model.attempt(async () => {
      const group = await model.groups.change(() => model.api.post("/me/groups", { code: given.trim() }));
      model.lists.again("groups", "invitations");
      const conversation = model.conversation(`group-${group.id}`);
      Object.assign(conversation, { gone: false, listed: true, touched: model.now() });
      go("chats", conversation.name);
    }),
  );
  const submit = (event) => {
    event.preventDefault();
    join();
  };
  return html`<div class="page">
    <${PaneHead} title=${t("joinByLink")} back=${hrefOf("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${submit}>
        <p>${t("joinByLinkHint")}</p>
        <${Field} label=${t("inviteCode")} value=${given} change=${setGiven} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${t("join")}</button></div>
      </form>
    </div>
  </div>`;
}
