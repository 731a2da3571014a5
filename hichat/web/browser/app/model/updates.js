// The service worker: it opens the page without a network, and notices that the daemon has another version of it. A tab
// is told so, and goes on with the version that it has until somebody lets it load the other.
import { ROOT } from "../hub/root.js";

const LATER = 3000; // milliseconds after the beginning: what is shown first comes first
const SPREAD = 8000; // milliseconds over which tabs ask when a daemon comes back
const OWN = new URL(".", import.meta.url).pathname;

export class Updates {
  available = false; // whether there is another version
  /** @type {ServiceWorkerRegistration | null} */
  registration = null;
  begun = false;
  script = ""; // where the service worker is; empty: nowhere

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  // All that the page needs is here. Browsers have service workers over TLS and on localhost only.
  begin() {
    if (this.begun || !this.script || !navigator.serviceWorker) return;
    this.begun = true;
    setTimeout(() => this.#register().catch(() => {}), LATER);
  }

  // The connection is back, perhaps to another version.
  check() {
    setTimeout(() => this.registration?.update().catch(() => {}), Math.random() * SPREAD);
  }

  // Load the other version. What is being written is kept.
  take() {
    const { waiting } = this.registration ?? {};
    if (!waiting) {
      location.reload();
      return;
    }
    waiting.addEventListener("statechange", () => waiting.state === "activated" && location.reload());
    waiting.postMessage({ take: true });
  }

  async #register() {
    const { serviceWorker } = navigator;
    serviceWorker.onmessage = ({ data }) => {
      if (data.chat) location.hash = `#/chats/${data.chat}`;
    };
    const registration = await serviceWorker.register(this.script, { scope: `${ROOT}/` });
    this.registration = registration;
    this.#waits(registration.waiting);
    // One may be on its way already: another tab was quicker to ask.
    this.#follows(registration.installing);
    registration.addEventListener("updatefound", () => this.#follows(registration.installing));
  }

  #follows(/** @type {ServiceWorker | null} */ installing) {
    installing?.addEventListener("statechange", () => installing.state === "installed" && this.#waits(installing));
  }

  // Another version is ready. If it is this page's, which came from the network, nobody needs to be asked.
  #waits(/** @type {ServiceWorker | null} */ waiting) {
    if (!waiting || !this.registration?.active) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (data === OWN) {
        waiting.postMessage({ take: true });
        return;
      }
      this.available = true;
      this.model.changed();
    };
    waiting.postMessage({ which: true }, [port2]);
  }
}
