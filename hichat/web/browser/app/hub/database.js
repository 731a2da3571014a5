// What has to outlive the page: messages that the server has not acknowledged. IndexedDB; what it does not take (private
// windows of some browsers, a full disk) lives as long as the hub.
//
// Where there is no SharedWorker each tab has a hub, and all of them share what is here: so every change is made in one
// transaction, to what is written down at that time.

import { ROOT } from "./root.js";

const opened = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(`hichat${ROOT}`, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @returns {Promise<void>} */
const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

const markOf = (user) => `counter-${user}`;

export class Database {
  #memory = new Map();

  async all(user) {
    let items = [];
    try {
      const { transaction, store } = await this.#open("readonly");
      const request = store.getAll();
      await done(transaction);
      items = request.result;
    } catch {
      // Then there are none.
    }
    const known = new Map(items.map((item) => [item.key, item]));
    for (const [key, item] of this.#memory) known.set(key, item);
    return [...known.values()].filter((item) => item.user === user).sort((a, b) => a.order - b.order);
  }

  async put(item) {
    try {
      const { transaction, store } = await this.#open("readwrite");
      store.put(item);
      await done(transaction);
    } catch {
      this.#memory.set(item.key, item);
    }
  }

  async remove(key) {
    this.#memory.delete(key);
    try {
      const { transaction, store } = await this.#open("readwrite");
      store.delete(key);
      await done(transaction);
    } catch {
      // It is sent once more some time, with the same counter: the server knows it.
    }
  }

  // @param change: the new fields. @return the item as it is now; null: another hub has sent it, or thrown it away.
  change(key, change) {
    return this.#update(key, (item) => ({ ...item, ...change }));
  }

  // Give an item its counter, unless it has one: larger than least and than any that was given here.
  claim(key, least) {
    return this.#update(key, (item, mark) => (item.counter ? item : { ...item, counter: Math.max(least, mark) + 1 }));
  }

  async #update(key, changed) {
    const held = this.#memory.get(key);
    if (held) {
      const now = changed(held, 0);
      this.#memory.set(key, now);
      return now;
    }
    /** @type {any} */
    let item = null;
    try {
      const { transaction, store } = await this.#open("readwrite");
      const found = store.get(key);
      found.onsuccess = () => {
        if (!found.result) return;
        const mark = store.get(markOf(found.result.user));
        mark.onsuccess = () => {
          item = changed(found.result, mark.result?.counter ?? 0);
          store.put(item);
          store.put({ key: markOf(item.user), counter: Math.max(item.counter, mark.result?.counter ?? 0) });
        };
      };
      await done(transaction);
    } catch {
      if (item) this.#memory.set(key, item);
    }
    return item;
  }

  async #open(mode) {
    this.connection ??= opened();
    try {
      const transaction = (await this.connection).transaction("outbox", mode);
      return { transaction, store: transaction.objectStore("outbox") };
    } catch (error) {
      // The browser may have closed it: the next who asks opens another.
      this.connection = null;
      throw error;
    }
  }
}
