// What this tab knows. The hub's frames come in here; whatever changes says so once, and the page is drawn again.
import { isToBeTold, startAnew } from "./anew.js";
import { Api } from "./api.js";
import { Conversation, nameOf, placeOf } from "./conversation.js";
import { areOfAnother, forgetDrafts, ownDrafts } from "./draft.js";
import { Groups } from "./groups.js";
import { Kept } from "./kept.js";
import { BEGINNINGS, CALLS, DISSOLUTIONS, ENDINGS, ERASURES, FOLDED, LINES, MESSAGES } from "./kinds.js";
import { Link } from "./link.js";
import { Lists } from "./lists.js";
import { Formatting } from "./formatting.js";
import { Media } from "./media.js";
import { freshKey } from "./keys.js";
import { Pictures, filesOf } from "./pictures.js";
import { Memory } from "./memory.js";
import { Commands } from "./commands.js";
import { Members } from "./members.js";
import { Mentions } from "./mentioned.js";
import { isMentioned } from "./mentions.js";
import { Overview } from "./overview.js";
import { textOf } from "./plain.js";
import { People, whole } from "./people.js";
import { stacked } from "./toasts.js";
import { Updates } from "./updates.js";
import { explain } from "./problems.js";
import { Notices } from "./notices.js";
import { Usual, forgetUsual } from "./usual.js";
import { Recordings } from "./recordings.js";
import { language, setLanguage, t, untilTomorrow } from "../words/words.js";

const DESCRIBED = 600; // characters of a text that are looked at for one line
const TYPING_TIME = 6000; // milliseconds that somebody who was typing still is
const TYPING_PAUSE = 3000; // between two frames that say so
const TIME_PAUSE = 30_000; // after which is drawn again what changes by itself
const DOUBT_PAUSE = 200; // before the server is asked how much is unread
const RECALL_PAUSE = 1500; // before what was known last is shown
const WRITERS = 50; // of a group's messages, who are watched
const WATCHED = 150; // people at most
const LONG_AWAY = 60_000; // without a connection, after which people may have other names
const TOAST_TIME = 5000; // milliseconds that a notice is there
const UNDO_TIME = 10_000; // the same with something to undo
const ANEW_TIME = 30_000; // the same of one that nobody may miss
const RETRY_PAUSE = 5000; // before something is asked for again that did not come

export class Model {
  /** @type {any} one's own account */
  me = null;
  ready = false; // whether all is here that a tab begins with
  fetching = false;
  leaving = false; // whether the page is about to be loaded anew: what it knows is of another log
  /** @type {Promise<void> | null} the list's first page, which comes before the line is live */
  beginning = null;
  /** @type {Promise<void> | null} the list is asked for because of something that was said elsewhere */
  learning = null;
  focused = false;
  watched = "";
  /** @type {any} the pages of admin.js, once they have come */
  admin = null;
  /** @type {any} the screens and dialogs of rare.js, once they have come */
  rare = null;
  /** @type {any} the pages of security.js, once they have come */
  security = null;
  /** @type {Conversation | null} the one that is looked at */
  watching = null;
  /** @type {Map<string, Conversation>} */
  conversations = new Map();
  /** @type {Set<number>} who is there of those that are watched */
  online = new Set();
  /** @type {any[]} what waits for the server's acknowledgement; see hub/outbox.js */
  outbox = [];
  /** @type {{ text: string, kind: string, undo?: () => any }[]} */
  toasts = [];
  /** @type {Pictures | null} the picture that is shown as large as the window */
  viewer = null;
  /** @type {Map<string, any>} what was searched for, and found, by where; see Search */
  searches = new Map();
  /** @type {Set<() => void>} */
  postponed = new Set();
  limits = { text: 8192 }; // bytes
  dialog = ""; // what is open above the page: "switcher", "keys", or nothing
  /** @type {number | undefined} when one said last that one is typing, by the page's clock */
  typed;
  lost = 0; // when the connection was lost, by the page's clock
  /** @type {any} the timer that draws */
  waiting = 0;
  /** @type {any} see Hub */
  state = { phase: "starting", user: 0, line: "off", live: false, viewed: [], skew: 0 };

