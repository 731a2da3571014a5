// The page's policy (require-trusted-types-for) takes no text as the address of a script. This is the only one that
// may make one, and it makes one only for the hub: it is built from hub/worker.js, and lies beside the page's script.
const policy = /** @type {any} */ (self).trustedTypes?.createPolicy("hichat", { createScriptURL: (url) => url });

export function hubAddress() {
  const url = new URL("./hub.js", import.meta.url).href;
  return policy ? policy.createScriptURL(url) : url;
}
