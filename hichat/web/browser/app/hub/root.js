// What the paths of the site's addresses begin with: nothing, or where a proxy has put the whole site, such as "/chat".
// The built script is at /app/VERSION/client.js below that.
export const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
