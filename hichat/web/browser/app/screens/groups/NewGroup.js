// Make a group.
import { html, useState } from "../../rendering.js";
import { GroupForm, isOfName } from "./GroupForm.js";
import { PaneHead } from "../../parts/Rows.js";
import { go, hrefOf } from "../../model/route.js";
import { toldBy } from "../../model/problems.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function NewGroup({ model }) {
  const [given, setGiven] = useState({ name: "", description: "", picture: "", joinPolicy: "open" });
  const [problem, setProblem] = useState("");
  const make = () => {
    setProblem("");
    const work = async () => {
      const group = await model.groups.change(() => model.api.post("/groups", given));
      model.lists.again("groups");
      const conversation = model.conversation(`group-${group.id}`);
      Object.assign(conversation, { gone: false, listed: true, touched: model.now() });
      go("chats", conversation.name);
    };
    return model.attempt(work, "", toldBy(setProblem, isOfName));
  };
  return html`<div class="page">
    <${PaneHead} title=${t("newGroup")} back=${hrefOf("groups")} />
    <div class="page-body">
      <${GroupForm} model=${model} given=${given} change=${setGiven} action=${t("makeGroup")} problem=${problem} then=${make} />
    </div>
  </div>`;
}
