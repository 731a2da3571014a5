// Messages that have no acknowledgement yet. Each is written down before it is sent, with the counter under which the
// server takes it once; on every new connection what is in doubt is sent again first, with the same counter. What is
// written down counts, not what is known here: another hub of the same browser may have been connected meanwhile.

const AGAIN = new Set(["too_fast", "busy", "not_stored"]);
const WINDOW = 16;
export const OF_OTHER_LOG = "resync_required"; // why a message that is sent on cannot be sent again

export class Outbox {
  constructor({ database, write, changed, settled, acked }) {
    this.database = database;
    this.write = write;
    this.changed = changed;
    this.settled = settled;
    this.acked = acked;
    this.items = [];
    this.made = 0;
    this.epoch = ""; // of the log into which is written; empty: nobody knows
    this.counter = 0;
    this.taken = 0; // the last counter that the server had of this device when the connection began
    this.phase = "none"; // none, repeating, open
    this.certain = false; // whether the server has said that its log is the one that is known here
    this.flying = new Set();
    this.noting = new Set(); // keys of what is about to be written down
    /** @type {any} */
    this.held = 0; // the timer that lets it go on
    /** @type {object | null} */
    this.connection = null;
    this.pumping = false;
    this.pumpAgain = false;
  }

  /**
   * @param {number} user
   * @param {number} made when the user's account was made: what another account with the same id has left is thrown away
   * @param {string} epoch of which log is known what is written here
   */
  async load(user, made, epoch) {
    Object.assign(this, { user, made, epoch });
    await this.#read();
  }

  forget() {
    this.lost();
    this.user = 0;
    this.items = [];
    this.changed();
  }

  // @param shown: what is shown of it where the frame does not say it, as of a message that is sent on.
  async add(key, frame, shown = undefined) {
    if (this.find(key)) return;
    const order = Math.max(0, ...this.items.map((other) => other.order)) + 1;
    const { user, made, epoch } = this;
    const item = { key, frame, shown, user, made, epoch, order, time: Date.now(), counter: 0, failure: null };
    this.items.push(item);
    this.noting.add(key);
    this.changed();
    await this.database.put(item);
    this.noting.delete(key);
    this.pump();
  }

  async retry(key) {
    const failure = this.find(key)?.failure;
    if (!failure || failure.code === OF_OTHER_LOG) return;
    // It was refused, so it was never written: it may have another counter.
    await this.#change(key, { failure: null, counter: 0 });
    this.pump();
  }

  // The server's log is another one, in which the message that is sent on or answered may be gone, and its id another's.
  // What may have been taken is repeated as it is.
  //
  // @param taken: the last counter that the new log has of this device.
  async startAnew(epoch, taken = this.taken, items = this.items) {
    this.epoch = epoch;
    for (const { key, frame, counter } of items) {
      if (counter && counter <= taken) continue;
      const { replyTo: _, ...rest } = frame;
      const failure = frame.op === "forward" ? { failure: { code: OF_OTHER_LOG, message: "" } } : {};
      await this.#change(key, { frame: rest, epoch, ...failure });
    }
  }

  async discard(key) {
    if (!this.find(key)?.failure) return;
    this.#know(key, null);
    await this.database.remove(key);
  }

  find(key) {
    return this.items.find((item) => item.key === key);
  }

  async connected(counter, epoch) {
    const connection = (this.connection = {});
    await this.#read();
    if (connection !== this.connection) return;
    this.taken = counter;
    // What was written down may be of another log, also if this hub knows of none.
    await this.startAnew(epoch, counter, this.items.filter((item) => item.epoch && epoch && item.epoch !== epoch));
    if (connection !== this.connection) return;
    this.counter = Math.max(this.counter, counter, ...this.items.map((item) => item.counter));
    this.phase = "repeating";
    this.pump();
  }

  // The server has said that its log is the one that is known here.
  synced() {
    this.certain = true;
    this.pump();
  }

  lost() {
    this.connection = null;
    this.certain = false;
    this.phase = "none";
    this.flying.clear();
    clearTimeout(this.held);
    this.held = 0;
  }

  answered(frame) {
    const item = this.find(frame.ref);
    if (!item || !this.flying.has(item.key)) return false;
    if (frame.op === "ack") {
      this.items = this.items.filter((other) => other !== item);
      this.acked(item, frame);
      this.#landed(item.key, this.database.remove(item.key));
    } else if (AGAIN.has(frame.code)) {
      const wait = Math.min(Math.max(frame.retryAfter ?? 1, 0.1), 60);
      clearTimeout(this.held);
      this.held = setTimeout(() => {
        this.held = 0;
        this.pump();
      }, wait * 1000);
      this.flying.delete(item.key);
    } else if (frame.code === "counter_used") {
      this.#landed(item.key, this.#change(item.key, { counter: 0 }));
    } else {
      const failure = { code: frame.code, message: frame.message };
      this.#landed(item.key, this.#change(item.key, { failure }));
    }
    return true;
  }

  // The answer is written down: then the next may fly.
  async #landed(key, written) {
    await written;
    this.flying.delete(key);
    this.pump();
  }

  async #read() {
    const { user, made } = this;
    const found = await this.database.all(user);
    if (user !== this.user || made !== this.made) return;
    const written = found.filter((item) => !item.made || !made || item.made === made);
    for (const { key } of found) if (!written.some((item) => item.key === key)) this.database.remove(key);
    const known = new Set(written.map((item) => item.key));
    const others = this.items.filter((item) => this.noting.has(item.key) && !known.has(item.key));
    this.items = [...written, ...others].sort((a, b) => a.order - b.order);
    this.changed();
  }

  async #change(key, change) {
    this.#know(key, await this.database.change(key, change));
  }

  // @param now: what has become of an item; null: it is gone.
  #know(key, now) {
    this.items = this.items.flatMap((item) => (item.key !== key ? [item] : now ? [now] : []));
    this.changed();
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
    const next = () => {
      if (this.held || this.flying.size >= WINDOW) return null;
      const from = this.phase === "repeating" ? this.#doubtful() : this.phase === "open" ? this.#ready() : [];
      return from.find((item) => !item.failure && !this.flying.has(item.key) && !this.noting.has(item.key));
    };
    for (let item = next(); item; item = next()) {
      const { key } = item;
      const { connection } = this;
      this.flying.add(key);
      if (!item.counter) {
        item = await this.database.claim(key, this.counter);
        this.counter = Math.max(this.counter, item?.counter ?? 0);
        this.#know(key, item);
        if (connection !== this.connection) continue; // it was lost meanwhile
        if (!item || item.failure) {
          this.flying.delete(key);
          continue;
        }
      }
      this.write({ op: "send", ...item.frame, ref: key, counter: item.counter });
    }
    if (this.phase === "repeating" && !this.flying.size && !this.#doubtful().length) {
      this.phase = "open";
      this.settled();
      this.pumpAgain = true;
    }
  }

  // What can be sent now. What names a message waits until it is certain that the id is still that message's, and what
  // stands behind it waits too, for the order; but not what may have been taken.
  #ready() {
    const at = this.certain ? -1 : this.items.findIndex((item) => !item.failure && names(item) && !this.#isTaken(item));
    return at < 0 ? this.items : this.items.filter((item, place) => place < at || this.#isTaken(item));
  }

  #isTaken(item) {
    return item.counter > 0 && item.counter <= this.taken;
  }

  #doubtful() {
    return this.#ready().filter((item) => item.counter && !item.failure);
  }
}

// Whether a message is sent on or answered.
function names({ frame }) {
  return frame.op === "forward" || Boolean(frame.replyTo);
}
