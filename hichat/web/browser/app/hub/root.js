// What the paths of the site's addresses begin with: nothing, or where a proxy has put the whole site, such as "/chat".
export const ROOT = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");
