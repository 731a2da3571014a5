// The service worker: opens the client without a network. It keeps the page and the files of its version, by which it is
// another one than the version before. It keeps no answer of the API, and nothing of a user's.
const scope = /** @type {any} */ (self);
const BASE = "{base}"; // the directory of the files, which the daemon puts in here
const PAGE = new URL("./", scope.location.href).pathname;
const NAME = `hichat ${PAGE} ${BASE}`;
const FIRST = ["early.js", "client.js", "hub.js", "client.css", "icon.svg", "manifest.webmanifest"];
const LATER = ["markdown.js", "rare.js", "viewer.js"]; // what reading needs that a page loads when it is first wanted
const PATIENCE = 4000; // milliseconds that the network has to bring the page

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("message", (event) => {
  if (event.data.take) scope.skipWaiting();
  if (event.data.which) event.ports[0].postMessage(`${BASE}/`);
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.location.origin) return;
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(page(request));
  else if (pathname.startsWith(`${PAGE}app/`)) event.respondWith(file(request, pathname));
});
scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

async function install() {
  const answer = await fetch(PAGE, { cache: "no-cache" });
  // The daemon may be another one by now: then its service worker comes next.
  if (!answer.ok || !(await answer.clone().text()).includes(`"${BASE}/client.js"`)) throw new Error("not of this version");
  const cache = await caches.open(NAME);
  await cache.addAll([...FIRST, ...LATER].map((name) => `${BASE}/${name}`));
  await cache.put(PAGE, answer);
}

// Tabs of the version before may still be open: its files go with the version after this one. Tabs that were there before
// any service worker have theirs from here, too, when the daemon has only another version's.
async function activate() {
  const own = (await caches.keys()).filter((name) => name.startsWith(`hichat ${PAGE} `) && name !== NAME);
  for (const name of own.slice(0, -1)) await caches.delete(name);
  await scope.clients.claim();
}

// The page as it is now; without a network, or with one that brings nothing, as it was.
async function page(request) {
  const fresh = fetch(request);
  const answer = await Promise.race([fresh, patience()]).catch(() => null);
  if (answer && answer.status < 500) return answer;
  return (await kept(PAGE)) ?? fresh;
}

const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE, null));

// A file never changes: its directory is named by what is in it.
async function file(request, pathname) {
  const found = await kept(pathname);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && pathname.startsWith(`${BASE}/`)) (await caches.open(NAME)).put(pathname, answer.clone());
  return answer;
}

const kept = (pathname) => caches.match(pathname, { ignoreVary: true });

// Somebody has clicked a notification: a tab shows the chat.
async function show(chat) {
  const [tab] = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!tab) return scope.clients.openWindow(`${PAGE}#/chats/${chat}`);
  tab.postMessage({ chat });
  return tab.focus();
}
