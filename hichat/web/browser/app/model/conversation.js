// One conversation: what of it is loaded, and how far it was read. Messages are never changed, only replaced, so that
// what shows one can see by identity whether it has to be drawn again.

import { Draft } from "./draft.js";
import { bare, sameEmoji } from "./emoji.js";
import { isMentioned } from "./mentions.js";
import { BEGINNINGS, ENDINGS, ERASURES, FOLDED, MESSAGES, RECALLS } from "./kinds.js";

/** @typedef {import("./api.js").Api} Api */

const PAGE = 50;
const MORE = 100; // messages of a page that is loaded while one scrolls
const BEFORE_UNREAD = 6; // messages that are shown before the first unread one, at least
const WHISPERS = 50; // that are kept
const SCANS = 10; // pages at most in which mentions are looked for
const DAY = 24 * 3600 * 1000;

/**
 * A message as it is now.
 *
 * @typedef {object} Message
 * @property {number} id
 * @property {number} seq
 * @property {number} n
 * @property {number} conversation
 * @property {number} time
 * @property {number} from
 * @property {number} [user]
 * @property {number} [group]
 * @property {string} media text, emoji, picture, audio, file
 * @property {string} text
 * @property {string} [format] "markdown"; without one the text is shown as it is
 * @property {boolean} [me] whether the text tells what the sender does
 * @property {Action[]} [actions] of a bot
 * @property {Choice} [choice]
 * @property {number[]} [for] who may press and choose; absent: all
 * @property {{ id: number, from: number, command?: string }} [called] the call that it answers
 * @property {string} [url]
 * @property {string} [name]
 * @property {number} [seconds]
 * @property {import("./pictures.js").Attached[]} [moreFiles] behind the first one
 * @property {number} [replyTo]
 * @property {number[]} [mentions]
 * @property {{ name?: string, avatar?: string }} [alias] the name and the picture under which its bot shows it
 * @property {number} [forwardedFrom] whose message it was, if it was sent on
 * @property {number} [edited] when
 * @property {boolean} [recalled]
 * @property {boolean} [expired] with recalled: it was older than the server keeps messages
 * @property {Reaction[]} reactions
 * @property {Record<string, number>} [reacted] of a user and an emoji, the id of the last that was heard
 * @property {string} [key] of one's own, where it was in the outbox
 */

/**
 * @typedef {object} Reaction
 * @property {string} emoji
 * @property {number[]} users
 */

/** @typedef {{ id: string, label: string, style?: string }} Action a button under a message of a bot */
/** @typedef {{ id: string, label: string, options: { value: string, label: string }[] }} Choice */

/**
 * What only the reader sees: an answer to a command.
 *
 * @typedef {object} Whisper
 * @property {number} id
 * @property {string} text
 * @property {number} time
 * @property {number} [from] the bot; absent: it is the server
 * @property {string} [format]
 * @property {Action[]} [actions]
 * @property {Choice} [choice]
 */

/** @typedef {{ user?: number, group?: number }} Place without both: the announcements */

/** @param {Place} place */
export const nameOf = ({ user, group }) =>
  user !== undefined ? `user-${user}` : group !== undefined ? `group-${group}` : "announcements";

/**
 * @param {string} name
 * @returns {Place}
 */
export function placeOf(name) {
  const [kind, id] = name.split("-");
  return kind === "announcements" ? {} : { [kind]: Number(id) };
}

