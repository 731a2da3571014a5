// Whom we have heard of. Who is asked for and not known is fetched, once; of those whom the hub watches we are told their
// new names and pictures.
import { t } from "../words/words.js";

/**
 * @typedef {object} Person
 * @property {number} id
 * @property {string} name with which they log in; empty: the account was deleted
 * @property {string} displayName by which people see them
 * @property {string} avatar
 * @property {string} gender
 * @property {string} bio
 * @property {boolean} deleted
 * @property {boolean} [bot] whether it is a program
 * @property {string} [away] what they say about being away, perhaps nothing; absent: they are not away
 * @property {boolean} [missing] whether there has never been such an account
 */

// What is absent of somebody who is told whole is not so.
export const whole = (person) => ({ away: undefined, ...person });

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
    return person.displayName || person.name || t(person.missing ? "nobody" : "deletedAccount");
  }

  /**
   * The name under which a message is shown: a bot may give it another one.
   *
   * @param {{ from: number, alias?: { name?: string } }} message
   */
  author({ from, alias }) {
    return alias?.name || this.name(from);
  }

  /**
   * All names by which somebody is found, as far as they are known here.
   *
   * @param {{ id: number, name?: string, displayName?: string }} person
   */
  namesOf(person) {
    const { name, displayName } = { ...person, ...this.known.get(person.id) };
    return [...new Set([this.remarks.get(person.id), displayName, name])].filter((each) => each !== undefined && each !== "");
  }

  // Somebody in the list of conversations, which tells their names and picture: hundreds need not be asked for one by one.
  meet({ user, title, login, picture, bot, away }) {
    if (user === undefined) return;
    this.old.delete(user);
    const known = this.known.get(user);
    const names = { displayName: title, name: login || title, avatar: picture, deleted: !title, bot, away };
    if (!known || known.displayName !== title || known.avatar !== picture || known.away !== away) this.know({ id: user, ...names });
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

  // They may have other names by now: who is shown next is asked for once more.
  doubt(but) {
    for (const [id, person] of this.known) if (person && !but.has(id)) this.old.add(id);
  }

  // Nobody has told of a new name of somebody who was not watched.
  again(id) {
    if (this.known.get(id)) this.old.add(id);
  }

  know(person) {
    this.old.delete(person.id);
    // Not everything that tells of somebody tells everything.
    this.known.set(person.id, { gender: "", bio: "", deleted: false, ...this.known.get(person.id), ...person });
    this.version++;
    return person;
  }

  async #fetch(id) {
    try {
      this.know(whole(await this.model.api.get(`/users/${id}`)));
    } catch (error) {
      if (error.code !== "no_such_user") this.model.postpone(() => this.known.get(id) ?? this.known.delete(id));
      else this.know({ id, name: "", avatar: "", gender: "", bio: "", deleted: true, missing: true });
    }
    this.model.changed();
  }
}
