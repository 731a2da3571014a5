// Other versions of the page, of which the service worker tells.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Updates } from "../../hichat/web/browser/app/model/updates.js";

class Worker extends EventTarget {
  told = [];
  state = "installing";

  postMessage(message) {
    this.told.push(message);
  }

  become(state) {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

// A real one would keep the test running.
globalThis.MessageChannel = class {
  port1 = {};
  port2 = {};
};

async function registered(registration) {
  Object.assign(registration, { waiting: null, installing: null, active: new Worker() }, { ...registration });
  navigator.serviceWorker = { register: async () => registration };
  const updates = new Updates({ changed: () => {} });
  updates.script = "/service-worker.js";
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (call) => call();
  updates.begin();
  globalThis.setTimeout = setTimeout;
  await new Promise((resolve) => setTimeout(resolve));
}

test("another version is asked which it is, whether it waits, comes, or was on its way before this tab asked", async () => {
  const asked = [{ which: true }];
  const [waiting, coming, later] = [new Worker(), new Worker(), new Worker()];
  await registered(Object.assign(new EventTarget(), { waiting }));
  assert.deepEqual(waiting.told, asked);
  await registered(Object.assign(new EventTarget(), { installing: coming }));
  assert.deepEqual(coming.told, []);
  coming.become("installed");
  assert.deepEqual(coming.told, asked);
  const registration = new EventTarget();
  await registered(registration);
  registration.installing = later;
  registration.dispatchEvent(new Event("updatefound"));
  later.become("installed");
  assert.deepEqual(later.told, asked);
});
