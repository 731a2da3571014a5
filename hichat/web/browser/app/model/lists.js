// The lists that screens show. Each is loaded when it is first wanted, and again when something happened to it.

const PATHS = {
  contacts: "/contacts",
  received: "/contact-requests/received",
  sent: "/contact-requests/sent",
  blocks: "/blocks",
  groups: "/me/groups",
  invitations: "/me/invitations",
  asked: "/me/requests",
  devices: "/devices",
};
const TOGETHER = 100; // milliseconds
const PEOPLE = new Set(["contacts", "received", "sent", "blocks"]);
const GROUPS = new Set(["groups", "invitations", "asked"]);

export class Lists {
  constructor(model) {
    this.model = model;
    this.forget();
  }

  forget() {
    this.items = new Map();
    this.wanted = new Set();
    this.stale = new Set();
  }

  // What is known of a list; if that is nothing it is on its way.
  get(name) {
    if (!this.wanted.has(name)) this.load(name).catch(() => this.wanted.delete(name));
    return this.items.get(name) ?? [];
  }

  has(name, id) {
    return this.get(name).some((item) => (item.user?.id ?? item.id) === id);
  }

  async load(name) {
    this.wanted.add(name);
    const items = await this.model.api.all(PATHS[name]);
    this.items.set(name, items);
    const { people } = this.model;
    if (PEOPLE.has(name)) for (const { user } of items) people.know(user);
    if (name === "contacts") people.remarks = new Map(items.map((each) => [each.user.id, each.remark ?? ""]));
    if (GROUPS.has(name)) for (const group of items) this.model.knowGroup(group);
    this.model.changed();
  }

  // Load again what an event may have changed; once for all that come within a moment.
  heard({ kind, group }) {
    if (group !== undefined) this.#soon("groups", "invitations", "asked");
    else if (kind.startsWith("contact")) this.#soon("contacts", "received", "sent");
    else if (kind.endsWith("blocked")) this.#soon("blocks", "contacts", "received", "sent");
  }

  #soon(...names) {
    if (!this.stale.size) {
      setTimeout(() => {
        this.again(...this.stale);
        this.stale.clear();
      }, TOGETHER);
    }
    for (const name of names) this.stale.add(name);
  }

  again(...names) {
    for (const name of names) if (this.wanted.has(name)) this.load(name).catch(() => this.wanted.delete(name));
  }
}
