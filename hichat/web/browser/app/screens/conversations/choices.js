// What one may set for a conversation, as its menus have it.
import { t } from "../../words/words.js";

export function choicesFor(model, conversation) {
  const { muted, name, pinned, unread } = conversation;
  const set = (change) =>
    model.attempt(async () => {
      Object.assign(conversation, await model.api.patch(`/conversations/${name}`, change));
    });
  return [
    { icon: "pin", text: t(pinned ? "unpin" : "pin"), act: () => set({ pinned: !pinned }) },
    { icon: muted ? "bell" : "mute", text: t(muted ? "unmute" : "mute"), act: () => set({ muted: !muted }) },
    unread > 0 && { icon: "check", text: t("markRead"), act: () => model.markRead(conversation) },
  ];
}