  /** @param {() => void} drawn draws the page */
  constructor(drawn) {
    this.link = new Link((message) => this.#heard(message));
    this.api = new Api(this.link);
    this.people = new People(this);
    this.lists = new Lists(this);
    this.media = new Media(this);
    this.formatting = new Formatting(this);
    this.recordings = new Recordings(this);
    this.members = new Members(this);
    this.commands = new Commands(this);
    this.mentions = new Mentions(this);
    this.groups = new Groups(this);
    this.notices = new Notices(this);
    this.overview = new Overview(this);
    this.memory = new Memory(this);
    this.updates = new Updates(this);
    this.kept = new Kept(this);
    this.usual = new Usual(0);
    this.drawn = drawn;
    this.#forget();
  }

  // @param hub the SharedWorker; null: there are none
  start(/** @type {SharedWorker | null} */ hub) {
    this.link.open(hub);
    this.link.ask("speak", language());
    this.notices.begin();
    const look = () => {
      this.#look();
      this.changed();
    };
    for (const name of ["focus", "blur"]) addEventListener(name, look);
    document.addEventListener("visibilitychange", look);
    addEventListener("storage", ({ key, newValue }) => {
      for (const { draft } of this.conversations.values()) if (key && draft.heard(key, newValue)) this.changed();
    });
    look();
    this.#go();
  }

  // Tell the hub whether this tab is looked at, and what it shows.
  #look() {
    this.focused = document.visibilityState === "visible" && document.hasFocus();
    this.link.ask("look", this.focused, this.watching?.name);
  }

  // What was said today was said yesterday as soon as the day is over, also if the machine slept meanwhile, or the reader
  // is in another zone; and a mute ends at its time.
  #go() {
    this.#endMutes();
    this.memory.forgetOld();
    this.changed();
    setTimeout(() => this.#go(), Math.min(TIME_PAUSE, Math.max(untilTomorrow(this.now()), 1000)));
  }

  // @param {string} chosen
  speak(chosen) {
    setLanguage(chosen);
    this.link.ask("speak", chosen);
    this.changed();
  }

  // The server's clock; the browser's may be wrong.
  now() {
    return Date.now() + this.state.skew;
  }

  // Whether one is muted: for ever, or until some time.
  lasts(mute) {
    return Boolean(mute) && (mute.until === undefined || mute.until > this.now());
  }

