// Somebody: who they are, and what they are to us.
import { html, useEffect, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { awayText, isAway } from "../../parts/AwayMark.js";
import { BotMark } from "../../parts/BotMark.js";
import { Confirm, Dialog } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { PaneHead } from "../../parts/Rows.js";
import { Report } from "../reports/Report.js";
import { Text } from "../../parts/Text.js";
import { Tile } from "../../parts/Tile.js";
import { whole } from "../../model/people.js";
import { go, hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Person({ model, id }) {
  const [dialog, setDialog] = useState("");
  const { api, lists } = model;
  const person = model.people.get(id);
  useEffect(() => {
    if (model.ready) api.get(`/users/${id}`).then((found) => model.people.know(whole(found))).then(model.changed, () => {});
  }, [id, model.ready]);
  if (!person) return html`<div class="page"><${PaneHead} title="" back=${hrefOf("contacts")} /></div>`;

  const name = model.people.name(id);
  const oneself = id === model.state.user;
  /** @type {import("../../model/lists.js").Name[]} */
  const names = ["contacts", "received", "sent", "blocks"];
  const is = Object.fromEntries(names.map((list) => [list, lists.has(list, id)]));
  const greeting = lists.get("received").find(({ user }) => user.id === id)?.greeting;
  const act = (work, done = "") =>
    model.attempt(async () => {
      await work();
      lists.again("contacts", "received", "sent", "blocks");
    }, done);
  const close = () => setDialog("");

  return html`<div class="page">
    <${PaneHead} title=${t("profile")} back=${hrefOf("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${Avatar} model=${model} id=${id} name=${name} picture=${person.avatar} online=${model.online.has(id)} size="large" />
        <h2>${name}<${BotMark} of=${person} /></h2>
        ${model.people.namesOf(person).filter((each) => each !== name).map((each) => html`<p key=${each} class="dim" dir="auto">${each}</p>`)}
        ${isAway(person) && html`<p class="dim">${awayText(person)}</p>`}
        ${person.gender && html`<p class="dim">${person.gender}</p>`}
        ${person.bio && html`<p class="bio"><${Text} text=${person.bio} /></p>`}
        ${greeting && html`<p class="greeting">${greeting}</p>`}
      </div>
      ${
        oneself
          ? html`<div class="actions center"><a class="button" href=${hrefOf("settings", "profile")}>${t("editProfile")}</a></div>`
          : !person.deleted &&
            html`<div class="tiles">
              <${Tile} icon="chats" text=${t("message")} kind="primary" act=${() => go("chats", `user-${id}`)} />
              ${is.received && html`<${Tile} icon="check" text=${t("accept")} act=${() => act(() => api.put(`/contacts/${id}`), t("accepted", { name }))} />`}
              ${is.received && html`<${Tile} icon="close" text=${t("reject")} act=${() => act(() => api.delete(`/contact-requests/received/${id}`))} />`}
              ${is.sent && html`<${Tile} icon="close" text=${t("takeBack")} act=${() => act(() => api.delete(`/contact-requests/sent/${id}`))} />`}
              ${!is.contacts && !is.received && !is.sent && !is.blocks && html`<${Tile} icon="invite" text=${t("addContact")} act=${() => setDialog("ask")} />`}
              ${is.contacts && html`<${Tile} icon="edit" text=${t("setRemark")} act=${() => setDialog("remark")} />`}
              ${is.contacts && html`<${Tile} icon="leave" text=${t("removeContact")} kind="danger-text" act=${() => setDialog("remove")} />`}
              ${
                is.blocks
                  ? html`<${Tile} icon="check" text=${t("unblock")} act=${() => act(() => api.delete(`/blocks/${id}`))} />`
                  : html`<${Tile} icon="block" text=${t("block")} kind="danger-text" act=${() => setDialog("block")} />`
              }
              <${Tile} icon="flag" text=${t("report")} kind="danger-text" act=${() => setDialog("report")} />
            </div>`
      }
    </div>
    ${dialog === "report" && html`<${Report} model=${model} what=${{ user: id }} close=${close} />`}
    ${
      dialog === "ask" &&
      html`<${Ask} title=${t("addContact")} label=${t("greeting")} action=${t("sendRequest")} limit="255" close=${close}
        then=${(said) => act(() => api.put(`/contact-requests/sent/${id}`, said ? { greeting: said } : {}), t("requestSent"))} />`
    }
    ${
      dialog === "remark" &&
      html`<${Ask} title=${t("setRemark")} label=${t("remark")} action=${t("save")} limit="64" close=${close}
        first=${model.people.remarks.get(id) ?? ""} then=${(remark) => act(() => api.patch(`/contacts/${id}`, { remark }))} />`
    }
    ${
      dialog === "remove" &&
      html`<${Confirm} title=${t("removeContact")} text=${t("removeContactQuestion", { name })} action=${t("removeContact")}
        close=${close} then=${() => act(() => api.delete(`/contacts/${id}`))} />`
    }
    ${
      dialog === "block" &&
      html`<${Confirm} title=${t("block")} text=${t("blockQuestion", { name })} action=${t("block")}
        close=${close} then=${() => act(() => api.put(`/blocks/${id}`))} />`
    }
  </div>`;
}

// One line of text, then something is done with it.
export function Ask({ title, label, action, limit, first = "", close, then, ...rest }) {
  const [text, setText] = useState(first);
  const done = (event) => {
    event.preventDefault();
    close();
    then(text.trim());
  };
  return html`<${Dialog} title=${title} close=${close}>
    <form onSubmit=${done}>
      <${Field} label=${label} value=${text} change=${setText} maxlength=${limit} autocomplete="off" ...${rest} />
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        <button class="primary">${action}</button>
      </div>
    </form>
  <//>`;
}