export class Conversation {
  // What screens and the list note here
  listed = false; // whether the server's list has it
  /** @type {boolean | undefined} whether one is no member any more */
  gone;
  /** @type {number | undefined} when one came to it */
  touched;
  recalled = false; // whether it is only known from before, not from the server
  stale = false; // whether its messages are
  asking = false; // whether the server is asked how much is unread
  // What one has set for it; see set()
  pinned = false;
  muted = false;
  archived = false;
  hidden = false;
  notify = "all"; // which messages make a notification: all, mentions, none
  mutedUntil = 0; // milliseconds since the epoch; 0: not for a time
  unreadFrom = 0; // the id from which on it is marked as unread; 0: it is not
  markedAt = 0; // what is read behind this id ends that
  wantsFocus = false;
  wantsEnd = false; // whether something was sent: the view goes to the end
  wants = 0; // the id of a message to which the view is to go
  /** @type {{ message: Message, from: number, time: number }[] | null} the pinned messages, the last first; null: not known */
  pins = null;
  /** @type {object | undefined} the newest load of them */
  pinsTurn;
  /** @type {number | undefined} between two people: behind which id what happened is known */
  linedFrom;
  readAtOpening = Infinity; // behind which id the divider stands; Infinity: there was nothing unread
  unreadAtOpening = 0;
  markedAtOpening = 0; // from which id on it was marked as unread then; 0: it was not
  dividerId = 0; // of the first message behind the divider; 0: it was not found yet
  /** @type {number[]} ids of unread messages that name the reader and were not in view */
  mentions = [];
  /** @type {Set<number>} ids of those that were in view */
  noticedMentions = new Set();
  /** @type {Message[]} */
  messages = [];
  /** @type {Whisper[]} what only the reader sees */
  whispers = [];
  /** @type {any[]} of a group, what happened between its messages: who came and went */
  changes = [];
  /** @type {Message | null} */
  last = null;
  /** @type {number[]} ids of others' messages behind what was counted, which are there and were not read */
  fresh = [];
  /** @type {any[]} what happens while pages are on their way */
  buffer = [];
  /**
   * How far others are; since: with which event they became members of the group for the first time.
   *
   * @type {Map<number, { received: number, read: number, since?: number }>}
   */
  others = new Map();
  /** @type {Map<number, { received: number, read: number, since?: number }>} the marks of members who have left */
  former = new Map();
  /** @type {Map<number, number>} who is typing, and until when by the page's clock */
  typing = new Map();
  /** @type {object | undefined} as the list had it */
  row;
  /** @type {object | undefined} the newest load */
  turn;
  loadingOlder = false;
  loadingNewer = false;
  keepDays = 0; // for how many days its messages are kept; 0: for ever
  expired = 0; // when the last message was said that is not kept any more; 0: none is known
  keepsMore = false; // whether the server has given messages that are older: somebody wants them kept

  /**
   * @param {string} name
   * @param {number} me who reads it
   */
  constructor(name, me) {
    this.name = name;
    this.me = me;
    this.place = placeOf(name);
    this.title = "";
    this.picture = "";
    this.remark = "";
    this.known = false; // whether the server has counted what is unread
    this.counted = { to: 0, unread: 0 }; // up to which id, and how much
    this.read = 0;
    this.wrote = 0; // the id of one's own last message, of those that came here
    this.received = 0;
    this.recall = { id: 0, message: 0 }; // the last one that was heard of
    this.doubt = 0; // the id of what makes less of that unread: then the server is asked; 0: nothing does
    this.loaded = false;
    this.loads = 0; // pages that are on their way
    this.older = true; // whether there are more before those loaded
    this.newer = false; // or after
    this.draft = new Draft(`${me}.${name}`);
  }

  // From the list of conversations.
  show(shown, me) {
    const { title, picture, last, received } = shown;
    Object.assign(this, { title, picture, remark: shown.remark ?? "", row: shown });
    if (last && last.id >= (this.last?.id ?? 0)) {
      this.last = last;
      if (last.from === me) this.wrote = Math.max(this.wrote, last.id);
    }
    this.keepDays = shown.keepDays ?? 0;
    this.received = Math.max(this.received, received);
    if (last) this.count(last.id, shown.unread, shown.read);
    this.set(shown);
  }

  // What one has set for it, as the server says it: absent is what is usual.
  set({ pinned = false, muted = false, archived = false, hidden = false, notify = "all", mutedUntil = 0, unreadFrom = 0 }) {
    Object.assign(this, { pinned, muted, archived, hidden, notify, mutedUntil, unreadFrom });
    this.markedAt = Math.max(this.last?.id ?? 0, this.read);
  }

