// The SharedWorker: one hub for all tabs of this browser.
import { Hub } from "./hub.js";

const hub = new Hub();
self.addEventListener("connect", (event) => hub.attach(/** @type {MessageEvent} */ (event).ports[0]));

// Nobody sees the console of a worker; the tabs show what goes wrong here.
self.addEventListener("error", (event) => hub.fault(event.message));
self.addEventListener("unhandledrejection", (event) => hub.fault(String(event.reason?.stack ?? event.reason)));
