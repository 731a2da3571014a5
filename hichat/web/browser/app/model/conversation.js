// One conversation: what of it is loaded, and how far it was read. Messages are never changed, only replaced, so that
// what shows one can see by identity whether it has to be drawn again.

const PAGE = 50;

export const nameOf = ({ user, group }) =>
  user !== undefined ? `user-${user}` : group !== undefined ? `group-${group}` : "announcements";

export function placeOf(name) {
  const [kind, id] = name.split("-");
  return kind === "announcements" ? {} : { [kind]: Number(id) };
}

export class Conversation {
  constructor(name) {
    this.name = name;
    this.place = placeOf(name);
    this.title = "";
    this.picture = "";
    this.remark = "";
    this.last = null;
    this.known = false; // whether it is known how much was said before
    this.lastN = 0;
    this.readN = 0;
    this.read = 0;
    this.received = 0;
    this.pinned = false;
    this.muted = false;
    this.messages = [];
    this.loaded = false;
    this.loading = false;
    this.older = true; // whether there are more before those loaded
    this.newer = false; // or after
    this.buffer = [];
    this.others = new Map();
    this.typing = new Map();
    this.draft = {};
    this.write({});
  }

  // What is being written is always the same object: whoever holds it sees what it is now.
  write(given) {
    Object.assign(this.draft, { text: "", mentions: new Map(), replyTo: null, editing: null }, given);
  }

  // From the list of conversations.
  show(shown, me) {
    const { title, picture, last, read, received } = shown;
    // Who writes there has read what was before.
    const unread = last?.from === me ? 0 : shown.unread;
    Object.assign(this, { title, picture, remark: shown.remark ?? "" });
    this.pinned = shown.pinned ?? false;
    this.muted = shown.muted ?? false;
    if (last && last.id >= (this.last?.id ?? 0)) {
      this.last = last;
      this.lastN = Math.max(this.lastN, last.n);
    }
    this.read = Math.max(this.read, read);
    this.received = Math.max(this.received, received);
    if (last) {
      this.readN = Math.max(this.readN, last.n - unread);
      this.known = true;
    }
  }

  get unread() {
    return this.known ? Math.max(0, this.lastN - this.readN) : 0;
  }

  // The newest messages, or those around an id.
  async load(api, around = 0) {
    this.loading = true;
    this.buffer = [];
    try {
      if (around) {
        const [before, after] = await Promise.all([
          api.get(`/conversations/${this.name}/messages?before=${around + 1}&limit=${PAGE}`),
          api.get(`/conversations/${this.name}/messages?after=${around}&limit=${PAGE}`),
        ]);
        this.messages = [...before.items, ...after.items];
        [this.older, this.newer] = [before.more, after.more];
      } else {
        const page = await api.get(`/conversations/${this.name}/messages?limit=${PAGE}`);
        this.messages = page.items;
        [this.older, this.newer] = [page.more, false];
      }
      this.loaded = true;
    } finally {
      this.loading = false;
    }
    for (const event of this.buffer.splice(0)) this.#apply(event);
  }

  async loadOlder(api) {
    if (!this.loaded || !this.older || this.loadingOlder || !this.messages.length) return false;
    this.loadingOlder = true;
    try {
      const first = this.messages[0].id;
      const page = await api.get(`/conversations/${this.name}/messages?before=${first}&limit=${PAGE}`);
      if (this.messages[0]?.id !== first) return false;
      this.messages = [...page.items, ...this.messages];
      this.older = page.more;
      return true;
    } finally {
      this.loadingOlder = false;
    }
  }

  async loadNewer(api) {
    if (!this.loaded || !this.newer || this.loadingNewer) return false;
    this.loadingNewer = true;
    try {
      const last = this.messages.at(-1)?.id ?? 0;
      const page = await api.get(`/conversations/${this.name}/messages?after=${last}&limit=${PAGE}`);
      if ((this.messages.at(-1)?.id ?? 0) !== last) return false;
      this.messages = [...this.messages, ...page.items];
      this.newer = page.more;
      return true;
    } finally {
      this.loadingNewer = false;
    }
  }

  // Something happened here: a message, or something to one. @return whether it is a message that was not known.
  hear(event, me) {
    if (this.loading) this.buffer.push(event);
    else if (this.loaded) this.#apply(event);
    if (event.kind !== "message") {
      if (this.last?.id === event.message) this.last = folded(this.last, event);
      return false;
    }
    this.typing.delete(event.from);
    if (event.id <= (this.last?.id ?? 0)) {
      if (event.n !== undefined) this.lastN = Math.max(this.lastN, event.n);
      return false;
    }
    this.lastN = event.n ?? this.lastN + 1;
    this.last = messageOf(event);
    if (event.from === me) this.haveRead(event.id);
    return true;
  }

  haveRead(id) {
    this.read = Math.max(this.read, id);
    if (this.read >= (this.last?.id ?? 0)) this.readN = this.lastN;
    else {
      const found = this.messages.findLast((message) => message.id <= this.read && message.n !== undefined);
      if (found) this.readN = Math.max(this.readN, found.n);
    }
  }

  // sent, delivered or read; in a group also by how many.
  stateOf(message) {
    const marks = [...this.others.values()];
    const read = marks.filter((mark) => mark.read >= message.id).length;
    const received = marks.filter((mark) => Math.max(mark.received, mark.read) >= message.id).length;
    const all = marks.length;
    const state = all && read === all ? "read" : all && received === all ? "delivered" : "sent";
    return { state, read, all };
  }

  #apply(event) {
    if (event.kind === "message") {
      if (this.newer) return;
      const last = this.messages.at(-1)?.id ?? 0;
      if (event.id > last) this.messages = [...this.messages, messageOf(event)];
      else if (!this.messages.some((message) => message.id === event.id) && event.id > (this.messages[0]?.id ?? 0)) {
        this.messages = [...this.messages, messageOf(event)].sort((a, b) => a.id - b.id);
      }
      return;
    }
    const at = this.messages.findIndex((message) => message.id === event.message);
    if (at < 0) return;
    this.messages = this.messages.with(at, folded(this.messages[at], event));
  }
}

function messageOf(event) {
  const { op: _op, ref: _ref, ...message } = event;
  return { media: "text", text: "", ...message, reactions: event.reactions ?? [] };
}

function folded(message, event) {
  switch (event.kind) {
    case "edited":
      return { ...message, text: event.text ?? "", mentions: event.mentions ?? [], edited: event.time };
    case "recalled":
      return { ...message, text: "", url: "", name: "", recalled: true, reactions: [] };
    case "reacted": {
      const others = (message.reactions ?? [])
        .map((reaction) =>
          reaction.emoji === event.emoji
            ? { ...reaction, users: reaction.users.filter((user) => user !== event.from) }
            : reaction,
        )
        .filter((reaction) => reaction.users.length || reaction.emoji === event.emoji);
      if (event.on ?? true) {
        const found = others.find((reaction) => reaction.emoji === event.emoji);
        if (found) found.users = [...found.users, event.from];
        else others.push({ emoji: event.emoji, users: [event.from] });
      }
      return { ...message, reactions: others.filter((reaction) => reaction.users.length) };
    }
    default:
      return message;
  }
}
