// From a tab to the hub: a SharedWorker, or where there is none (Chrome on Android) a hub of the tab's own.
import { Problem } from "../hub/session.js";
import { Hub } from "../hub/hub.js";

export class Link {
  shared = false; // whether all tabs have one hub
  /** @type {any} */
  port = null;

  /** @param {(message: any) => void} heard is told what no call was answered with */
  constructor(heard) {
    this.heard = heard;
    this.waiting = new Map();
    this.number = 0;
  }

  // @param {SharedWorker | null} hub
  open(hub) {
    this.shared = hub !== null;
    if (hub) this.port = hub.port;
    else {
      const channel = new MessageChannel();
      new Hub().attach(channel.port1);
      this.port = channel.port2;
    }
    this.port.onmessage = (event) => this.#received(event.data);
    addEventListener("pagehide", () => this.ask("detach"));
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }

  /**
   * Ask the hub for something.
   *
   * @param {keyof Hub["calls"]} name
   * @param {any[]} given
   * @returns {Promise<any>}
   */
  ask(name, ...given) {
    const id = ++this.number;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.port.postMessage({ id, name, arguments: given });
    });
  }

  #received(message) {
    const waiting = this.waiting.get(message.id);
    if (!waiting) {
      this.heard(message);
      return;
    }
    this.waiting.delete(message.id);
    const { problem, value } = message;
    if (problem) waiting.reject(new Problem(problem.code, problem.message, problem.retryAfter, undefined, problem.next));
    else waiting.resolve(value);
  }
}
