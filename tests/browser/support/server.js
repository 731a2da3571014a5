// A server of v2, as far as the web client needs one: one log, in memory. It is written from the protocol's description,
// so that what the client shows can be held against what the log says.

const PAGE = 7; // events of a page of sync: few, so that there are several

export class Server {
  // @param names: of the users 1, 2, ...; the first is at the browser.
  constructor(...names) {
    this.users = names.map((name, at) => ({ id: at + 1, name, avatar: "", gender: "", bio: "", deleted: false }));
    this.log = [];
    this.epoch = "first"; // empty: as a server from before there were epochs
    this.groups = new Map();
    this.marks = new Map(); // `${user} ${conversation}` -> {received, read}
    this.counters = new Map(); // of the browser's device: counter -> ack
    this.peers = new Set();
    this.up = true; // whether anybody is let in
    this.deaf = false; // whether what is said to the client is lost; silent: and what the client says
    this.muted = new Set(); // names of conversations
    this.pins = new Set(); // ids of messages, the last one last; so are those saved
    this.saved = new Set();
    this.requests = []; // to be a contact of the browser's user
    this.settings = new Map(); // of conversations, by name
    this.hold = null; // what is asked over HTTP while it is set waits for it
    this.heard = []; // frames that came, but for pings
    this.asked = []; // paths that were asked for
    this.tokens = 0;
    this.me = 1;
    this.made = 1000; // when the account of the browser's user was made
  }

  get time() {
    return Date.now() + (this.ahead ?? 0);
  }

  // What others do, or the browser's user at another device

  // @param place: {user} or {group}, for who writes.
  say(from, place, text, more = {}) {
    return this.#append({ kind: "message", from, ...place, media: "text", text, ...more });
  }

  edit(from, message, text) {
    return this.#about(from, message, { kind: "edited", text, mentions: [] });
  }

  recall(from, message) {
    return this.#about(from, message, { kind: "recalled" });
  }

  react(from, message, emoji, on = true) {
    return this.#about(from, message, { kind: "reacted", emoji, on });
  }

  ask(from) {
    return this.#append({ kind: "contact_requested", from, user: this.me, greeting: "" });
  }

  make(group, ...members) {
    this.groups.set(group, new Set(members));
    return this.#append({ kind: "joined", from: members[0], group, member: members[0], size: members.length });
  }

  leave(group, member, kind = "left", from = member) {
    const event = this.#append({ kind, from, group, member });
    this.groups.get(group).delete(member);
    return event;
  }

  read(user, name, id) {
    const mark = this.#mark(user, name);
    mark.read = Math.max(mark.read, id);
    mark.received = Math.max(mark.received, mark.read);
    const place = name.startsWith("group") ? { group: Number(name.slice(6)) } : { user: Number(name.slice(5)) };
    this.#tell({ op: "receipt", from: user, ...place, ...mark });
  }

  // A backup is put back: what came behind it is gone.
  // @param epoch: the new one; the same: nobody has noticed.
  goBack(length, epoch) {
    this.log.length = length;
    for (const [counter, { id }] of this.counters) if (id > length) this.counters.delete(counter);
    this.epoch = epoch;
  }

