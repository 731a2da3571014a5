// What all tabs share: who is logged in, the one WebSocket, what is on its way out. A tab asks with
// {id, call, arguments} and is answered with {id, value} or {id, problem}; all tabs hear {state}, {outbox} and {frame}.
import { COUNTED } from "../model/kinds.js";
import { Database } from "./database.js";
import { Known } from "./known.js";
import { Line } from "./line.js";
import { Outbox } from "./outbox.js";
import { Problem, Session, call } from "./session.js";

const SIGNED_OUT = 4001;
const REPLACED = 4003;
const UNAUTHORIZED = 4005;
const OTHER_LOG = new Set(["resync_required", "no_such_position"]);
const ANSWER_TIME = 15_000; // milliseconds
const PATIENCE = 4000; // milliseconds after which what is known is shown, if the server has not answered
const WATCHED = 200;

export class Hub {
  constructor() {
    this.ports = new Map(); // port -> {watch, visible, viewed}
    this.waiting = new Map(); // ref -> {resolve, reject}
    this.references = 0;
    // phase: starting, out, in; line: off, on (live); elsewhere: the same browser is connected by another hub
    // visible: how many tabs are looked at; viewed: the names of the conversations that these show
    // skew: by how many milliseconds the server's clock is ahead; epoch: which log the server has
    // made: when the user's account was made
    this.state = { phase: "starting", user: 0, made: 0, line: "off", live: false, elsewhere: false, visible: 0, viewed: [], skew: 0, epoch: "" };
    this.receivedMarks = new Map(); // conversation -> the mark that is to be said
    this.cursor = null;
    this.check = ""; // the fingerprint of the log, which the server has told last
    /** @type {object | null} */
    this.turn = null; // names the connection on which #welcomedAnew is at work; null once it is lost
    this.language = ""; // of the tab that has said last which one it is
    this.session = new Session();
    this.known = new Known();
    this.line = new Line({
      hello: () => this.#hello(),
      received: (frame) => this.#received(frame),
      lost: (code) => this.#lost(code),
    });
    this.outbox = new Outbox({
      database: new Database(),
      write: (frame) => this.line.write(frame),
      changed: () => this.#tell({ outbox: this.outbox.items }),
      settled: () => this.#sync(),
      acked: (item, ack) => this.#acked(item, ack),
    });
    self.addEventListener("online", () => this.line.hurry());
  }

  attach(port) {
    this.ports.set(port, { watch: { users: [], groups: [] }, visible: false, viewed: "" });
    port.onmessage = (event) => this.#asked(port, event.data);
    port.postMessage({ state: this.state, outbox: this.outbox.items });
    if (!this.started) {
      this.started = true;
      this.#start();
    }
  }

  fault(text) {
    this.#tell({ fault: text });
  }

  // Every call that a tab can make.
  calls = {
    logIn: async (_port, name, password, label, language) => {
      await this.session.logIn(name, password, label, language);
      await this.#enter();
    },
    showFactor: async (_port, shown, language) => {
      await this.session.showFactor(shown, language);
      await this.#enter();
    },
    // The page goes on when the recovery codes were read.
    confirmApp: (_port, ticket, code, language) => this.session.confirmApp(ticket, code, language),
    goOn: () => this.#enter(),
    comeByPasskey: async (_port, shown, language) => {
      await this.session.comeByPasskey(shown, language);
      await this.#enter();
    },
    register: async (_port, name, password, invite, label, language) => {
      await call("POST", "/v2/accounts", { body: { name, password, ...(invite && { invite }) }, language });
      await this.session.logIn(name, password, label, language);
      await this.#enter();
    },
    // Somebody may have logged in without this hub: by the provider that signs people in.
    lookAgain: async () => {
      const before = this.state.phase === "in" ? this.session.user : 0;
      const token = await this.session.token(true);
      if (token && this.session.user !== before) await this.#enter();
    },
    logOut: async () => {
      await this.session.logOut();
      this.#leave("");
    },
    changePassword: async (_port, old, fresh, language) => {
      await this.session.changePassword(old, fresh, language);
      // The server has closed all connections.
      this.line.close();
      this.line.open();
    },
    forget: async () => {
      this.session.forget();
      await this.session.token().catch(() => "");
      this.#leave("");
    },
    token: async (_port, fresh) => {
      const token = await this.session.token(fresh);
      if (!token) this.#leave();
      return token;
    },
    say: (_port, key, frame, shown) => this.outbox.add(key, frame, shown),
    retry: (_port, key) => this.outbox.retry(key),
    discard: (_port, key) => this.outbox.discard(key),
    act: (_port, kind, place, frame) => this.#act(kind, place, frame),
    speak: (_port, language) => {
      this.language = language;
      if (this.state.line === "on") this.line.write({ op: "speak", language });
    },
    read: (_port, place, id) => {
      this.line.write({ op: "read", ...place, id });
      // The device that says so is not told of it; its tabs are all to know.
      this.#tell({ frame: { op: "receipt", from: this.state.user, ...place, received: id, read: id } });
    },
    cast: (_port, frame) => this.line.write(frame),
    watch: (port, watch) => {
      this.ports.get(port).watch = watch;
      this.#watch();
    },
    look: (port, visible, viewed = "") => {
      Object.assign(this.ports.get(port), { visible, viewed });
      this.#look();
      if (visible) this.line.hurry();
    },
    useHere: () => {
      this.#set({ elsewhere: false });
      this.line.open();
    },
    detach: (port) => {
      this.ports.delete(port);
      this.#look();
      this.#watch();
    },
  };

