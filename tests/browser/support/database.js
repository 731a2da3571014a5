// IndexedDB as far as the client uses it: one store of objects by their keys, transactions one after the other.

export const disk = { full: false };

class Transaction {
  #requests = [];

  constructor(records, ended) {
    this.records = records;
    this.ended = ended;
  }

  objectStore() {
    const request = (work) => {
      const made = { result: undefined };
      this.#requests.push(() => {
        made.result = structuredClone(work());
        made.onsuccess?.();
      });
      return made;
    };
    return {
      get: (key) => request(() => this.records.get(key)),
      getAll: () => request(() => [...this.records.keys()].toSorted().map((key) => this.records.get(key))),
      put: (value) => {
        if (disk.full) throw new Error("QuotaExceededError");
        const copy = structuredClone(value);
        return request(() => void this.records.set(copy.key, copy));
      },
      getAllKeys: () => request(() => [...this.records.keys()].toSorted()),
      delete: (key) => request(() => void this.records.delete(key)),
      clear: () => request(() => void this.records.clear()),
    };
  }

  // Until nobody asks for anything more.
  async run() {
    await null;
    for (let next = this.#requests.shift(); next; next = this.#requests.shift()) {
      next();
      await null;
    }
    this.oncomplete?.();
    this.ended();
  }
}

// @return what a page finds as indexedDB.
export function storage() {
  const databases = new Map();
  const made = () => {
    const records = new Map();
    let last = Promise.resolve();
    return () => {
      let ended;
      const before = last;
      last = new Promise((resolve) => (ended = resolve));
      const transaction = new Transaction(records, ended);
      before.then(() => transaction.run());
      return transaction;
    };
  };
  return {
    open(name) {
      if (!databases.has(name)) databases.set(name, made());
      const request = { result: { transaction: databases.get(name), createObjectStore: () => {} } };
      queueMicrotask(() => request.onsuccess());
      return request;
    },
  };
}
