// What can be done with a message.
import { html, useEffect, useState } from "../../rendering.js";
import { EmojiPicker } from "../../parts/EmojiPicker.js";
import { Icon } from "../../parts/Icon.js";
import { Menu } from "../../parts/Menu.js";
import { selectedIn } from "../../parts/selection.js";
import { mayEdit, mayPin } from "./rights.js";
import { linkTo } from "../../model/route.js";
import { t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function MessageMenu({ model, conversation, message, anchor, close, recall, readers, report, react, reply, forward }) {
  const [all, setAll] = useState(false);
  // The bar goes with the pointer, before or after what a choice opens has taken the focus: the message stays.
  const [home] = useState(() => anchor.closest(".message"));
  // As it was when the menu was opened: opening it may end the selection.
  const [selected] = useState(() => selectedIn(home));
  const own = message.from === model.state.user;
  const group = conversation.place.group !== undefined ? model.groups.get(conversation.place.group) : null;
  const role = group === null ? "" : group?.you.role;
  const pinned = conversation.pins?.some((pin) => pin.message.id === message.id) ?? false;
  const saved = model.kept.isSaved(message.id);
  const mayRecall = own || role === "owner" || role === "admin";
  // Whether it is saved is asked for once; the menu has the right words as soon as that is known.
  const [, setKnown] = useState(false);
  useEffect(() => {
    model.kept.know().then(() => setKnown(true));
  }, []);
  const put = (emoji) => {
    close();
    react(emoji);
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
    { icon: "reply", text: t("reply"), act: reply },
    { icon: "forward", text: t("forward"), act: forward },
    message.text && {
      icon: "copy",
      text: t("copy"),
      act: () => model.attempt(() => navigator.clipboard.writeText(selected || message.text), t("copied")),
    },
    {
      icon: "link",
      text: t("copyLink"),
      act: () => model.attempt(() => navigator.clipboard.writeText(linkTo(message.id)), t("copied")),
    },
    mayEdit(model, message) && { icon: "edit", text: t("edit"), act: () => write((draft) => draft.edit(message)) },
    mayPin(model, conversation) && {
      icon: "pin",
      text: t(pinned ? "unpinMessage" : "pinMessage"),
      act: () => model.kept.pin(conversation, message.id, !pinned),
    },
    { icon: "save", text: t(saved ? "unsave" : "saveMessage"), act: () => model.kept.save(message.id, !saved, t(saved ? "unsaved" : "savedDone")) },
    own && group !== null && (conversation.others.size > 0 || (role && group.size > 1)) && { icon: "eye", text: t("readers"), act: readers },
    !own && { icon: "unread", text: t("markUnread"), act: unread },
    !own && { icon: "flag", text: t("report"), act: report },
    mayRecall && { icon: "recall", text: t("recall"), act: recall, danger: true },
  ];
  if (all) {
    return html`<${Menu} key="all" anchor=${anchor} home=${home} close=${close} label=${t("react")} sheet><${EmojiPicker} usual=${model.usual} choose=${put} /><//>`;
  }
  return html`<${Menu} key="few" anchor=${anchor} home=${home} close=${close} label=${t("actions")} items=${items}>
    <div class="quick" role="group" aria-label=${t("react")}>
      ${model.usual.most.map((emoji) => html`<button type="button" key=${emoji} onClick=${() => put(emoji)}>${emoji}</button>`)}
      <button type="button" aria-label=${t("moreEmojis")} onClick=${() => setAll(true)}><${Icon} name="plus" /></button>
    </div>
  <//>`;
}
