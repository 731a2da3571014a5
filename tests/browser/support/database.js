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
      delete: (key) => request(() => void this.records.delete(key)),
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
  const records = new Map();
  let last = Promise.resolve();
  const begin = () => {
    let ended;
    const before = last;
    last = new Promise((resolve) => (ended = resolve));
    const transaction = new Transaction(records, ended);
    before.then(() => transaction.run());
    return transaction;
  };
  return {
    open() {
      const request = { result: { transaction: begin, createObjectStore: () => {} } };
      queueMicrotask(() => request.onsuccess());
      return request;
    },
  };
}
