// Who has read a message of a large group: nobody is told of marks there, so the server is asked, page by page.

export class Readers {
  /** @type {Record<string, number[]>} ids of members, by how far the message has come to them */
  people = { read: [], received: [], none: [] };
  /** @type {Record<string, number> | null} how many there are, as the last page has it; null: none has come */
  counts = null;
  /** @type {string | null} as in Overview */
  next = null;
  /** @type {any} why the server tells nothing */
  refused = null;

  /**
   * @param {import("./model.js").Model} model
   * @param {number} group
   * @param {number} message its id
   */
  constructor(model, group, message) {
    this.model = model;
    this.path = `/groups/${group}/messages/${message}/readers?limit=100`;
  }

  get complete() {
    return this.next === "" || this.refused !== null;
  }

  get nobody() {
    return this.counts !== null && Object.values(this.counts).every((count) => count === 0);
  }

  // One page more. @throws what may be over when it is tried again.
  more = async () => {
    const cursor = this.next ? `&cursor=${encodeURIComponent(this.next)}` : "";
    let page;
    try {
      page = await this.model.api.get(this.path + cursor);
    } catch (error) {
      if (error.code === "offline") throw error;
      this.refused = error;
      return;
    }
    for (const person of page.items) this.#add(person);
    this.counts = { read: page.read, received: page.received, none: page.none };
    this.next = page.next ?? "";
  };

  // Somebody may have read on since the page before.
  #add({ state, ...person }) {
    this.model.people.know({ deleted: false, ...person });
    for (const ids of Object.values(this.people)) if (ids.includes(person.id)) return;
    this.people[state].push(person.id);
  }
}