  async #asked(port, { id, name, arguments: given }) {
    // A page that goes may say a last word after it has left.
    if (!this.ports.has(port)) return;
    try {
      const value = await this.calls[name](port, ...given);
      port.postMessage({ id, value });
    } catch (error) {
      const code = error instanceof Problem ? error.code : "broken";
      const { message, retryAfter, next } = error;
      port.postMessage({ id, problem: { code, message, retryAfter, next } });
    }
  }

  async #start() {
    const { user, made } = await this.known.owner();
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
      try {
        const token = await (user ? soon(this.session.token()) : this.session.token());
        if (token) await this.#enter();
        else {
          this.known.wipe();
          this.#set({ phase: "out" });
        }
        return;
      } catch (error) {
        if (user && error.code !== "foreign_origin") {
          // Whoever was here last may read what is known, and write what waits. Who it is now the line finds out.
          Object.assign(this.session, { user, made });
          await this.#enter(true);
          return;
        }
        const refused = error.code === "foreign_origin" ? error.message : "";
        this.#set({ phase: "starting", troubled: true, refused });
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  // @param troubled: whether the server could not be reached
  async #enter(troubled = false) {
    this.cursor = null;
    this.check = "";
    const { user, made } = this.session;
    await this.known.belongTo(user, made);
    const epoch = await this.known.epoch();
    await this.outbox.load(user, made, epoch);
    this.#set({ phase: "in", user, made, epoch, line: "off", live: false, elsewhere: false, troubled, left: "" });
    this.line.open();
  }

  // @param left: why, if it was not asked for.
  #leave(left = "signedOut") {
    if (this.state.phase === "out") return;
    this.line.close();
    this.session.forget();
    this.known.wipe();
    this.outbox.forget();
    this.#set({ phase: "out", user: 0, made: 0, line: "off", live: false, left });
  }

  async #hello() {
    const token = await this.session.token();
    if (!token) {
      this.#leave();
      throw new Problem("unauthorized", "");
    }
    // Somebody else has logged in since, in a tab that had another hub.
    const { user, made } = this.state;
    if (this.session.user !== user || (made && this.session.made !== made)) await this.#enter();
    return { op: "hello", token, device: this.session.device };
  }

  #received(frame) {
    switch (frame.op) {
      case "welcome":
        this.line.welcomed();
        if (this.language) this.line.write({ op: "speak", language: this.language });
        this.#set({ skew: frame.time - Date.now(), troubled: false });
        this.#tell({ frame });
        if (frame.epoch && this.state.epoch && frame.epoch !== this.state.epoch) this.#welcomedAnew(frame);
        else this.#welcomed(frame);
        break;
      case "page":
        this.cursor = frame.position;
        this.check = frame.check || this.check;
        for (const event of frame.events) this.#event(event);
        break;
      case "synced":
        this.cursor = frame.position;
        this.check = frame.check || this.check;
        this.outbox.synced();
        this.#set({ line: "on", live: true });
        this.#watch();
        break;
      case "event":
        this.cursor = frame.id;
        this.#event(frame);
        break;
      case "pong":
        break; // that something came was what was asked for
      case "ack":
      case "error":
        if (frame.ref === "sync") this.#syncRefused(frame);
        else if (!this.outbox.answered(frame)) this.#answer(frame);
        break;
      default:
        if (frame.ref === undefined) this.#tell({ frame });
        else this.#answer(frame);
    }
  }

  #welcomed({ position, counter, epoch = "" }) {
    // A server from before there were epochs has none.
    if (epoch !== this.state.epoch) {
      this.known.begin(epoch);
      this.#set({ epoch });
    }
    this.cursor ??= position;
    this.outbox.connected(counter, epoch);
  }

  // The server's log is another one: a backup was put back.
  async #welcomedAnew(frame) {
    const turn = (this.turn = {});
    await this.#startAnew(frame.epoch, frame.counter);
    if (turn === this.turn) this.#welcomed(frame);
  }

  #sync() {
    const { epoch } = this.state;
    this.line.write({ op: "sync", ref: "sync", since: this.cursor, ...(epoch && { epoch, ...(this.check && { check: this.check }) }) });
  }

  // The server does not know our place in its log any more: an older copy of it was put back, and has grown since. Or it
  // is too busy.
  async #syncRefused({ code, retryAfter = 1 }) {
    this.line.close();
    if (OTHER_LOG.has(code)) await this.#startAnew(this.state.epoch);
    await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000));
    if (this.state.phase === "in") this.line.open();
  }

  // What is known here is of another log. What waits to be sent stays, and goes into the new one.
  async #startAnew(epoch, taken = undefined) {
    const which = `${epoch} ${epoch === this.state.epoch ? this.check || Date.now() : ""}`;
    this.cursor = null;
    this.check = "";
    this.receivedMarks.clear();
    await this.known.beginAnew(this.state.user, this.state.made, epoch);
    await this.outbox.startAnew(epoch, taken);
    this.#set({ epoch });
    this.#tell({ restart: which });
  }

  #event(event) {
    if (COUNTED.has(event.kind) && event.from !== this.state.user) this.#haveReceived(event);
    this.#tell({ frame: { ...event, op: "event" } });
  }

  // Who sent it is told that it has come; once for many that come together.
  #haveReceived(event) {
    const [name, place] =
      event.group !== undefined
        ? [`g${event.group}`, { group: event.group }]
        : event.user !== undefined
          ? [`u${event.from}`, { user: event.from }]
          : ["", {}];
    if (!this.receivedMarks.size) {
      setTimeout(() => {
        for (const mark of this.receivedMarks.values()) this.line.write(mark);
        this.receivedMarks.clear();
      }, 50);
    }
    this.receivedMarks.set(name, { op: "received", ...place, id: event.id });
  }

  // The device that has sent a message is not told of it as an event. That it has left the outbox and that it was said
  // is told at once, so that nobody sees it twice.
  #acked(item, ack) {
    this.#tell({
      outbox: this.outbox.items,
      frame: {
        media: "text",
        text: "",
        ...item.frame,
        ...item.shown,
        op: "event",
        kind: "message",
        id: ack.id,
        seq: ack.seq,
        conversation: ack.conversation,
        time: ack.time,
        from: this.state.user,
        key: item.key,
      },
    });
  }

  // An edit, a recall, a reaction: the device that does it is answered, and not told of it as an event. So all tabs are
  // told here.
  async #act(kind, place, frame) {
    const ack = await this.#request(frame);
    this.#tell({ frame: { ...place, ...frame, op: "event", kind, id: ack.id, time: ack.time, from: this.state.user } });
  }

  #request(frame) {
    if (this.state.line !== "on") throw new Problem("offline", "");
    const ref = `r${++this.references}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#answer({ op: "error", ref, code: "offline", message: "" }), ANSWER_TIME);
      this.waiting.set(ref, { resolve, reject, timer });
      this.line.write({ ...frame, ref });
    });
  }

  #answer(frame) {
    const waiting = this.waiting.get(frame.ref);
    if (!waiting) return;
    this.waiting.delete(frame.ref);
    clearTimeout(waiting.timer);
    if (frame.op === "error") waiting.reject(new Problem(frame.code, frame.message, frame.retryAfter));
    else waiting.resolve(frame);
  }

  #lost(code) {
    this.turn = null;
    this.outbox.lost();
    for (const ref of [...this.waiting.keys()]) this.#answer({ op: "error", ref, code: "offline", message: "" });
    // A tab that opens meanwhile is to say so too.
    this.#set({ line: "off", troubled: true });
    if (code === REPLACED) {
      this.line.close();
      this.#set({ elsewhere: true });
    } else if (code === SIGNED_OUT || code === UNAUTHORIZED) {
      // It may be only the token that is too old: the next hello asks for another.
      this.session.until = 0;
    }
  }

  #look() {
    const looked = [...this.ports.values()].filter((tab) => tab.visible);
    this.#set({ visible: looked.length, viewed: looked.flatMap((tab) => tab.viewed || []) });
  }

  #watch() {
    const union = (name) => [...new Set([...this.ports.values()].flatMap((tab) => tab.watch[name]))];
    const users = union("users").slice(0, WATCHED - 20);
    const groups = union("groups").slice(0, 20);
    if (this.state.line !== "on") return;
    this.#request({ op: "watch", users, groups })
      .then((frame) => this.#tell({ frame: { ...frame, op: "presence" } }))
      .catch(() => {});
  }

  #set(change) {
    this.state = { ...this.state, ...change };
    this.#tell({ state: this.state });
  }

  #tell(message) {
    for (const port of this.ports.keys()) port.postMessage(message);
  }
}

// The same, unless it takes too long.
const soon = (promise) =>
  Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Problem("offline", "")), PATIENCE))]);