  // A new message lists it again, unless it is in the archive and muted.
  #comesBack() {
    this.hidden = false;
    if (!this.muted) this.archived = false;
  }

  // Of whom or what it is with; the announcements have none.
  get id() {
    return this.place.user ?? this.place.group;
  }

  // What it is with: its picture has a sign for that.
  get kind() {
    if (this.place.group !== undefined) return "group";
    return this.place.user !== undefined ? "person" : "announcements";
  }

  // How much is unread, as the list shows it: what is marked as unread is so, whatever was read.
  get isUnread() {
    return this.unread > 0 || this.unreadFrom > 0;
  }

  // Whether a message makes a notification here.
  calls(message) {
    return !this.muted && (this.notify !== "mentions" || isMentioned(message, this.me));
  }

  // As the list had it, with what has changed since: what is written down for a time without a network.
  shown(title, picture) {
    const { name, place, last, received, unread, read, pinned, muted, archived, hidden, notify, mutedUntil, unreadFrom } = this;
    const set = { pinned, muted, archived, hidden, notify, mutedUntil, unreadFrom };
    return { ...this.row, ...place, name, title, picture, last: last ?? undefined, received, unread, read, ...set };
  }

  // The last messages, for the same.
  kept(most) {
    const messages = this.messages.slice(-most);
    const changes = this.changes.filter(({ id }) => id > (messages[0]?.id ?? 0)).slice(-most);
    return { messages, changes, others: [...this.others], older: this.older || messages.length < this.messages.length };
  }

  // Show what was kept.
  remember({ messages, changes, others, older }) {
    if (this.loaded) return;
    Object.assign(this, { messages, changes, older, newer: false, loaded: true, stale: true });
    this.others = new Map(others);
  }

  // From now on everything comes; what was loaded before, or is on its way, may be from before something that did not.
  begun() {
    this.turn = {};
    this.stale = this.loaded;
  }

  // All else has come from the server: these messages have to come, too.
  confirm() {
    this.recalled = false;
    if (this.stale) Object.assign(this, { messages: [], changes: [], loaded: false, stale: false });
  }

  // The server has counted, up to an id, behind what was marked as read then. What came or was read since is known here.
  count(to, unread, read) {
    if (!this.known || (to >= this.counted.to && read >= this.read)) {
      this.known = true;
      this.counted = { to, unread };
      this.fresh = this.fresh.filter((id) => id > to);
      this.read = Math.max(this.read, read);
      if (to >= this.doubt) this.doubt = 0;
      this.#doubtRecall();
      if (this.seen >= to) this.#seen(this.seen);
    } else this.haveRead(read);
  }

  get unread() {
    return this.known ? this.counted.unread + this.fresh.length : 0;
  }

  // Up to which id one knows it: one has read it, or has written after it.
  get seen() {
    return Math.max(this.read, this.wrote);
  }

  // Somebody begins to read here, or turns away for a while: what is unread then stands below a divider.
  begin(away = false) {
    this.unreadAtOpening = this.unread;
    this.readAtOpening = this.unread || away ? this.seen : Infinity;
    this.dividerId = 0;
    this.markedAtOpening = this.unreadFrom;
    if (!this.unreadFrom) return;
    // Wherever it was marked: what is behind it stands below the divider.
    this.unreadAtOpening = Math.max(this.unread, 1);
    this.readAtOpening = Math.min(this.readAtOpening, this.unreadFrom - 1);
  }

  // The id of the first message below the divider; 0: there is none, or it is not loaded.
  get divider() {
    this.dividerId ||= this.messages[this.firstUnread]?.id ?? 0;
    return this.dividerId;
  }

  // Its place among the messages that are loaded, or -1.
  get firstUnread() {
    const { messages, readAtOpening, unreadAtOpening } = this;
    if (this.dividerId) return messages.findIndex(({ id }) => id === this.dividerId);
    if (readAtOpening === Infinity || this.#misses(readAtOpening)) return -1;
    if (this.markedAtOpening) return messages.findIndex(({ id, recalled }) => id > readAtOpening && !recalled);
    const others = (/** @type {Message} */ message) => message.from !== this.me && !message.recalled;
    // Of the announcements, those from before one's account count as read.
    if (this.name === "announcements" && !readAtOpening && unreadAtOpening) {
      return this.newer ? -1 : messages.indexOf(/** @type {Message} */ (messages.filter(others).at(-unreadAtOpening)));
    }
    // One's own messages need not be marked: what was said before them counts as read.
    const seen = Math.max(readAtOpening, messages.findLast(({ from }) => from === this.me)?.id ?? 0);
    return messages.findIndex((message) => message.id > seen && others(message));
  }

  // Whether a message right behind this id may be one that is not loaded.
  #misses(id) {
    return this.older && (this.messages[0]?.id ?? Infinity) > id;
  }

  // Whether what is loaded is not what somebody who begins to read wants to see.
  get elsewhere() {
    return this.newer || (this.unreadAtOpening > 0 && this.#misses(this.readAtOpening));
  }

  // The messages to begin with: those around an id, around the first unread one, or the newest.
  async open(/** @type {Pick<Api, "get">} */ api, message = 0) {
    const far = this.unreadAtOpening > PAGE - BEFORE_UNREAD && (this.readAtOpening || this.name !== "announcements");
    if (message) return this.load(api, message);
    if (far) await this.load(api, this.readAtOpening);
    // Somebody may have written without a mark, far behind the last one.
    if (!far || this.firstUnread < 0) await this.load(api);
  }

  // The newest messages, or those around an id. Of two that are asked for, the later ones are wanted.
  load(/** @type {Pick<Api, "get">} */ api, around = /** @type {number | null} */ (null)) {
    const turn = (this.turn = {});
    return this.#during(async () => {
      const path = `/conversations/${this.name}/messages?limit=${PAGE}`;
      const [before, after] = await Promise.all([
        api.get(around === null ? path : `${path}&before=${around + 1}`),
        around === null ? { items: [], more: false } : api.get(`${path}&after=${around}`),
      ]);
      const all = [...before.items, ...after.items];
      const messages = this.#kept(all, before.keepDays);
      // Nothing is left where one wanted to go.
      if (!messages.length && after.more && turn === this.turn) return this.load(api);
      const older = before.more && messages.length === all.length;
      const changes = await this.#between(api, older ? messages[0].id : 0, after.more ? messages.at(-1)?.id : 0);
      if (turn !== this.turn) return;
      this.linedFrom = undefined;
      Object.assign(this, { messages, changes, older, newer: after.more, loaded: true, stale: false });
      this.#findMentions(messages);
    });
  }

  async loadOlder(/** @type {Pick<Api, "get">} */ api) {
    if (!this.loaded || !this.older || this.loadingOlder || !this.messages.length) return false;
    this.loadingOlder = true;
    const first = this.messages[0].id;
    try {
      return await this.#during(async () => {
        const page = await api.get(`/conversations/${this.name}/messages?before=${first}&limit=${MORE}`);
        const changes = await this.#between(api, page.more ? page.items[0].id : 0, first);
        if (this.messages[0]?.id !== first) return false;
        const messages = this.#kept(page.items, page.keepDays);
        this.messages = [...messages, ...this.messages];
        this.changes = [...changes, ...this.changes];
        this.older = page.more && messages.length === page.items.length;
        return true;
      });
    } finally {
      this.loadingOlder = false;
    }
  }

  async loadNewer(/** @type {Pick<Api, "get">} */ api) {
    if (!this.loaded || !this.newer || this.loadingNewer) return false;
    this.loadingNewer = true;
    const last = this.messages.at(-1)?.id ?? 0;
    try {
      return await this.#during(async () => {
        const page = await api.get(`/conversations/${this.name}/messages?after=${last}&limit=${MORE}`);
        const changes = await this.#between(api, last, page.more ? page.items.at(-1).id : 0);
        if ((this.messages.at(-1)?.id ?? 0) !== last) return false;
        this.messages = [...this.messages, ...page.items];
        this.linedFrom = undefined;
        this.changes = [...this.changes, ...changes];
        this.newer = page.more;
        this.#findMentions(page.items);
        return true;
      });
    } finally {
      this.loadingNewer = false;
    }
  }

  // Of a page: the messages behind those that the server does not keep any more. Before these there are no others.
  #kept(/** @type {Message[]} */ items, keepDays = 0) {
    this.keepDays = keepDays;
    const at = items.findLastIndex(({ expired }) => expired);
    if (at >= 0) this.expired = items[at].time;
    const kept = items.slice(at + 1);
    // It takes some minutes until the server deletes what is too old.
    if (keepDays && kept[0]?.time < Date.now() - (keepDays + 1) * DAY) this.keepsMore = true;
    return kept;
  }

  // From which time on messages are kept here, by the server's clock; 0: nothing is known that was not kept.
  keptSince(/** @type {number} */ now) {
    return this.expired && this.keepDays ? Math.max(this.expired, now - this.keepDays * DAY) : this.expired;
  }

  // Forget what is too old by now, unless the server keeps more than it says. @return whether there was something.
  forget(/** @type {number} */ now) {
    if (!this.keepDays || this.keepsMore) return false;
    const limit = now - this.keepDays * DAY;
    const isOld = (/** @type {{ time: number }} */ { time }) => time < limit;
    const gone = this.messages.some(isOld);
    if (gone) {
      this.messages = this.messages.filter((message) => !isOld(message));
      this.changes = this.changes.filter((event) => !isOld(event));
      // The server knows whether there are others.
      this.older = true;
    }
    const { last } = this;
    if (!last || last.expired || !isOld(last)) return gone;
    this.last = { ...folded(last, { kind: "recalled" }), recalled: true, expired: true };
    return true;
  }

  // Unread messages that are not loaded may name the reader, too. @return whether there are such.
  async scan(/** @type {Pick<Api, "get">} */ api) {
    if (this.place.group === undefined || !this.newer) return false;
    const known = this.mentions;
    let last = this.messages.at(-1)?.id ?? 0;
    for (let pages = 0; pages < SCANS; pages++) {
      const page = await api.get(`/conversations/${this.name}/messages?after=${last}&limit=${MORE}`);
      this.#findMentions(page.items);
      if (!page.more) break;
      last = page.items.at(-1).id;
    }
    return known !== this.mentions;
  }

  // Of the messages that name the reader, those of this conversation: some of them may be unread.
  learnMentions(messages) {
    const before = this.mentions;
    this.#findMentions(messages);
    return before !== this.mentions;
  }

  #findMentions(messages) {
    const found = messages.filter(
      ({ id, from, mentions, recalled }) =>
        isMentioned({ mentions }, this.me) && from !== this.me && !recalled && id > this.seen && !this.noticedMentions.has(id),
    );
    if (!found.length) return;
    this.mentions = [...new Set([...this.mentions, ...found.map(({ id }) => id)])].sort((a, b) => a - b);
  }

  // Messages between two ids were in view. @return whether one of them was a mention that had not been.
  noticed(last, first = 0) {
    const seen = this.mentions.filter((id) => first <= id && id <= last);
    if (!seen.length) return false;
    for (const id of seen) this.noticedMentions.add(id);
    this.mentions = this.mentions.filter((id) => !seen.includes(id));
    return true;
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   */
  async #during(work) {
    this.loads++;
    try {
      return await work();
    } finally {
      this.loads--;
      if (!this.loads) for (const event of this.buffer.splice(0)) this.#apply(event);
    }
  }

  // Who came and went between two messages; 0: from the beginning, or up to now.
  async #between(api, after, before) {
    if (this.place.group === undefined) return [];
    const until = before ? `&before=${before}` : "";
    return (await api.get(`/groups/${this.place.group}/changes?after=${after}${until}`)).items;
  }

  // Between two people little else happens than messages: nobody waits for what did, it comes behind them.
  // @return whether there was something.
  async loadLines(/** @type {Pick<Api, "get">} */ api) {
    if (this.place.group !== undefined || !this.loaded) return false;
    const { linedFrom } = this;
    const after = this.older ? (this.messages[0]?.id ?? 0) : 0;
    if (linedFrom !== undefined && linedFrom <= after) return false;
    const last = linedFrom ?? (this.newer ? this.messages.at(-1)?.id : undefined);
    const { items } = await api.get(`/conversations/${this.name}/changes?after=${after}${last ? `&before=${last + 1}` : ""}`);
    if (this.linedFrom !== linedFrom) return false;
    this.linedFrom = after;
    const known = new Set(this.changes.map(({ id }) => id));
    const fresh = items.filter(({ id }) => !known.has(id));
    if (fresh.length) this.changes = [...this.changes, ...fresh].sort((a, b) => a.id - b.id);
    return fresh.length > 0;
  }

  // A message is there in a better form.
  replace(/** @type {Message} */ message) {
    this.messages = this.messages.map((each) => (each.id === message.id ? { ...each, ...message } : each));
    if (this.last?.id === message.id) this.last = { ...this.last, ...message };
  }

  // Something for the reader alone, behind what there is now.
  whisper(/** @type {Omit<Whisper, "id"> & { id?: number }} */ said) {
    const before = Math.max(this.messages.at(-1)?.id ?? 0, this.whispers.at(-1)?.id ?? 0);
    if (this.whispers.some(({ id }) => id === said.id)) return;
    const all = [...this.whispers, { id: before + 0.001, ...said }];
    this.whispers = all.sort((a, b) => a.id - b.id).slice(-WHISPERS);
  }

  // A message is not pinned any more.
  unpinned(/** @type {number} */ id) {
    if (this.pins) this.pins = this.pins.filter(({ message }) => message.id !== id);
  }

  // The account of somebody was deleted, and all that was written here up to then.
  erase(event) {
    const gone = (/** @type {Message} */ message) => (message.from === event.from && message.id < event.id ? blank(message) : message);
    this.messages = this.messages.map(gone);
    if (this.last) this.last = gone(this.last);
    if (this.pins) this.pins = this.pins.filter(({ message }) => message.from !== event.from || message.id > event.id);
    // What is being loaded may be from before it.
    if (this.loads) this.buffer.push(event);
    // What of it was unread, only the server knows.
    this.doubt = event.id;
  }

  // Something happened here: a message, or something to one. @return whether it is a message that was not known.
  hear(event, me) {
    this.#apply(event);
    // What is being loaded may be from before it. To apply it again changes nothing.
    if (this.loads) this.buffer.push(event);
    if (!MESSAGES.has(event.kind)) {
      if (this.last && this.last.id === event.message) this.last = folded(this.last, event);
      if (this.pins && FOLDED.has(event.kind)) {
        this.pins = this.pins
          .map((pin) => (pin.message.id === event.message ? { ...pin, message: folded(pin.message, event) } : pin))
          .filter((pin) => !pin.message.recalled);
      }
      if (RECALLS.has(event.kind)) this.#recalled(event);
      this.#membersAre(event, me);
      return false;
    }
    this.typing.delete(event.from);
    if (event.id <= (this.last?.id ?? 0)) return false;
    this.last = messageOf(event);
    if (event.expired) return false;
    this.#comesBack();
    this.#findMentions([event]);
    if (event.from === me) {
      this.wrote = event.id;
      this.#seen(event.id);
    } else if (event.id > Math.max(this.counted.to, this.read)) this.fresh.push(event.id);
    return true;
  }

  // Of what came here it is known whether it was unread; of what the server has counted, only the server knows.
  #recalled({ id, message }) {
    this.recall = { id, message };
    this.fresh = this.fresh.filter((each) => each !== message);
    this.noticed(message, message);
    this.#doubtRecall();
  }

  #doubtRecall() {
    const { id, message } = this.recall;
    const { to, unread } = this.counted;
    if (unread && message > this.seen && message <= to && to < id) this.doubt = id;
  }

  // A new member of a group has received nothing yet, and is meant by nothing that was said before. A member who has left
  // does not count; one who comes back has the same mark again.
  #membersAre({ id, kind, from, member = from }, me) {
    if (!this.others.size) return;
    const mark = this.others.get(member);
    if (BEGINNINGS.has(kind) && member !== me) {
      this.others.set(member, mark ?? this.former.get(member) ?? { received: 0, read: 0, since: id });
    } else if (ENDINGS.has(kind) && mark) {
      this.former.set(member, mark);
      this.others.delete(member);
    }
  }

  haveRead(id) {
    if (id <= this.read) return;
    const before = this.seen;
    this.read = id;
    if (id > this.markedAt) this.unreadFrom = 0;
    this.#seen(id, before);
  }

  #seen(id, before = 0) {
    this.fresh = this.fresh.filter((each) => each > id);
    this.noticed(id);
    if (id >= (this.last?.id ?? 0)) this.counted = { to: id, unread: 0 };
    else if (id >= this.counted.to) this.counted.unread = 0;
    else if (this.counted.unread) this.#haveSeen(before, id);
  }

  // Of what the server has counted, these were read: if all of them are loaded it is known how many.
  #haveSeen(after, to) {
    if (!this.loaded || this.#misses(after) || (this.messages.at(-1)?.id ?? 0) < to) {
      this.doubt = Math.max(this.doubt, to);
      return;
    }
    const read = this.messages.filter(({ id, from, recalled }) => after < id && id <= to && from !== this.me && !recalled);
    this.counted.unread = Math.max(0, this.counted.unread - read.length);
  }

  /**
   * How far a message of one's own has come: sent, delivered or read.
   *
   * @param {{ id: number }} message
   * @param {number} [size] of a group, how many others there are: of some of them nothing may be known yet
   * @returns {{ state: string, received: number, read: number, all: number }} and of how many others
   */
  stateOf(message, size = 0) {
    const { received, read, neither } = this.readersOf(message);
    const later = this.others.size - received.length - read.length - neither.length;
    const all = Math.max(size, this.others.size) - later;
    const has = received.length + read.length;
    const state = all && read.length === all ? "read" : all && has === all ? "delivered" : "sent";
    return { state, received: has, read: read.length, all };
  }

  /**
   * Of those who had been members when it was sent: who has read a message, who has only received it, and who has not.
   *
   * @param {{ id: number }} message
   * @returns {{ read: number[], received: number[], neither: number[] }} their ids
   */
  readersOf(message) {
    /** @type {{ read: number[], received: number[], neither: number[] }} */
    const found = { read: [], received: [], neither: [] };
    for (const [user, mark] of this.others) {
      if ((mark.since ?? 0) > message.id) continue;
      if (mark.read >= message.id) found.read.push(user);
      else if (mark.received >= message.id) found.received.push(user);
      else found.neither.push(user);
    }
    return found;
  }

  #apply(event) {
    if (!this.loaded) return;
    if (ERASURES.has(event.kind)) return this.erase(event);
    if (MESSAGES.has(event.kind)) {
      if (event.expired) this.expired = Math.max(this.expired, event.time);
      if (this.newer || event.expired) return;
      const last = this.messages.at(-1)?.id ?? 0;
      if (event.id > last) this.messages = [...this.messages, messageOf(event)];
      else if (!this.messages.some((message) => message.id === event.id) && event.id > (this.messages[0]?.id ?? 0)) {
        this.messages = [...this.messages, messageOf(event)].sort((a, b) => a.id - b.id);
      }
      return;
    }
    if (!FOLDED.has(event.kind)) {
      const known = this.newer || this.changes.some((each) => each.id === event.id);
      if (!known) this.changes = [...this.changes, event].sort((a, b) => a.id - b.id);
      return;
    }
    const at = this.messages.findIndex((message) => message.id === event.message);
    if (at < 0) return;
    this.messages = this.messages.with(at, folded(this.messages[at], event));
  }
}