  // Something has changed: draw it soon.
  changed = () => {
    if (this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      this.memory.changed();
      this.drawn();
    });
  };

  /**
   * Something that is shown did not come. To ask again whenever the page is drawn would be to ask without a pause.
   *
   * @param {() => void} allow lets it be asked for again; is called when the connection is back, or after a while
   */
  postpone(allow) {
    const again = () => {
      clearTimeout(timer);
      if (this.postponed.delete(again)) allow();
      this.changed();
    };
    const timer = setTimeout(again, RETRY_PAUSE);
    this.postponed.add(again);
  }

  // Show something above the page; nothing closes it.
  open(dialog = "") {
    this.dialog = dialog;
    this.changed();
  }

  /**
   * Say something above the page for a while.
   *
   * @param {string} text
   * @param {string} [kind] "info", "problem"
   * @param {() => any} [undo] undoes what is said there; a button offers that
   * @param {number} [time] milliseconds for which it is there
   */
  toast(text, kind = "info", undo, time = undo ? UNDO_TIME : TOAST_TIME) {
    const toast = { text, kind, undo };
    this.toasts = stacked(this.toasts, toast);
    setTimeout(() => this.endToast(toast), time);
    this.changed();
  }

  endToast(toast) {
    this.toasts = this.toasts.filter((other) => other !== toast);
    this.changed();
  }

  /**
   * Do something that may be refused; then that is said, unless the caller has told it.
   *
   * @param {() => any} work
   * @param {string} [done] what is said when it was done
   * @param {(error: any) => boolean | void} [told]
   * @returns {Promise<boolean>} whether it was done
   */
  async attempt(work, done = "", told = () => false) {
    try {
      await work();
      if (done) this.toast(done);
      return true;
    } catch (error) {
      if (!told(error)) this.toast(explain(error), "problem");
      return false;
    } finally {
      this.changed();
    }
  }

  /**
   * @param {string} name
   * @returns {Conversation}
   */
  conversation(name) {
    let found = this.conversations.get(name);
    if (!found) {
      found = new Conversation(name, this.state.user);
      this.conversations.set(name, found);
    }
    return found;
  }

  /** @param {Conversation} conversation */
  titleOf(conversation) {
    const { user, group } = conversation.place;
    if (user !== undefined) return this.people.name(user);
    if (group !== undefined) return this.groups.get(group)?.name ?? conversation.title;
    return t("announcements");
  }

  /** @param {Conversation} conversation */
  pictureOf(conversation) {
    const { user, group } = conversation.place;
    if (user !== undefined) return this.people.get(user)?.avatar ?? conversation.picture;
    return group !== undefined ? (this.groups.get(group)?.picture ?? conversation.picture) : "";
  }

  // Those with something in them, in the order of the list.
  get listed() {
    return this.#inOrder((each) => !each.archived && !each.hidden);
  }

  get archived() {
    return this.#inOrder((each) => each.archived && !each.hidden);
  }

  // All of them, wherever they are.
  get all() {
    return this.#inOrder(() => true);
  }

  #inOrder(wanted) {
    const found = [...this.conversations.values()].filter(
      (each) =>
        (each.listed || each.last || each.place.group !== undefined || this.pendingOf(each.name).length) && wanted(each),
    );
    const pending = (/** @type {Conversation} */ each) => this.pendingOf(each.name).at(-1)?.time ?? 0;
    const time = (/** @type {Conversation} */ each) => Math.max(each.last?.time ?? 0, pending(each), each.touched ?? 0);
    const id = (/** @type {Conversation} */ each) => each.last?.id ?? 0;
    return found
      .filter((each) => !each.gone)
      .sort((a, b) => Number(b.pinned) - Number(a.pinned) || time(b) - time(a) || id(b) - id(a));
  }

  get unread() {
    let sum = 0;
    for (const each of this.conversations.values()) {
      if (!each.muted && !each.gone && !each.archived && !each.hidden) sum += each.unread || (each.unreadFrom ? 1 : 0);
    }
    return sum;
  }

  // How much is unread in the archive. It counts nowhere else.
  get unreadInArchive() {
    return this.archived.reduce((sum, { unread, unreadFrom }) => sum + (unread || (unreadFrom ? 1 : 0)), 0);
  }

  // Whether there is no connection, for so long that it is to be said.
  get away() {
    const { elsewhere, line, troubled } = this.state;
    return !elsewhere && line === "off" && Boolean(this.ready || troubled);
  }

  pendingOf(name) {
    return this.outbox.filter((item) => nameOf(item.frame) === name);
  }

  // Writing

  /**
   * @param {Conversation} conversation
   * @param {object} said
   * @param {string} [key] what it is known by until it is said
   */
  say(conversation, said, key = freshKey()) {
    return this.link.ask("say", key, { ...conversation.place, ...said });
  }

  /**
   * Send a message on, and a comment behind it.
   *
   * @param {Conversation} conversation to whom
   * @param {import("./conversation.js").Message} message
   * @param {string} comment
   */
  async forward(conversation, message, comment) {
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    const shown = { ...contentOf(message), forwardedFrom: message.forwardedFrom ?? message.from };
    conversation.wantsEnd = true;
    await this.link.ask("say", key, { ...conversation.place, op: "forward", message: message.id }, shown);
    if (comment) await this.say(conversation, { media: "text", text: comment, format: "markdown" });
  }

  /**
   * @param {import("./conversation.js").Message} message
   * @param {string} emoji
   * @param {boolean} on
   */
  react(message, emoji, on) {
    if (on) this.usual.use(emoji);
    return this.#act(message, { op: "react", message: message.id, emoji, on }, "reacted");
  }

  /**
   * @param {import("./conversation.js").Message} message
   * @param {string} text
   * @param {number[]} mentions
   */
  edit(message, text, mentions) {
    return this.#act(message, { op: "edit", message: message.id, text, mentions, format: "markdown" }, "edited");
  }

  /** @param {import("./conversation.js").Message} message */
  recall(message) {
    return this.#act(message, { op: "recall", message: message.id }, "recalled");
  }

  /** @param {Conversation} conversation */
  typing(conversation) {
    if (performance.now() < (this.typed ?? -Infinity) + TYPING_PAUSE || this.state.line !== "on") return;
    this.typed = performance.now();
    this.link.ask("cast", { op: "typing", ...conversation.place });
  }

  /**
   * @param {Conversation} conversation
   * @param {number} [upTo] the id of the last message that was read; without it, all are
   */
  markRead(conversation, upTo = Infinity) {
    const last = Math.min(conversation.last?.id ?? 0, upTo);
    if (last <= conversation.seen || this.state.line !== "on") return;
    conversation.haveRead(last);
    this.link.ask("read", conversation.place, last);
    this.changed();
  }

  #act(message, frame, kind) {
    return this.attempt(() => this.link.ask("act", kind, placeOf(this.#nameOf(message)), frame));
  }

  // Hearing

  #heard({ state, outbox, frame, fault, restart }) {
    if (restart && startAnew(restart)) this.leaving = true;
    if (this.leaving) return;
    if (fault) console.error("in the hub:", fault);
    if (state) this.#stateIs(state);
    if (outbox) this.outbox = outbox;
    if (frame) this.#frame(frame);
    this.changed();
  }

  #stateIs(state) {
    const before = this.state;
    this.state = state;
    if (state.user !== before.user || state.made !== before.made) {
      if (before.user || areOfAnother(state.user, state.made)) {
        forgetDrafts();
        forgetUsual();
      }
      ownDrafts(state.user, state.made);
      this.#forget();
    }
    if (state.visible && !before.visible) this.notices.looked();
    // Who is there, and whether somebody still types, nobody can tell us then.
    if (state.line === "off") {
      if (before.line === "on") this.lost = performance.now();
      for (const each of this.conversations.values()) each.typing.clear();
      this.online.clear();
    }
    if (state.line === "on" && before.line === "off") {
      for (const again of [...this.postponed]) again();
      this.updates.check();
    }
    if (state.phase === "in") this.beginning ??= this.#begin();
    if (state.live && state.phase === "in" && !this.fetching) this.#fetch();
    else if (this.ready && state.line === "on" && before.line === "off") this.#fetchMarks();
  }

  // How far people have read is not in the log, nor are their names and pictures: what was said of them while there was no
  // connection is asked for.
  async #fetchMarks() {
    try {
      if (this.watching) await this.loadMarks(this.watching);
      const away = performance.now() - this.lost;
      await this.overview.again();
      if (away > LONG_AWAY) this.people.doubt(new Set(this.listed.map(({ place }) => place.user)));
    } catch {
      // The next connection tries again.
    }
    this.changed();
  }

  // The list is shown while the WebSocket is still on its way: on a slow network that takes seconds. What happens between
  // this answer and "live" comes to nobody, so that the list is asked for once more then.
  #begin() {
    const first = this.overview.screenful().catch(() => {});
    first.then(() => this.formatting.prepare());
    // It did not come, or does not come soon.
    Promise.race([first, new Promise((resolve) => setTimeout(resolve, RECALL_PAUSE))]).then(() => this.memory.recall());
    return first;
  }

  // All that a tab begins with. From "live" on every event comes, so nothing falls between.
  async #fetch() {
    this.fetching = true;
    for (const each of this.conversations.values()) each.begun();
    const user = this.state.user;
    try {
      const [me] = await Promise.all([this.api.get("/me"), this.beginning?.then(() => this.overview.begin())]);
      if (user !== this.state.user || this.leaving) return;
      this.me = me;
      this.people.know(whole(me));
      this.lists.counts = new Map([["received", me.requests], ["invitations", me.invitations]]);
      this.memory.confirm();
      this.memory.begin();
      this.ready = true;
      if (isToBeTold()) this.toast(t("startedAnew"), "problem", undefined, ANEW_TIME);
      this.updates.begin();
      await this.lists.load("contacts");
      this.watch();
      this.mentions.begin();
    } catch (error) {
      if (user === this.state.user) {
        this.fetching = false;
        setTimeout(() => this.state.live && !this.fetching && this.#fetch(), 2000);
        if (error.code !== "offline") this.toast(explain(error), "problem");
      }
    }
    this.changed();
  }

  // A conversation as the server's list has it.
  show(shown) {
    const conversation = this.conversation(shown.name);
    conversation.show(shown, this.state.user);
    conversation.listed = true;
    conversation.recalled = false;
    this.#doubt(conversation);
    this.people.meet(shown);
    // What came while nothing of ours was connected has come now.
    const { last, received, place } = conversation;
    if (!last || last.from === this.state.user || last.id <= received || this.state.line !== "on") return;
    conversation.received = last.id;
    this.link.ask("cast", { op: "received", ...place, id: last.id });
  }

  // Something was recalled or read of what only the server has counted: ask, once for all of that which comes together.
  /** @param {Conversation} conversation */
  #doubt(conversation) {
    if (!conversation.doubt || conversation.asking || this.state.line !== "on") return;
    conversation.asking = true;
    const ask = async () => {
      const { doubt } = conversation;
      // Without an answer: the next connection asks for the whole list.
      await this.loadMarks(conversation).catch(() => {});
      conversation.asking = false;
      if (conversation.doubt === doubt) conversation.doubt = 0;
      this.#doubt(conversation);
    };
    setTimeout(ask, DOUBT_PAUSE);
  }

  // Something was said in a conversation of which it is not known how much is unread: ask.
  async #learn(conversation) {
    if (this.state.line !== "on") return;
    this.learning ??= this.overview.again().finally(() => (this.learning = null));
    await this.learning.catch(() => {});
    // The list has none of the archive.
    if (!conversation.known) await Promise.all([this.loadSettings(conversation), this.loadMarks(conversation)]).catch(() => {});
  }

  /** @param {Conversation} conversation */
  async loadSettings(conversation) {
    conversation.set(await this.api.get(`/conversations/${conversation.name}`));
    this.changed();
  }

  /**
   * Set something for a conversation.
   *
   * @param {Conversation} conversation
   * @param {object} change see the server's SettingsChange
   * @param {string} [done] what is said then
   */
  set(conversation, change, done) {
    const { name } = conversation;
    return this.attempt(async () => conversation.set(await this.api.patch(`/conversations/${name}`, change)), done);
  }

  // Somebody looks into one: it is not marked as unread any more. Without a network that is to be said later.
  /** @param {Conversation} conversation */
  opened(conversation) {
    if (!conversation.unreadFrom) return;
    conversation.unreadFrom = 0;
    this.changed();
    this.#unmark(conversation);
  }

  #unmark(conversation) {
    // Unless it was marked anew meanwhile.
    const again = () => conversation.unreadFrom || this.#unmark(conversation);
    this.api.patch(`/conversations/${conversation.name}`, { unreadFrom: 0 }).catch((error) => {
      if (error.code === "offline") this.postpone(again);
    });
  }

  // A mute for a time is over. What was said meanwhile may bring back one of the archive: the server knows.
  #endMutes() {
    for (const each of this.conversations.values()) {
      if (!each.mutedUntil || each.mutedUntil > this.now()) continue;
      each.mutedUntil = 0;
      each.muted = each.notify === "none";
      if (each.archived) this.loadSettings(each).catch(() => {});
    }
  }

  // People and groups whose presence, typing, names and pictures are of interest. In a group these are also those who
  // have written what is loaded of it.
  watch(current = this.watching) {
    if (current !== this.watching) {
      this.watching = current;
      this.#look();
    }
    const users = new Set();
    if (current?.place.user) users.add(current.place.user);
    if (current?.place.group) for (const { from } of current.messages.toReversed()) if (users.size < WRITERS) users.add(from);
    for (const { place } of this.listed) if (place.user) users.add(place.user);
    for (const contact of this.lists.get("contacts")) users.add(contact.user.id);
    const groups = current?.place.group ? [current.place.group] : [];
    // In one order, whoever has written last: otherwise each message would be another watch.
    const watch = { users: [...users].slice(0, WATCHED).sort((a, b) => a - b), groups };
    const text = JSON.stringify(watch);
    if (text === this.watched) return;
    this.watched = text;
    this.link.ask("watch", watch);
  }

  #frame(frame) {
    switch (frame.op) {
      case "welcome":
        this.limits = frame.limits;
        this.notices.connected(frame.time);
        break;
      case "event":
        this.#event(frame);
        break;
      case "receipt":
        this.#receipt(frame);
        break;
      case "typing":
        this.#isTyping(frame);
        break;
      case "person":
        this.#renamed(frame);
        break;
      case "presence":
        for (const user of frame.online) this.online.add(user);
        for (const user of frame.offline) this.online.delete(user);
        break;
    }
  }

  // Somebody, perhaps oneself on another device, has other names or another picture, or is away or back; without a name
  // there is no account any more.
  #renamed({ from, name, displayName, avatar, away }) {
    const person = { id: from, name, displayName, avatar, away, deleted: !name };
    this.people.know(person);
    this.lists.renamed(person);
    this.members.renamed(person);
    if (from === this.state.user && this.me) this.me = { ...this.me, name, displayName, avatar, away };
    if (!name) this.media.lose([...this.conversations.values()].flatMap(({ messages }) => messages.filter((each) => each.from === from)));
  }

  #nameOf({ from, user, group }) {
    if (group !== undefined) return `group-${group}`;
    if (user === undefined) return "announcements";
    return `user-${from === this.state.user ? user : from}`;
  }

  #event(event) {
    if (this.kept.heard(event, () => this.conversation(this.#nameOf(event)))) return;
    this.commands.heard(event);
    if (CALLS.has(event.kind)) return;
    if (ERASURES.has(event.kind)) {
      this.#erased(event);
    } else if (MESSAGES.has(event.kind) || FOLDED.has(event.kind)) {
      this.#happened(event, this.#nameOf(event));
    } else if (event.kind === "conversation_set") {
      const { settings } = event;
      this.conversation(nameOf(settings)).set(settings);
    } else if (event.group !== undefined) {
      this.#groupEvent(event);
    } else if (LINES.has(event.kind)) {
      this.#happened(event, this.#nameOf(event));
    } else {
      this.lists.heard(event);
    }
  }

  // What somebody has written here is gone, also from what is kept for a time without a network.
  #erased(event) {
    const conversation = this.conversation(this.#nameOf(event));
    conversation.erase(event);
    this.memory.drop(conversation.name);
    this.kept.erased();
    this.#doubt(conversation);
  }

  #happened(event, name) {
    const conversation = this.conversation(name);
    const fresh = conversation.hear(event, this.state.user);
    const known = fresh && !conversation.known ? this.#learn(conversation) : null;
    if (fresh && event.key && event.forwardedFrom) this.#compare(conversation, event.id);
    this.#doubt(conversation);
    if (!fresh || event.from === this.state.user) return;
    conversation.gone = false;
    this.watch();
    if (isMentioned(event, this.state.user)) this.mentions.heard(event, name);
    // What nothing is known of may be muted.
    if (known) known.then(() => this.notices.heard(event, name));
    else this.notices.heard(event, name);
  }

  // What was sent on is a copy that the server has made; the original may have been edited shortly before.
  async #compare(conversation, id) {
    try {
      conversation.replace((await this.api.get(`/messages/${id}`)).message);
      this.changed();
    } catch {
      // It is as it was when it was sent.
    }
  }

  #groupEvent(event) {
    const { group, kind, member } = event;
    const about = member ?? event.from;
    const conversation = this.conversation(`group-${group}`);
    if (BEGINNINGS.has(kind) && about === this.state.user) {
      conversation.gone = false;
      conversation.listed = true;
      conversation.touched = event.time;
    }
    const dissolved = DISSOLUTIONS.has(kind);
    const over = dissolved || (ENDINGS.has(kind) && about === this.state.user);
    if (over) conversation.gone = true;
    if (!conversation.listed && !conversation.last) conversation.gone ??= true;
    if (LINES.has(kind)) conversation.hear(event, this.state.user);
    if (over) this.groups.lose(group, dissolved ? "groupDissolved" : "");
    else this.groups.heard(event);
    this.members.heard(event);
    this.lists.heard(event);
  }

  #receipt({ from, user, group, received, read }) {
    const conversation = this.conversations.get(this.#nameOf({ from, user, group }));
    if (!conversation) return;
    if (from === this.state.user) {
      conversation.haveRead(read);
      this.notices.read(conversation);
      this.#doubt(conversation);
      return;
    }
    const before = conversation.others.get(from) ?? { received: 0, read: 0, since: 0 };
    conversation.others.set(from, {
      ...before,
      received: Math.max(before.received, received),
      read: Math.max(before.read, read),
    });
  }

  #isTyping({ from, user, group }) {
    if (from === this.state.user) return;
    const conversation = this.conversations.get(this.#nameOf({ from, user, group }));
    if (!conversation) return;
    const until = performance.now() + TYPING_TIME;
    conversation.typing.set(from, until);
    setTimeout(() => {
      if (conversation.typing.get(from) === until) conversation.typing.delete(from);
      this.changed();
    }, TYPING_TIME);
  }

  /** @param {Conversation} conversation */
  async loadMarks(conversation) {
    const marks = await this.api.get(`/conversations/${conversation.name}/marks`);
    conversation.count(marks.last, marks.unread, marks.read);
    const isGroup = conversation.place.group !== undefined;
    for (const user of isGroup ? conversation.others.keys() : []) {
      if (!marks.others.some((mark) => mark.user === user)) conversation.others.delete(user);
    }
    for (const { user, received, read, since = 0 } of marks.others) {
      const before = conversation.others.get(user) ?? { received: 0, read: 0 };
      conversation.others.set(user, {
        since,
        received: Math.max(before.received, received),
        read: Math.max(before.read, read),
      });
    }
    this.changed();
  }

  // Show a picture of a message as large as the window.
  view(message, url) {
    this.viewer = new Pictures(this, this.conversation(this.#nameOf(message)), message, url);
    this.changed();
  }

  // A message in one line.
  describe(/** @type {import("./conversation.js").Message} */ message) {
    if (message.recalled) return t(message.expired ? "expiredMessage" : "recalledMessage");
    const files = filesOf(message);
    if (files.length > 1) {
      const words = files.every(({ media }) => media === "picture") ? "countPictures" : "countFiles";
      return [t(words, { count: files.length }), textOf(message, DESCRIBED)].filter(Boolean).join(" ");
    }
    /** @type {Record<string, string>} */
    const kinds = { picture: t("aPicture"), audio: t("aVoiceMessage"), file: message.name || t("aFile") };
    return [kinds[message.media], textOf(message, DESCRIBED)].filter(Boolean).join(" ");
  }

  #forget() {
    this.me = null;
    this.dialog = "";
    this.searches = new Map();
    this.ready = false;
    this.fetching = false;
    this.beginning = null;
    this.watched = "";
    this.watching = null;
    this.viewer = null;
    this.conversations = new Map();
    this.online = new Set();
    this.postponed.clear();
    this.people.forget();
    this.lists.forget();
    this.media.forget();
    this.formatting.forget();
    this.recordings.forget();
    this.members.forget();
    this.commands.forget();
    this.mentions.forget();
    this.groups.forget();
    this.notices.forget();
    this.overview.forget();
    this.memory.forget();
    this.kept.forget();
    this.usual = new Usual(this.state.user);
  }
}

// What a message says, whoever says it where.
function contentOf(/** @type {import("./conversation.js").Message} */ message) {
  const { id: _id, seq: _seq, n: _n, conversation: _conversation, time: _time, from: _from, user: _user, group: _group, ...said } = message;
  const { actions: _actions, choice: _choice, for: _for, called: _called, ...own } = said;
  const { replyTo: _replyTo, mentions: _mentions, edited: _edited, reactions: _reactions, reacted: _reacted, key: _key, ...content } = own;
  return content;
}
