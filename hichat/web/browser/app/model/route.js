// Where one is: #/section/detail/more. The browser's back button works, and a link names a place.

export function route() {
  const [section = "", detail = "", more = ""] = location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  return { section: section || "chats", detail, more };
}

export function go(/** @type {(string | number)[]} */ ...parts) {
  location.hash = `#/${parts.map(encodeURIComponent).join("/")}`;
}

export const hrefOf = (/** @type {(string | number)[]} */ ...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;

// A link to a message, for everybody who may read it.
export const linkTo = (/** @type {number} */ id) => `${location.origin}${location.pathname}${hrefOf("message", id)}`;

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
