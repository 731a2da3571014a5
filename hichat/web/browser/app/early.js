// The first script, which runs while the rest of the client is still on its way: the hub logs in meanwhile.
//
// The page's policy (require-trusted-types-for) takes no text as the address of a script. This is the only place that
// makes one, and only for what is built beside the page's script, such as the hub of hub/worker.js, or
// beside the page: the service worker can open nothing that lies above it.
const policy = /** @type {any} */ (self).trustedTypes?.createPolicy("hichat", { createScriptURL: (url) => url });

/** @param {string} name of a file, seen from this one */
export function addressOf(name) {
  const url = new URL(`./${name}`, import.meta.url).href;
  return policy ? policy.createScriptURL(url) : url;
}

/** One hub for all tabs; null where browsers have no such workers (Chrome on Android). */
export const hub =
  typeof SharedWorker === "function" ? new SharedWorker(addressOf("hub.js"), { type: "module", name: "hichat" }) : null;
