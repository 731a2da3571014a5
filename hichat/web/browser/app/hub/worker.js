// The SharedWorker: one hub for all tabs of this browser.
import { Hub } from "./hub.js";

const hub = new Hub();
self.onconnect = (event) => hub.attach(event.ports[0]);
