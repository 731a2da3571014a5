// What has to outlive the page: messages that the server has not acknowledged. IndexedDB; without it (private
// windows of some browsers) they live as long as the hub.

const opened = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open("hichat", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

export class Database {
  async #store(mode) {
    try {
      this.connection ??= await opened();
      const transaction = this.connection.transaction("outbox", mode);
      return { transaction, store: transaction.objectStore("outbox") };
    } catch {
      return null;
    }
  }

  async all(user) {
    const open = await this.#store("readonly");
    if (!open) return [];
    const request = open.store.getAll();
    await done(open.transaction);
    return request.result.filter((item) => item.user === user).sort((a, b) => a.order - b.order);
  }

  async put(item) {
    const open = await this.#store("readwrite");
    if (!open) return;
    open.store.put(item);
    await done(open.transaction);
  }

  async remove(key) {
    const open = await this.#store("readwrite");
    if (!open) return;
    open.store.delete(key);
    await done(open.transaction);
  }
}