/** @returns {Message} */
function messageOf(event) {
  const { op: _op, ref: _ref, ...message } = event;
  return { media: "text", text: "", ...message, reactions: event.reactions ?? [] };
}

/** @returns {Message} */
function blank(/** @type {Message} */ message) {
  const gone = { moreFiles: undefined, actions: undefined, choice: undefined };
  return { ...message, text: "", url: "", name: "", ...gone, recalled: true, reactions: [] };
}

/**
 * @param {Message} message
 * @returns {Message}
 */
function folded(message, event) {
  // Nothing is put to it any more, whatever comes late.
  if (message.recalled) return message;
  switch (event.kind) {
    case "edited":
      // One's own is known before it comes again with what others did before it.
      if (event.time < (message.edited ?? 0)) return message;
      return {
        ...message,
        text: event.text ?? "",
        format: event.format,
        mentions: event.mentions ?? [],
        edited: event.time,
        actions: event.actions,
        choice: event.choice,
        for: event.for,
      };
    case "recalled":
      return blank(message);
    case "reacted": {
      // The message was recalled since: that is still to come.
      if (event.recalled) return message;
      // One's own is known before what another device of one's did before it.
      const which = `${event.from} ${bare(event.emoji)}`;
      if (event.id < (message.reacted?.[which] ?? 0)) return message;
      const others = (message.reactions ?? [])
        .map((reaction) =>
          sameEmoji(reaction.emoji, event.emoji)
            ? { ...reaction, users: reaction.users.filter((user) => user !== event.from) }
            : reaction,
        )
        .filter((reaction) => reaction.users.length || sameEmoji(reaction.emoji, event.emoji));
      if (event.on ?? true) {
        const found = others.find((reaction) => sameEmoji(reaction.emoji, event.emoji));
        if (found) found.users = [...found.users, event.from];
        else others.push({ emoji: event.emoji, users: [event.from] });
      }
      const reacted = { ...message.reacted, [which]: event.id };
      return { ...message, reacted, reactions: others.filter((reaction) => reaction.users.length) };
    }
    default:
      return message;
  }
}
