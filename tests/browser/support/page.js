// What the client finds in a browser: storage, events, ports to a worker. There is no page, and nothing is drawn.
// To be imported before the client is.
import { disk, storage } from "./database.js";
import { ROOT } from "../../../hichat/web/browser/app/hub/root.js";

const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

class Storage {
  #kept = new Map();

  getItem(key) {
    return this.#kept.get(key) ?? null;
  }

  setItem(key, value) {
    this.#kept.set(key, String(value));
    // As a browser has it: a key is a property that Object.keys names.
    Object.defineProperty(this, key, { enumerable: true, configurable: true, value });
  }

  removeItem(key) {
    this.#kept.delete(key);
    delete this[key];
  }

  clear() {
    for (const key of [...this.#kept.keys()]) this.removeItem(key);
  }
}

set("self", globalThis);
set("document", {
  documentElement: { lang: "", dataset: {} },
  visibilityState: "visible",
  focused: true,
  hasFocus() {
    return this.focused;
  },
});

// Nobody listens any more, and nothing is kept.
export function forget() {
  localStorage.clear();
  sessionStorage.clear();
  set("indexedDB", storage());
  disk.full = false;
  forgetPage();
}

// Nobody listens any more.
export function forgetPage() {
  for (const place of [globalThis, document]) {
    const events = new EventTarget();
    for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) place[name] = events[name].bind(events);
  }
}
set("location", { origin: "http://hichat.test", hash: "", reloads: 0, reload() { this.reloads++; } });
set("localStorage", new Storage());
set("sessionStorage", new Storage());
set("navigator", { languages: ["en-GB"], onLine: true });
forget();

// Say that something happened to the page, such as "focus".
export const happens = (name, target = globalThis) => target.dispatchEvent(new Event(name));

// What a tab shows: whether somebody looks at it.
export function look(visible) {
  document.visibilityState = visible ? "visible" : "hidden";
  document.focused = visible;
  happens("visibilitychange", document);
}

// Two ends; what is put into one comes out of the other, in order, copied, a moment later.
export function ports() {
  const make = () => ({ other: null, onmessage: null, postMessage(data) {
    const copy = structuredClone(data);
    queueMicrotask(() => this.other.onmessage?.({ data: copy }));
  } });
  const [one, other] = [make(), make()];
  one.other = other;
  other.other = one;
  return [one, other];
}

// A SharedWorker that is the hub given, or of another one for each tab if there is none.
export function shareHub(attach) {
  set("SharedWorker", class {
    constructor() {
      const [tab, hub] = ports();
      this.port = tab;
      attach(hub);
    }
  });
}

// The server for what the client asks over HTTP and over a WebSocket.
export function connectTo(server) {
  set("fetch", async (address, { method = "GET", headers = {}, body } = {}) => {
    if (!address.startsWith(ROOT)) throw new Error(`${address} is not below ${ROOT}`);
    const { status, value } = await server.answer(method, address.slice(ROOT.length), body && JSON.parse(body), headers);
    const text = value === undefined ? "" : JSON.stringify(value);
    return { ok: status < 300, status, text: async () => text, json: async () => JSON.parse(text) };
  });
  set("WebSocket", class WebSocket {
    static OPEN = 1;

    constructor(address, protocol) {
      if (new URL(address).pathname !== `${ROOT}/v2/ws` || protocol !== "hichat.v2") throw new Error(`${address} ${protocol}`);
      this.readyState = 0;
      server.connect(this);
    }

    send(text) {
      if (this.readyState !== 1) throw new Error("it is not open");
      this.peer.received(JSON.parse(text));
    }

    close() {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.peer.gone();
      queueMicrotask(() => this.onclose?.({ code: 1000 }));
    }
  });
}
