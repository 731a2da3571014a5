// A link to a message names the message alone: where it is for this reader, the server tells.
import { html, useEffect, useState } from "../../rendering.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead } from "../../parts/Rows.js";
import { explain } from "../../model/problems.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Linked({ model, id }) {
  const [problem, setProblem] = useState("");
  const find = async () => {
    setProblem("");
    try {
      const { conversation } = await model.api.get(`/messages/${id}`);
      // In place of the link: the way back does not lead to it again.
      location.replace(hrefOf("chats", conversation, id));
    } catch (error) {
      setProblem(["no_such_message", "invalid_field"].includes(error.code) ? t("noSuchMessage") : explain(error));
    }
  };
  useEffect(() => {
    if (model.ready) find();
  }, [model.ready]);
  return html`<div class="page">
    <${PaneHead} title=${t("aMessage")} back=${hrefOf("chats")} />
    <div class="page-body">
      ${
        problem
          ? html`<div role="alert"><${Nothing} icon="link" text=${problem} /></div>`
          : html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`
      }
    </div>
  </div>`;
}
