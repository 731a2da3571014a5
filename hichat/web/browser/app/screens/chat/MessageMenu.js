// What can be done with a message.
import { html, useState } from "../../rendering.js";
import { Emojis } from "../../parts/Emojis.js";
import { Icon } from "../../parts/Icon.js";
import { Menu } from "../../parts/Menu.js";
import { selectedIn } from "../../parts/selection.js";
import { sameEmoji } from "../../model/emoji.js";
import { QUICK } from "../../parts/emoji-list.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function MessageMenu({ model, conversation, message, anchor, close, recall, readers }) {
  const [all, setAll] = useState(false);
  // As it was when the menu was opened: opening it may end the selection.
  const [selected] = useState(() => selectedIn(anchor.closest(".message")));
  const own = message.from === model.state.user;
  const role = conversation.place.group !== undefined ? model.groups.get(conversation.place.group)?.you.role : "";
  const mayRecall = own || role === "owner" || role === "admin";
  const react = (emoji) => {
    close();
    const mine = message.reactions?.some((each) => sameEmoji(each.emoji, emoji) && each.users.includes(model.state.user));
    model.react(message, emoji, !mine);
  };
  const write = (act) => {
    act(conversation.draft);
    conversation.wantsFocus = true;
    model.changed();
  };
  // It stays where it is read, and is unread in the list; the divider shows from where on.
  const unread = async () => {
    if (await model.set(conversation, { unreadFrom: message.id })) conversation.begin();
    model.changed();
  };
  const items = [
    { icon: "reply", text: t("reply"), act: () => write((draft) => draft.reply(message)) },
    message.text && {
      icon: "copy",
      text: t("copy"),
      act: () => model.attempt(() => navigator.clipboard.writeText(selected || message.text), t("copied")),
    },
    own && message.text && { icon: "edit", text: t("edit"), act: () => write((draft) => draft.edit(message)) },
    own && role !== "" && conversation.others.size > 0 && { icon: "eye", text: t("readers"), act: readers },
    !own && { icon: "unread", text: t("markUnread"), act: unread },
    mayRecall && { icon: "recall", text: t("recall"), act: recall, danger: true },
  ];
  if (all) {
    return html`<${Menu} key="all" anchor=${anchor} close=${close} label=${t("react")}><${Emojis} choose=${react} /><//>`;
  }
  return html`<${Menu} key="few" anchor=${anchor} close=${close} label=${t("actions")} items=${items}>
    <div class="quick" role="group" aria-label=${t("react")}>
      ${QUICK.map((emoji) => html`<button type="button" key=${emoji} onClick=${() => react(emoji)}>${emoji}</button>`)}
      <button type="button" aria-label=${t("moreEmojis")} onClick=${() => setAll(true)}><${Icon} name="plus" /></button>
    </div>
  <//>`;
}
