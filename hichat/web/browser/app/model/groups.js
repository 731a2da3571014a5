// The groups that were met: asked for when first wanted, and again when something happened in them. Answers overtake each
// other, and what happens (one was removed, and may not ask any more) overtakes an answer that is on its way. So each is
// taken only if nothing newer is known; how new it is says the moment at which it was asked for.

const TOGETHER = 500; // milliseconds within which what happens in a group is one reason to ask how it is now

export class Groups {
  constructor(model) {
    this.model = model;
    this.moment = 0;
    this.forget();
  }

  forget() {
    this.known = new Map();
    this.first = ++this.moment; // what was asked for before is for another user
    this.since = new Map(); // group -> the moment from which it is known
    this.stale = new Map(); // groups that were asked for a moment ago -> whether something happened there since
  }

  get(id) {
    if (!this.known.has(id)) {
      this.known.set(id, null);
      this.refresh(id);
    }
    return this.known.get(id);
  }

  // @param work: asks the server for groups. @return them; what is not known better is known then.
  async ask(work) {
    const moment = ++this.moment;
    const groups = await work();
    for (const group of groups) this.#know(group.id, group, moment);
    return groups;
  }

  // @param work: has the server change something of a group, and answer how it is then. @return the group. What was asked
  // for meanwhile may be from before it.
  async change(work) {
    const { first } = this;
    const group = await work();
    if (first === this.first) this.#know(group.id, group, ++this.moment);
    return group;
  }

  async refresh(id) {
    const moment = ++this.moment;
    try {
      this.#know(id, await this.model.api.get(`/groups/${id}`), moment);
    } catch (error) {
      // Else what is known of it stays.
      if (error.code === "no_such_group") this.#lose(id, this.known.get(id) ? "" : "groupUnknown", moment);
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
    this.#lose(id, gone, ++this.moment);
  }

  #lose(id, gone, moment) {
    if (!this.#isNews(id, moment)) return;
    const { model } = this;
    const known = this.known.get(id) ?? { id, name: model.conversation(`group-${id}`).title, picture: "", description: "" };
    this.#know(id, { joinPolicy: "invite", size: 0, ...known, you: {}, gone: gone || known.gone }, moment);
    model.members.lose(id);
  }

  #know(id, group, moment) {
    if (!this.#isNews(id, moment)) return;
    this.since.set(id, moment);
    this.known.set(id, group);
  }

  #isNews(id, moment) {
    return moment >= (this.since.get(id) ?? this.first);
  }
}
