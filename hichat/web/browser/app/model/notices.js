// Notifications of the browser. All tabs make the same one; the browser shows it once, because of its tag.

export const noticesPossible = () => "Notification" in self;
export const noticesAllowed = () => noticesPossible() && Notification.permission === "granted";

export function notify(tag, title, body, place, name) {
  if (!noticesAllowed() || localStorage.getItem("hichat.notices") === "off") return;
  try {
    const notice = new Notification(title === place ? title : `${title} · ${place}`, { body: body.slice(0, 200), tag });
    notice.onclick = () => {
      focus();
      location.hash = `#/chats/${name}`;
      notice.close();
    };
  } catch {
    // Chrome on Android has them for service workers only.
  }
}
