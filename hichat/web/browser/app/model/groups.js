// The groups that were met: asked for when first wanted, and again when something happened in them.
import { Recency } from "./recency.js";

const TOGETHER = 500; // milliseconds within which what happens in a group is one reason to ask how it is now

export class Groups {
  /** @type {Map<number, any>} by id; null: it is on its way */
  known = new Map();
  /** @type {Map<number, boolean>} groups that were asked for a moment ago -> whether something happened there since */
  stale = new Map();
  /** @type {Set<number>} groups known from before only: asked for once more when there is a connection */
  old = new Set();
  recency = new Recency();

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.known = new Map();
    this.old = new Set();
    this.recency.forget();
    this.stale = new Map();
  }

  get(id) {
    if (!this.known.has(id)) {
      this.known.set(id, null);
      this.refresh(id);
    } else if (this.old.has(id) && this.model.state.line === "on") this.refresh(id);
    return this.known.get(id);
  }

  // What was known last, where the server cannot be asked.
  recall(groups) {
    for (const group of groups) {
      if (this.known.get(group.id)) continue;
      this.known.set(group.id, group);
      this.old.add(group.id);
    }
  }

  // @param work: asks the server for groups. @return them; what is not known better is known then.
  async ask(work) {
    const moment = this.recency.now();
    const groups = await work();
    for (const group of groups) this.#know(group.id, group, moment);
    return groups;
  }

  // @param work: has the server change something of a group, and answer how it is then. @return the group. What was asked
  // for meanwhile may be from before it.
  async change(work) {
    const { first } = this.recency;
    const group = await work();
    if (first === this.recency.first) this.#know(group.id, group, this.recency.now());
    return group;
  }

  async refresh(id) {
    this.old.delete(id);
    const moment = this.recency.now();
    try {
      this.#know(id, await this.model.api.get(`/groups/${id}`), moment);
    } catch (error) {
      if (error.code === "no_such_group") this.#lose(id, this.known.get(id) ? "" : "groupUnknown", moment);
      // Else what is known of it stays.
      else this.model.postpone(() => this.known.get(id) ?? this.known.delete(id));
    }
    this.model.changed();
  }

  // Something happened in a group.
  heard({ group }) {
    if (this.stale.has(group)) {
      this.stale.set(group, true);
      return;
    }
    // Ask how it is now, and once more for all that comes within a moment after that.
    this.stale.set(group, false);
    this.refresh(group);
    setTimeout(() => {
      const again = this.stale.get(group);
      this.stale.delete(group);
      if (again) this.heard({ group });
    }, TOGETHER);
  }

  // One is no member any more, and may not be told about the group.
  // @param gone: why there is no such group, as one of the words; empty: there is.
  lose(id, gone) {
    this.stale.delete(id);
    this.#lose(id, gone, this.recency.now());
  }

  #lose(id, gone, moment) {
    if (!this.recency.isNews(id, moment)) return;
    const { model } = this;
    const known = this.known.get(id) ?? { id, name: model.conversation(`group-${id}`).title, picture: "", description: "" };
    this.#know(id, { joinPolicy: "invite", size: 0, ...known, you: {}, gone: gone || known.gone }, moment);
    model.members.lose(id);
  }

  #know(id, group, moment) {
    if (this.recency.take(id, moment)) this.known.set(id, group);
  }
}
