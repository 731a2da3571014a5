// What the client knew last: whose it is, their conversations, the last messages, people and groups. It is shown where
// there is no network, and goes with the log-out. Who has no IndexedDB has no such thing.
//
// A record is {key, value}; the key "user" says whose the others are, and "epoch" of which log of the server. What
// somebody else wrote late, or of another log, is dropped: the hub alone says whose it is, and of what.
import { ROOT } from "./root.js";

const STORE = "known";

const opened = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(`hichat-known${ROOT}`, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export class Known {
  // Whose it is, 0: nobody's; and when that account was made, 0: nobody knows.
  async owner() {
    let found = { user: 0, made: 0 };
    await this.#run("readonly", (store) => {
      const request = store.get("user");
      request.onsuccess = () => (found = { user: request.result?.value ?? 0, made: request.result?.made ?? 0 });
    });
    return found;
  }

  // Of which log it is; empty: nobody knows.
  async epoch() {
    let found = "";
    await this.#run("readonly", (store) => {
      const request = store.get("epoch");
      request.onsuccess = () => (found = request.result?.value ?? "");
    });
    return found;
  }

  // @param {string} epoch what is known is of this log
  begin(epoch) {
    return this.#run("readwrite", (store) => store.put({ key: "epoch", value: epoch }));
  }

  // The log is another one: what was known of the one before goes.
  beginAnew(/** @type {number} */ user, /** @type {number} */ made, /** @type {string} */ epoch) {
    return this.#run("readwrite", (store) => {
      store.clear();
      store.put({ key: "user", value: user, made });
      if (epoch) store.put({ key: "epoch", value: epoch });
    });
  }

  // Somebody is logged in: what another knew goes, also if both have the same id, as after a backup was put back.
  belongTo(/** @type {number} */ user, /** @type {number} */ made) {
    return this.#run("readwrite", (store) => {
      const request = store.get("user");
      request.onsuccess = () => {
        const { value, made: before = 0 } = request.result ?? {};
        if (value !== user || (before && made && before !== made)) store.clear();
        store.put({ key: "user", value: user, made: made || (value === user ? before : 0) });
      };
    });
  }

  wipe() {
    return this.#run("readwrite", (store) => store.clear());
  }

  /**
   * @param {number} user whose they have to be
   * @returns {Promise<Map<string, any>>} the values by their keys
   */
  async all(user) {
    /** @type {{ key: string, value: any }[]} */
    let found = [];
    await this.#run("readonly", (store) => {
      const request = store.getAll();
      request.onsuccess = () => (found = request.result);
    });
    const values = new Map(found.map(({ key, value }) => [key, value]));
    return values.get("user") === user ? values : new Map();
  }

  /** @returns {Promise<string[]>} */
  async keys() {
    /** @type {string[]} */
    let found = [];
    await this.#run("readonly", (store) => {
      const request = store.getAllKeys();
      request.onsuccess = () => (found = request.result);
    });
    return found;
  }

  /**
   * @param {number} user whose they are
   * @param {Map<string, any>} values by their keys; undefined: the record goes
   * @param {string} epoch of which log they are
   */
  keep(user, values, epoch = "") {
    return this.#run("readwrite", (store) => {
      const owner = store.get("user");
      const request = store.get("epoch");
      request.onsuccess = () => {
        if (owner.result?.value !== user || (request.result?.value ?? "") !== epoch) return;
        for (const [key, value] of values) {
          if (value === undefined) store.delete(key);
          else store.put({ key, value });
        }
      };
    });
  }

  // @param work: what is asked of the store. @return whether it was done.
  async #run(mode, work) {
    try {
      this.connection ??= opened();
      const transaction = (await this.connection).transaction(STORE, mode);
      work(transaction.objectStore(STORE));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve(undefined);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
      return true;
    } catch {
      // A private window, a full disk, or the browser has closed it: the next who asks opens another.
      this.connection = null;
      return false;
    }
  }
}
