// Messages that have no acknowledgement yet. Each is written down before it is sent, with the counter under which the
// server takes it once; on every new connection what is in doubt is sent again first, with the same counter.

const AGAIN = new Set(["too_fast", "busy", "not_stored"]);
const WINDOW = 16;

export class Outbox {
  constructor({ database, write, changed, settled, acked }) {
    this.database = database;
    this.write = write;
    this.changed = changed;
    this.settled = settled;
    this.acked = acked;
    this.items = [];
    this.counter = 0;
    this.phase = "none"; // none, repeating, open
    this.flying = new Set();
    this.held = 0;
  }

  async load(user) {
    this.user = user;
    this.items = await this.database.all(user);
    this.changed();
  }

  forget() {
    this.lost();
    this.items = [];
    this.changed();
  }

  async add(key, frame) {
    if (this.items.some((item) => item.key === key)) return;
    const order = Math.max(0, ...this.items.map((item) => item.order)) + 1;
    const item = { key, frame, user: this.user, order, time: Date.now(), counter: 0, failure: null };
    this.items.push(item);
    this.changed();
    await this.database.put(item);
    this.pump();
  }

  async retry(key) {
    const item = this.find(key);
    if (!item?.failure) return;
    // It was refused, so it was never written: it may have another counter.
    item.failure = null;
    item.counter = 0;
    this.changed();
    await this.database.put(item);
    this.pump();
  }

  async discard(key) {
    if (!this.find(key)?.failure) return;
    this.items = this.items.filter((item) => item.key !== key);
    this.changed();
    await this.database.remove(key);
  }

  find(key) {
    return this.items.find((item) => item.key === key);
  }

  connected(counter) {
    this.counter = Math.max(this.counter, counter, ...this.items.map((item) => item.counter));
    this.phase = "repeating";
    this.pump();
  }

  lost() {
    this.phase = "none";
    this.flying.clear();
    clearTimeout(this.held);
    this.held = 0;
  }

  answered(frame) {
    const item = this.find(frame.ref);
    if (!item || !this.flying.delete(item.key)) return false;
    if (frame.op === "ack") {
      this.items = this.items.filter((other) => other !== item);
      this.acked(item, frame);
      this.database.remove(item.key);
    } else if (AGAIN.has(frame.code)) {
      const wait = Math.min(Math.max(frame.retryAfter ?? 1, 0.1), 60);
      clearTimeout(this.held);
      this.held = setTimeout(() => {
        this.held = 0;
        this.pump();
      }, wait * 1000);
    } else if (frame.code === "counter_used") {
      item.counter = 0;
    } else {
      item.failure = { code: frame.code, message: frame.message };
      this.changed();
      this.database.put(item);
    }
    this.pump();
    return true;
  }

  async pump() {
    if (this.pumping) {
      this.pumpAgain = true;
      return;
    }
    this.pumping = true;
    do {
      this.pumpAgain = false;
      await this.#pump();
    } while (this.pumpAgain);
    this.pumping = false;
  }

  async #pump() {
    const doubtful = () => this.items.filter((item) => item.counter && !item.failure);
    const next = () => {
      if (this.held || this.flying.size >= WINDOW) return null;
      const from = this.phase === "repeating" ? doubtful() : this.phase === "open" ? this.items : [];
      return from.find((item) => !item.failure && !this.flying.has(item.key));
    };
    for (let item = next(); item; item = next()) {
      this.flying.add(item.key);
      if (!item.counter) {
        item.counter = ++this.counter;
        await this.database.put(item);
        if (!this.flying.has(item.key)) continue; // the connection was lost meanwhile
      }
      this.write({ ...item.frame, op: "send", ref: item.key, counter: item.counter });
    }
    if (this.phase === "repeating" && !this.flying.size && !doubtful().length) {
      this.phase = "open";
      this.settled();
      this.pumpAgain = true;
    }
  }
}
