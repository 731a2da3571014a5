// A clock that goes only when a test says so: timers, Date.now and performance.now follow it.

const real = { setTimeout: globalThis.setTimeout, setImmediate: globalThis.setImmediate };

// Until all that waits for nothing but promises has run.
export async function settled() {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => real.setImmediate(resolve));
}

export class Clock {
  // @param now: the time at which it stands at first, as Date.parse reads it.
  constructor(now = "2026-05-06T12:00Z") {
    this.time = Date.parse(now);
    this.begin = this.time;
    this.timers = new Map();
    this.number = 0;
    globalThis.setTimeout = (work, wait = 0) => this.#put(work, wait, 0);
    globalThis.setInterval = (work, wait = 0) => this.#put(work, wait, wait);
    globalThis.clearTimeout = globalThis.clearInterval = (number) => void this.timers.delete(number);
    Date.now = () => this.time;
    performance.now = () => this.time - this.begin;
  }

  // Let so many milliseconds pass; timers run at their times, and what they begin runs to its end before the next.
  async pass(milliseconds = 0) {
    const end = this.time + milliseconds;
    await settled();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [number, timer] = next;
      this.time = Math.max(this.time, timer.at);
      if (timer.every) timer.at = this.time + timer.every;
      else this.timers.delete(number);
      timer.work();
      await settled();
    }
    this.time = end;
  }

  // The machine sleeps: the time passes, and no timer runs. What was due runs late, once.
  sleep(milliseconds) {
    this.time += milliseconds;
  }

  #put(work, wait, every) {
    const number = ++this.number;
    this.timers.set(number, { work, at: this.time + Math.max(wait, 0), every });
    return number;
  }

  #next(end) {
    const due = [...this.timers].filter(([, { at }]) => at <= end);
    return due.sort(([a, one], [b, other]) => one.at - other.at || a - b)[0];
  }
}
