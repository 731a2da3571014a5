// One WebSocket at a time, opened again whenever it ends: after a moment, then after longer ones.
import { ROOT } from "./root.js";

const QUIET = 25_000; // milliseconds without a frame until we ask, and once more until the line counts as dead
const SHORTEST = 500;
const LONGEST = 15_000;
// The server stops, and all its clients hear that at once: they come back one after the other, to other servers.
const GOING_AWAY = 4002;
const AWAY = 1000;
const SPREAD = 4000;

export class Line {
  constructor({ hello, received, lost }) {
    this.hello = hello;
    this.received = received;
    this.lost = lost;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.connecting = false;
    this.wait = SHORTEST;
    this.wanted = false;
  }

  open() {
    this.wanted = true;
    this.#connect();
  }

  close() {
    this.wanted = false;
    clearTimeout(this.timer);
    this.#drop();
  }

  // The network is back, or somebody looks: do not wait any longer.
  hurry() {
    if (!this.wanted || this.socket) return;
    clearTimeout(this.timer);
    this.#connect();
  }

  // It works: the next loss is a new one.
  welcomed() {
    this.wait = SHORTEST;
  }

  write(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  async #connect() {
    if (this.socket || this.connecting) return;
    this.connecting = true;
    const hello = await this.hello().catch(() => null);
    this.connecting = false;
    if (!this.wanted) return;
    if (!hello) {
      this.#later();
      return;
    }
    const url = new URL(`${ROOT}/v2/ws`, self.location.origin);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, "hichat.v2");
    this.socket = socket;
    this.#listen();
    socket.onopen = () => this.write(hello);
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.#listen();
      this.received(JSON.parse(event.data));
    };
    socket.onclose = (event) => this.#ended(socket, event.code);
  }

  #ended(socket, code) {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.watch);
    this.lost(code);
    if (this.wanted) this.#later(code === GOING_AWAY ? AWAY + Math.random() * SPREAD : 0);
  }

  #later(least = 0) {
    clearTimeout(this.timer);
    const wait = this.wait * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => this.#connect(), Math.max(wait, least));
    this.wait = Math.min(this.wait * 2, LONGEST);
  }

  #listen() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      this.write({ op: "ping" });
      this.watch = setTimeout(() => this.#drop(), QUIET);
    }, QUIET);
  }

  #drop() {
    const socket = this.socket;
    if (!socket) return;
    socket.close();
    // A dead line never says that it is closed.
    this.#ended(socket, 1006);
  }
}
