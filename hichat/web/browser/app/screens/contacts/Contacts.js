// One's contacts, and who asks to become one.
import { html } from "../../rendering.js";
import { Icon } from "../../parts/Icon.js";
import { Nothing } from "../../parts/Nothing.js";
import { PaneHead, PersonRow } from "../../parts/Rows.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { isGuest } from "../../model/roles.js";
import { hrefOf } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Contacts({ model, selected }) {
  const asks = model.lists.get("received");
  const sent = model.lists.get("sent");
  const guest = isGuest(model.me);
  const collator = new Intl.Collator();
  const contacts = [...model.lists.get("contacts")].sort((a, b) =>
    collator.compare(model.people.name(a.user.id), model.people.name(b.user.id)),
  );
  return html`
    <${PaneHead} title=${t("contacts")}>
      ${!guest && html`<a class="icon-button" href=${hrefOf("contacts", "find")} aria-label=${t("findPeople")} title=${t("findPeople")}><${Icon} name="plus" /></a>`}
    <//>
    ${asks.length > 0 && html`<h2 class="list-head">${t("requests")}</h2>`}
    <ul class="rows">
      ${asks.map(({ user, greeting }) => html`<${Asking} key=${user.id} model=${model} user=${user} greeting=${greeting} />`)}
    </ul>
    ${sent.length > 0 && html`<h2 class="list-head">${t("sentRequests")}</h2>`}
    <ul class="rows">
      ${sent.map(
        ({ user }) =>
          html`<${PersonRow} key=${user.id} model=${model} person=${user} note=${t("waitingForAnswer")} selected=${selected === String(user.id)} />`,
      )}
    </ul>
    ${(asks.length > 0 || sent.length > 0) && html`<h2 class="list-head">${t("contacts")}</h2>`}
    ${!contacts.length && html`<${Nothing} icon="contacts" text=${t(guest ? "noContactsOfGuest" : "noContacts")}>
      ${!guest && html`<a class="button" href=${hrefOf("contacts", "find")}>${t("findPeople")}</a>`}
    <//>`}
    <${WindowedRows}
      items=${contacts}
      row=${({ user }) =>
        html`<${PersonRow} key=${user.id} model=${model} person=${user} note=${user.bio} selected=${selected === String(user.id)} />`}
    />
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Asking({ model, user, greeting }) {
  const { api, lists } = model;
  const answer = (work, done) =>
    model.attempt(async () => {
      await work();
      lists.again("received", "contacts");
    }, done);
  const accept = () => answer(() => api.put(`/contacts/${user.id}`), t("accepted", { name: model.people.name(user.id) }));
  const reject = () => answer(() => api.delete(`/contact-requests/received/${user.id}`), "");
  return html`<${PersonRow} model=${model} person=${user} note=${greeting || t("asksYou")} asks>
    <button type="button" class="primary small" onClick=${accept}>${t("accept")}</button>
    <button type="button" class="small" onClick=${reject}>${t("reject")}</button>
  <//>`;
}
