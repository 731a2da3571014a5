// The lists that screens show. Each is loaded when it is first wanted, and again when something happened to it.
import { whole } from "./people.js";
import { Recency } from "./recency.js";

const PATHS = {
  contacts: "/contacts",
  received: "/contact-requests/received",
  sent: "/contact-requests/sent",
  blocks: "/blocks",
  groups: "/me/groups",
  invitations: "/me/invitations",
  asked: "/me/requests",
};
const TOGETHER = 100; // milliseconds
/** @type {Set<Name>} */
const PEOPLE = new Set(["contacts", "received", "sent", "blocks"]);
const KEPT = new Set(["contacts", "blocks", "groups"]);
const GROUPS = new Set(["groups", "invitations", "asked"]);

/** @typedef {keyof typeof PATHS} Name */

export class Lists {
  /** @type {Map<Name, any[]>} */
  items = new Map();
  /** @type {Set<Name>} lists that a screen has asked for */
  wanted = new Set();
  /** @type {Map<Name, number>} how long lists are that nobody has asked for */
  counts = new Map();
  /** @type {Set<Name>} lists that are to be loaded again in a moment */
  stale = new Set();
  recency = new Recency();

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.items = new Map();
    this.counts = new Map();
    this.recency.forget();
    this.wanted = new Set();
    this.stale = new Set();
  }

  /**
   * What is known of a list; if that is nothing it is on its way.
   *
   * @param {Name} name
   */
  get(name) {
    if (!this.wanted.has(name)) this.#load(name);
    return this.items.get(name) ?? [];
  }

  /**
   * How long a list is, as far as that is known.
   *
   * @param {Name} name
   */
  count(name) {
    return this.items.get(name)?.length ?? this.counts.get(name) ?? 0;
  }

  // What is written down for a time without a network.
  kept() {
    return [...this.items].filter(([name]) => KEPT.has(name));
  }

  // What was known last, where the server cannot be asked; it is asked as soon as it can be.
  recall(/** @type {[Name, any[]][]} */ kept) {
    for (const [name, items] of kept) if (!this.items.has(name)) this.items.set(name, items);
  }

  /**
   * @param {Name} name
   * @param {number} id
   */
  has(name, id) {
    return this.get(name).some((item) => (item.user?.id ?? item.id) === id);
  }

  /** @param {Name} name */
  async load(name) {
    this.wanted.add(name);
    const { api, groups, people } = this.model;
    const moment = this.recency.now();
    const all = () => api.all(PATHS[name]);
    const items = GROUPS.has(name) ? await groups.ask(all) : await all();
    if (!this.recency.take(name, moment)) return;
    this.items.set(name, items);
    if (PEOPLE.has(name)) for (const { user } of items) people.know(whole(user));
    if (name === "contacts") people.remarks = new Map(items.map((each) => [each.user.id, each.remark ?? ""]));
    this.model.changed();
  }

  // Somebody has other names or another picture.
  renamed(person) {
    for (const name of PEOPLE) {
      const items = this.items.get(name);
      if (!items?.some(({ user }) => user.id === person.id)) continue;
      const changed = items.map((each) => (each.user.id === person.id ? { ...each, user: { ...each.user, ...person } } : each));
      this.items.set(name, changed);
    }
  }

  // Load again what an event may have changed; once for all that come within a moment.
  heard({ kind, group }) {
    if (group !== undefined) this.#soon("groups", "invitations", "asked");
    else if (kind.startsWith("contact")) this.#soon("contacts", "received", "sent");
    else if (kind.endsWith("blocked")) this.#soon("blocks", "contacts", "received", "sent");
  }

  /** @param {Name[]} names */
  #soon(...names) {
    if (!this.stale.size) {
      setTimeout(() => {
        this.again(...this.stale);
        this.stale.clear();
      }, TOGETHER);
    }
    for (const name of names) this.stale.add(name);
  }

  /** @param {Name[]} names */
  again(...names) {
    for (const name of names) if (this.wanted.has(name) || this.counts.has(name)) this.#load(name);
  }

  /**
   * For nobody who waits: if it does not come, whoever wants it then has it asked for again. What is only counted is
   * wanted by nobody, and is asked for again here.
   *
   * @param {Name} name
   */
  #load(name) {
    const again = () => {
      this.wanted.delete(name);
      if (this.counts.has(name)) this.#load(name);
    };
    this.load(name).catch(() => this.model.postpone(again));
  }
}
