// To what was said on a day, or after it.
import { html, useState } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { go, hrefOf } from "../../model/route.js";
import { dateOf, startOf, t } from "../../words/words.js";

// Also if one was there before, and has scrolled away.
function show(name, id) {
  const there = () => go("chats", name, id);
  if (location.hash !== hrefOf("chats", name, id)) return there();
  // The page is drawn without it first.
  addEventListener("hashchange", () => setTimeout(there, 10), { once: true });
  return go("chats", name);
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function DateDialog({ model, conversation, close }) {
  const today = dateOf(model.now());
  const [date, setDate] = useState(today);
  const submit = (event) => {
    event.preventDefault();
    const since = startOf(date);
    if (Number.isNaN(since)) return;
    model.attempt(async () => {
      const path = `/conversations/${conversation.name}/messages?limit=1`;
      const { items } = await model.api.get(`${path}&since=${Math.max(0, since)}`);
      close();
      if (!items.length) model.toast(t("nothingSince"));
      else show(conversation.name, items[0].id);
    });
  };
  return html`<${Dialog} title=${t("goToDate")} close=${close}>
    <form onSubmit=${submit}>
      <${Field} label=${t("date")} type="date" value=${date} max=${today} change=${setDate} required />
      <div class="actions"><button class="primary">${t("show")}</button></div>
    </form>
  <//>`;
}
