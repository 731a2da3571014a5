// Who is in the groups that one looks at: loaded when first wanted, then kept up by what happens there.
import { BEGINNINGS, ENDINGS } from "./kinds.js";
import { whole } from "./people.js";

const FIRST = 2000;
const FOUND = 50;

export class Members {
  /** @type {Map<number, any>} group -> {items, next, loading, heard}; next as in Overview */
  known = new Map();

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.known = new Map();
  }

  lose(group) {
    this.known.delete(group);
  }

  get(group) {
    const { people } = this.model;
    const items = this.known.get(group)?.items ?? [];
    // Of who has just come only the number is known here.
    return items.map((each) => (each.name === undefined ? { name: "", avatar: "", ...people.get(each.id), ...each } : each));
  }

  isComplete(group) {
    return !this.known.get(group)?.next;
  }

  // Members with this in their names, as the server finds them in a group that is not known whole.
  async find(group, name) {
    const { items } = await this.model.api.get(`/groups/${group}/members?limit=${FOUND}&name=${encodeURIComponent(name)}`);
    for (const member of items) this.model.people.know(whole({ deleted: false, ...member }));
    const members = this.known.get(group);
    if (members) members.found = items;
    return items;
  }

  // Those that were found last, with what has happened to them since.
  found(group) {
    return this.known.get(group)?.found ?? [];
  }

  // The first of them, unless they are known.
  async load(group) {
    if (!this.known.has(group)) this.known.set(group, { items: [], next: null, loading: null, heard: [] });
    const members = this.known.get(group);
    while (members.next !== "" && members.items.length < FIRST) await this.#more(group, members);
  }

  // One page more.
  async more(group) {
    const members = this.known.get(group);
    if (members?.next) await this.#more(group, members);
  }

  // Somebody has other names or another picture.
  renamed({ id, name, displayName, avatar }) {
    for (const members of this.known.values()) {
      const at = members.items.findIndex((each) => each.id === id);
      if (at >= 0) members.items = members.items.with(at, { ...members.items[at], name, displayName, avatar });
    }
  }

  heard(event) {
    const members = this.known.get(event.group);
    if (!members) return;
    members.items = after(members.items, event);
    const found = new Set((members.found ?? []).map(({ id }) => id));
    if (found.size) members.found = after(members.found, event).filter(({ id }) => found.has(id));
    // What is being loaded may be from before it. To apply it again changes nothing.
    if (members.loading) members.heard.push(event);
  }

  #more(group, members) {
    members.loading ??= this.#page(group, members).finally(() => (members.loading = null));
    return members.loading;
  }

  async #page(group, members) {
    const cursor = members.next ? `&cursor=${encodeURIComponent(members.next)}` : "";
    const page = await this.model.api.get(`/groups/${group}/members?limit=100${cursor}`);
    for (const member of page.items) this.model.people.know(whole({ deleted: false, ...member }));
    const come = new Set(page.items.map(({ id }) => id));
    members.items = [...members.items.filter(({ id }) => !come.has(id)), ...page.items];
    for (const event of members.heard.splice(0)) members.items = after(members.items, event);
    members.next = page.next ?? "";
    this.model.changed();
  }
}

// The members after something happened in the group.
function after(members, { kind, member, from, role, until }) {
  const about = member ?? from;
  const set = (change) => members.map((each) => (each.id === about ? { ...each, ...change } : each));
  if (BEGINNINGS.has(kind)) {
    return members.some(({ id }) => id === about) ? members : [...members, { id: about, role: "member" }];
  }
  if (ENDINGS.has(kind)) return members.filter(({ id }) => id !== about);
  switch (kind) {
    case "role":
      // A group has one owner: who was it is an admin.
      if (role === "owner") members = members.map((each) => (each.role === "owner" ? { ...each, role: "admin" } : each));
      return set({ role });
    case "muted":
      return member === undefined ? members : set({ muted: until === undefined ? {} : { until } });
    case "unmuted":
      return member === undefined ? members : set({ muted: undefined });
    default:
      return members;
  }
}