  #check(position) {
    return this.epoch && `${position} ${this.log[position - 1]?.text}`;
  }

  // What is true

  nameFor(user, event) {
    if (event.group !== undefined) return `group-${event.group}`;
    if (event.user === undefined) return "announcements";
    return `user-${event.from === user ? event.user : event.from}`;
  }

  #concerns(user, event) {
    if (event.group !== undefined) return event.members.includes(user);
    return event.user === undefined || event.user === user || event.from === user;
  }

  // Messages as they are now.
  history(user, name) {
    const events = this.log.filter((event) => this.#concerns(user, event) && this.nameFor(user, event) === name);
    return events.filter(({ kind }) => kind === "message").map((message) => this.#folded(message));
  }

  unread(user, name) {
    const messages = this.history(user, name);
    const own = messages.findLast(({ from }) => from === user)?.id ?? 0;
    const seen = Math.max(own, this.#mark(user, name).read);
    return messages.filter(({ id, from, recalled }) => id > seen && from !== user && !recalled).length;
  }

  get names() {
    const own = this.log.filter((event) => event.kind === "message" && this.#concerns(this.me, event));
    return [...new Set(own.map((event) => this.nameFor(this.me, event)))];
  }

  // HTTP

  async answer(method, address, body, headers) {
    this.asked.push(`${method} ${address}`);
    while (this.hold) await this.hold;
    if (!this.up) throw new TypeError("Failed to fetch");
    const { pathname: path, searchParams: query } = new URL(address, "http://hichat.test");
    if (path.startsWith("/session")) {
      if (method !== "POST") return { status: 204 };
      return { status: 200, value: { user: this.me, made: this.made, device: "browser", accessToken: `token-${++this.tokens}`, expiresIn: 900 } };
    }
    if (!/^Bearer token-/.test(headers.Authorization ?? "")) {
      return { status: 401, value: { code: "unauthorized", detail: "" } };
    }
    const kept = /^\/v2(?:\/conversations\/([^/]+)\/pins|\/saved)\/(\d+)$/.exec(path);
    if (kept && method !== "GET") {
      this.keep(kept[1], Number(kept[2]), method === "PUT");
      return { status: 204 };
    }
    if (method === "PATCH" && path.startsWith("/v2/conversations/")) return { status: 200, value: this.set(path.slice(18), body) };
    const value = structuredClone(this.#look(path.replace("/v2", ""), query));
    const code = path.includes("/users/") ? "no_such_user" : "not_found";
    return value ? { status: 200, value } : { status: 404, value: { code, detail: path } };
  }

  #look(path, query) {
    const [, first, second, third] = path.split("/");
    if (path === "/me") return this.users[this.me - 1];
    if (path === "/openapi.json") return { paths: {} };
    if (first === "users") return this.users[Number(second) - 1];
    if (third === "pins") return { items: this.#pinned(second) };
    if (first === "saved") return { items: [...this.saved].reverse().map((id) => this.#placed(id)) };
    if (first === "messages") return this.#placed(Number(second));
    if (third === "messages" && path.endsWith("/readers")) return this.#readers(Number(second), Number(path.split("/")[4]), query);
    if (third === "messages") return this.#messages(second, query);
    if (third === "marks") return this.#standing(second);
    if (third === "changes") return { items: this.#changes(Number(second), query) };
    if (first === "conversations" && second) return { name: second, ...this.settings.get(second) };
    if (first === "conversations") return this.#page(this.#listed(query.get("archived") === "true"), query);
    if (path === "/contact-requests/received") return { items: this.requests };
    if (first === "mentions") return { items: this.#mentions() };
    if (third === "members") return { items: this.#members(Number(second)) };
    if (first === "groups") return this.#group(Number(second));
    return { items: [] };
  }

  // Of the members of a group, without who has sent the message.
  #readers(group, message, query) {
    const others = [...(this.groups.get(group) ?? [])].filter((user) => user !== this.log[message - 1].from);
    const marks = others.map((id) => {
      const { received, read } = this.#mark(id, `group-${group}`);
      return { ...this.users[id - 1], state: read >= message ? "read" : received >= message ? "received" : "none" };
    });
    const states = ["read", "received", "none"];
    const items = states.flatMap((state) => marks.filter((each) => each.state === state));
    const counts = Object.fromEntries(states.map((state) => [state, items.filter((each) => each.state === state).length]));
    return { ...this.#page(items, query), ...counts };
  }

  #page(found, query) {
    const begin = Number(query.get("cursor") ?? 0);
    const end = begin + Number(query.get("limit"));
    return { items: found.slice(begin, end), ...(end < found.length && { next: String(end) }) };
  }

  // Set something for a conversation; the devices hear of it.
  set(name, change) {
    // The last wish counts: what is put away is not pinned, and what is pinned is in the list.
    const away = change.pinned ? { archived: false, hidden: false } : {};
    const loose = change.archived || change.hidden ? { pinned: false } : {};
    const settings = { ...this.settings.get(name), ...away, ...loose, ...change };
    this.settings.set(name, settings);
    const [kind, id] = name.split("-");
    this.#append({ kind: "conversation_set", from: this.me, user: this.me, settings: { [kind]: Number(id), ...settings } });
    return { name, ...settings };
  }

  // Pin a message, or save it for the browser's user; or undo that.
  keep(name, message, on, from = this.me) {
    const list = name ? this.pins : this.saved;
    list.delete(message);
    if (on) list.add(message);
    const kind = `${on ? "" : "un"}${name ? "pinned" : "saved"}`;
    if (name) this.#about(from, message, { kind });
    else this.#append({ kind, from, user: from, message });
  }

  #pinned(name) {
    const there = this.history(this.me, name).filter(({ id, recalled }) => this.pins.has(id) && !recalled);
    return [...this.pins].reverse().flatMap((pin) => there.filter(({ id }) => id === pin).map((message) => ({ message, from: 1, time: 0 })));
  }

  #placed(id) {
    const event = this.log[id - 1];
    return event && { message: this.#folded(event), conversation: this.nameFor(this.me, event) };
  }

  #listed(archived) {
    const wanted = this.names.filter((name) => {
      const { archived: away = false, hidden = false } = this.settings.get(name) ?? {};
      return !hidden && away === archived;
    });
    return wanted.map((name) => this.#shown(name));
  }

  #mentions() {
    const found = this.names.flatMap((name) => this.history(this.me, name).map((message) => ({ conversation: name, message, snippet: [] })));
    return found.filter(({ message }) => message.mentions?.includes(this.me)).reverse();
  }

  #messages(name, query) {
    const [before, after] = [Number(query.get("before") ?? Infinity), Number(query.get("after") ?? 0)];
    const limit = Number(query.get("limit"));
    const found = this.history(this.me, name).filter(({ id }) => after < id && id < before);
    const items = query.has("after") ? found.slice(0, limit) : found.slice(-limit);
    return { items, more: items.length < found.length };
  }

  #changes(group, query) {
    const [before, after] = [Number(query.get("before") ?? Infinity), Number(query.get("after") ?? 0)];
    const kinds = ["joined", "left", "removed", "banned", "changed", "dissolved"];
    return this.log.filter((event) => event.group === group && kinds.includes(event.kind) && after < event.id && event.id < before);
  }

  #standing(name) {
    const small = this.#othersIn(name).length < 100;
    const others = (small ? this.#othersIn(name) : []).map((user) => ({ user, ...this.#mark(user, this.#seenBy(user, name)) }));
    const last = this.log.findLast((event) => this.#concerns(this.me, event) && this.nameFor(this.me, event) === name)?.id ?? 0;
    return { unread: this.unread(this.me, name), ...this.#mark(this.me, name), others, last };
  }

  #othersIn(name) {
    const [kind, id] = name.split("-");
    if (kind === "user") return [Number(id)];
    return kind === "group" ? [...this.groups.get(Number(id))].filter((user) => user !== this.me) : [];
  }

  #seenBy(user, name) {
    return name.startsWith("user-") ? `user-${this.me}` : name;
  }

  #shown(name) {
    const [kind, id] = name.split("-");
    const title = kind === "user" ? this.users[Number(id) - 1].name : name;
    const last = this.history(this.me, name).at(-1);
    return { name, title, picture: "", [kind]: Number(id), last, unread: this.unread(this.me, name), muted: this.muted.has(name), ...this.settings.get(name), ...this.#mark(this.me, name) };
  }

  #members(group) {
    return [...this.groups.get(group)].map((id) => ({ id, name: this.users[id - 1].name, avatar: "", role: "member" }));
  }

  #group(id) {
    const members = this.groups.get(id);
    const you = members?.has(this.me) ? { role: "member" } : {};
    return members && { id, name: `group ${id}`, picture: "", description: "", size: members.size, joinPolicy: "open", you };
  }

  // WebSocket

  connect(socket) {
    const peer = {
      socket,
      live: false,
      received: (frame) => this.#received(peer, frame),
      gone: () => this.peers.delete(peer),
    };
    socket.peer = peer;
    if (!this.up) {
      queueMicrotask(() => this.#close(peer, 1006));
      return;
    }
    this.peers.add(peer);
    queueMicrotask(() => {
      socket.readyState = 1;
      socket.onopen?.({});
    });
  }

  // All connections break.
  cut(code = 1006) {
    for (const peer of [...this.peers]) this.#close(peer, code);
  }

  #close(peer, code) {
    this.peers.delete(peer);
    peer.socket.readyState = 3;
    peer.socket.onclose?.({ code });
  }

  #received(peer, frame) {
    if (!this.peers.has(peer) || this.silent) return;
    const write = (answer) => this.#write(peer, answer);
    if (frame.op === "ping") {
      if (peer.greeted) write({ op: "pong" });
      return;
    }
    this.heard.push(frame);
    const { ref } = frame;
    switch (frame.op) {
      case "hello": {
        peer.greeted = true;
        const counter = Math.max(0, ...this.counters.keys());
        write({ op: "welcome", user: this.me, device: 1, counter, position: this.log.length, epoch: this.epoch || undefined, time: this.time, limits: { text: 8192 } });
        break;
      }
      case "sync":
        this.#sync(peer, frame);
        break;
      case "send":
      case "forward":
        this.#sent(peer, frame);
        break;
      case "edit":
      case "recall":
      case "react":
        this.#acted(peer, frame);
        break;
      case "read":
      case "received": {
        const mark = this.#mark(this.me, this.nameFor(this.me, { from: this.me, ...frame }));
        mark.received = Math.max(mark.received, frame.id);
        if (frame.op === "read") mark.read = Math.max(mark.read, frame.id);
        break;
      }
      case "watch":
        write({ op: "presence", ref, online: frame.users, offline: [] });
        break;
    }
  }

  #sync(peer, { ref, since, epoch, check }) {
    if (this.busy) {
      this.#write(peer, { op: "error", ref, code: "too_fast", message: "", retryAfter: 0.5 });
      return;
    }
    const [at] = check?.split(" ") ?? [];
    if ((epoch ?? this.epoch) !== this.epoch || (epoch && since > this.log.length) || (check && check !== this.#check(at))) {
      this.#write(peer, { op: "error", ref, code: "resync_required", message: "", position: 0 });
      return;
    }
    if (since > this.log.length) {
      this.#write(peer, { op: "error", ref, code: "no_such_position", message: "" });
      return;
    }
    let after = since;
    while (after < this.log.length) {
      const position = Math.min(after + PAGE, this.log.length);
      const events = this.log.slice(after, position).map((event) => this.#blanked(event)).filter((event) => this.#concerns(this.me, event));
      this.#write(peer, { op: "page", events: events.map(shown), position, epoch: this.epoch, check: this.#check(position) });
      after = position;
    }
    this.#write(peer, { op: "synced", ref, position: after, epoch: this.epoch, check: this.#check(after) });
    peer.live = true;
  }

  // A recalled message, and what was done to it, have nothing in them any more.
  #blanked(event) {
    const gone = (id) => this.log.some(({ kind, message }) => kind === "recalled" && message === id);
    if (event.kind === "message" && gone(event.id)) return { ...event, text: "", recalled: true };
    if (event.kind === "edited" && gone(event.message)) return { ...event, text: undefined, mentions: undefined, recalled: true };
    if (event.kind === "reacted" && gone(event.message)) return { ...event, emoji: undefined, on: false, recalled: true };
    return event;
  }

  // @ivar refuse: what answers the next messages; null: they are taken.
  #sent(peer, { op, ref, counter, ...given }) {
    const said = op === "forward" ? this.#copied(given) : given;
    const refusal = this.refuse?.(said);
    if (refusal) {
      this.#write(peer, { op: "error", ref, ...refusal });
      return;
    }
    const known = this.counters.get(counter);
    const event = known ?? this.#append({ kind: "message", from: this.me, media: "text", ...said }, peer);
    this.counters.set(counter, event);
    if (this.lose) this.#close(peer, 1006);
    else this.#write(peer, { op: "ack", ref, id: event.id, seq: event.seq, conversation: event.conversation, time: event.time, duplicate: Boolean(known) });
  }

  #copied({ message, ...place }) {
    const { text, from, forwardedFrom = from } = this.#folded(this.log[message - 1]);
    return { ...place, text, forwardedFrom };
  }

  #acted(peer, { op, ref, message, ...more }) {
    const kind = { edit: "edited", recall: "recalled", react: "reacted" }[op];
    const gone = this.log.some((event) => event.kind === "recalled" && event.message === message);
    if (gone) this.#write(peer, { op: "error", ref, code: "recalled", message: "gone" });
    else {
      const { id, time } = this.#about(this.me, message, { kind, ...more }, peer);
      this.#write(peer, { op: "ack", ref, id, time });
    }
  }

  #about(from, message, event, but) {
    const said = this.log[message - 1];
    const { group, user } = said;
    const place = group !== undefined ? { group } : { user: said.from === from ? user : said.from };
    return this.#append({ ...place, ...event, from, message }, but);
  }

  #append(event, but) {
    const id = this.log.length + 1;
    const members = event.group === undefined ? undefined : [...(this.groups.get(event.group) ?? [])];
    const whole = { id, seq: id, n: id, conversation: 1, time: this.time, ...event, members };
    this.log.push(whole);
    for (const peer of this.peers) {
      if (peer !== but && peer.live && this.#concerns(this.me, whole)) this.#write(peer, { op: "event", ...shown(whole) });
    }
    return whole;
  }

  #tell(frame) {
    for (const peer of this.peers) if (peer.live) this.#write(peer, frame);
  }

  #write(peer, frame) {
    const copy = JSON.stringify(frame);
    queueMicrotask(() => {
      if (!this.deaf && this.peers.has(peer)) peer.socket.onmessage?.({ data: copy });
    });
  }

  #mark(user, name) {
    const key = `${user} ${name}`;
    if (!this.marks.has(key)) this.marks.set(key, { received: 0, read: 0 });
    return this.marks.get(key);
  }

  #folded(message) {
    const { kind: _kind, members: _members, ...said } = message;
    const about = this.log.filter((event) => event.message === message.id);
    if (about.some(({ kind }) => kind === "recalled")) return { ...said, text: "", recalled: true, reactions: [] };
    const edit = about.findLast(({ kind }) => kind === "edited");
    const reactions = new Map();
    for (const { kind, emoji, from, on } of about) {
      if (kind !== "reacted") continue;
      const users = (reactions.get(emoji) ?? []).filter((user) => user !== from);
      reactions.set(emoji, on ? [...users, from] : users);
    }
    return {
      ...said,
      ...(edit && { text: edit.text, edited: edit.time }),
      reactions: [...reactions].map(([emoji, users]) => ({ emoji, users })).filter(({ users }) => users.length),
    };
  }
}

const shown = ({ members: _members, ...event }) => event;
