// What one may set for a conversation, as its menus have it.
import { t, untilTomorrow } from "../../words/words.js";

const HOUR = 3600_000;
const MORNING = 8 * HOUR; // after midnight

export function choicesFor(model, conversation) {
  const { archived, hidden, isUnread, last, muted, notify, pinned, place, unread } = conversation;
  const set = (change) => model.set(conversation, change);
  // It goes from the list that one looks at: that is said, and can be undone. Who puts something away unpins it.
  const move = async (change, done) => {
    const before = pinned ? { pinned } : archived ? { archived } : { archived, hidden };
    if (await set(change)) model.toast(done, "info", () => set(before));
  };
  const read = () => {
    model.opened(conversation);
    model.markRead(conversation);
    model.changed();
  };
  const group = place.group !== undefined;
  return [
    { icon: "pin", text: t(pinned ? "unpin" : "pin"), act: () => set({ pinned: !pinned }) },
    muted
      ? { icon: "bell", text: t("unmute"), act: () => set({ muted: false }) }
      : { icon: "mute", text: t("mute"), items: mutes(model, set) },
    group &&
      !muted && {
        icon: "at",
        text: t(notify === "mentions" ? "notifyAll" : "notifyMentions"),
        act: () => set({ notify: notify === "mentions" ? "all" : "mentions" }),
      },
    isUnread || unread > 0
      ? { icon: "check", text: t("markRead"), act: read }
      : last && { icon: "unread", text: t("markUnread"), act: () => set({ unreadFrom: last.id }) },
    { icon: "archive", text: t(archived ? "unarchive" : "toArchive"), act: () => move({ archived: !archived }, t(archived ? "unarchived" : "archived")) },
    !hidden && { icon: "hide", text: t("hide"), act: () => move({ hidden: true }, t("hiddenNow")) },
  ];
}

function mutes(model, set) {
  const now = model.now();
  const until = (text, time) => ({ icon: "clock", text: t(text), act: () => set({ mutedUntil: Math.round(time) }) });
  return [
    until("forAnHour", now + HOUR),
    until("forEightHours", now + 8 * HOUR),
    until("untilTomorrow", now + untilTomorrow(now) + MORNING),
    until("forAWeek", now + 7 * 24 * HOUR),
    { icon: "mute", text: t("forEver"), act: () => set({ muted: true }) },
  ];
}
