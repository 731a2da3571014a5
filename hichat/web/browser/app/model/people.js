// Whom we have heard of. Who is asked for and not known is fetched, once.
import { t } from "../words/words.js";

/**
 * @typedef {object} Person
 * @property {number} id
 * @property {string} name empty: the account was deleted
 * @property {string} avatar
 * @property {string} gender
 * @property {string} bio
 * @property {boolean} deleted
 * @property {boolean} [missing] whether there has never been such an account
 */

export class People {
  /** @type {Map<number, Person | null>} by id; null: on its way */
  known = new Map();
  /** @type {Map<number, string>} one's own names for contacts */
  remarks = new Map();
  /** @type {Set<number>} who is known from before only: asked for once more when there is a connection */
  old = new Set();
  version = 0; // another whenever somebody is known better

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.known = new Map();
    this.remarks = new Map();
    this.old = new Set();
    this.version = 0;
  }

  /** @param {number} id */
  get(id) {
    if (!this.known.has(id)) {
      this.known.set(id, null);
      this.#fetch(id);
    } else if (this.old.has(id) && this.model.state.line === "on") {
      this.old.delete(id);
      this.#fetch(id);
    }
    return this.known.get(id);
  }

  // One's own name for a contact, or the name they have.
  name(id) {
    const person = this.get(id);
    const remark = this.remarks.get(id);
    if (remark) return remark;
    if (!person) return "…";
    return person.name || t(person.missing ? "nobody" : "deletedAccount");
  }

  // Somebody in the list of conversations, which tells their name and picture: hundreds need not be asked for one by one.
  meet({ user, title, picture }) {
    if (user === undefined || this.known.get(user)) return;
    this.know({ id: user, name: title, avatar: picture, gender: "", bio: "", deleted: !title });
  }

  // Who was known last, where the server cannot be asked.
  recall(people, remarks) {
    for (const person of people) {
      if (this.known.get(person.id)) continue;
      this.know(person);
      this.old.add(person.id);
    }
    if (!this.remarks.size) this.remarks = new Map(remarks);
  }

  know(person) {
    this.old.delete(person.id);
    this.known.set(person.id, { ...this.known.get(person.id), ...person });
    this.version++;
    return person;
  }

  async #fetch(id) {
    try {
      this.know(await this.model.api.get(`/users/${id}`));
    } catch (error) {
      if (error.code !== "no_such_user") this.model.postpone(() => this.known.get(id) ?? this.known.delete(id));
      else this.know({ id, name: "", avatar: "", gender: "", bio: "", deleted: true, missing: true });
    }
    this.model.changed();
  }
}
