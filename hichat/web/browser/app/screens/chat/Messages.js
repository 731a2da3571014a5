// What was said. Only a window of what is loaded is in the page; it moves when one scrolls, and what is seen stays where
// it is. Who is at the end stays at the end, whatever grows.
import { Component, createRef, html } from "../../rendering.js";
import { Changes } from "./Changes.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { Message } from "./Message.js";
import { Waiting } from "./Waiting.js";
import { Whisper } from "./Whisper.js";
import { calendar, dayName, dayOf, longDate, t } from "../../words/words.js";

const WINDOW = 120; // messages in the page from which on some are taken out
const STEP = 40;
const NEAR = 700; // pixels from an end of the window at which it moves
const SMALLEST = 36; // pixels that a message takes at least, with what is above it
const AT_END = 40; // pixels from the end at which one is at it
const TOGETHER = 5 * 60_000; // milliseconds within which messages of one person stand together
const MARK_PAUSE = 400; // milliseconds between two marks while one scrolls through what is unread

export class Messages extends Component {
  /** @type {{ current: any }} */
  scroller = createRef();
  /** @type {{ current: any }} */
  content = createRef();
  observer = new ResizeObserver(() => this.settle());
  pauses = { older: false, newer: false }; // whether pages are not asked for now, because one did not come
  /** @type {any} the timer of the next mark */
  marking = 0;
  unmounted = false;

  /** @param {import("../../rendering.js").Props & Record<string, any>} props */
  constructor(props) {
    super(props);
    const { messages } = props.conversation;
    this.to = messages.length;
    this.from = Math.max(0, this.to - WINDOW);
    /** @type {number | undefined} the id of the first that is loaded */
    this.first = messages[0]?.id;
    this.sticks = true;
    // Where the view was when it was looked at last, the sizes then, and a message that was seen in it.
    this.was = { top: 0, height: 0, room: 0, id: 0, at: 0 };
    this.newest = false;
    this.leapt = false; // whether a jump has passed over unread messages
    this.state = { flash: 0, below: false };
    this.focused = this.looked = props.model.focused;
    this.jumping = false; // whether the view is on its way to a message
    this.toMark = 0; // the id up to which a mark is to be set
    /** @type {number[]} ids of messages from which somebody has jumped away, the last one last */
    this.left = [];
    this.begin();
  }

  // The window around the first unread message, if there is one.
  begin() {
    const { conversation } = this.props;
    const at = conversation.firstUnread;
    if (at < 0 || this.props.target) return;
    this.sticks = false;
    this.from = Math.max(0, at - STEP);
    this.to = Math.min(conversation.messages.length, this.from + WINDOW);
  }

  componentDidMount() {
    this.observer.observe(this.content.current);
    this.observer.observe(this.scroller.current);
    if (this.props.target) this.jump(this.props.target);
    else this.open();
    this.follow();
  }

  componentWillUnmount() {
    this.unmounted = true;
    this.observer.disconnect();
    this.mark();
  }

  // The first unread message, below what was read before it; or the end.
  open() {
    const scroller = this.scroller.current;
    const divider = this.content.current.querySelector(".day.new");
    if (this.sticks || !divider) this.toEnd();
    else {
      const above = Math.min(120, scroller.clientHeight / 5);
      scroller.scrollTop += divider.getBoundingClientRect().top - scroller.getBoundingClientRect().top - above;
    }
    this.arrived();
  }

  shouldComponentUpdate(next, state) {
    return (
      state !== this.state ||
      next.target !== this.props.target ||
      next.model.focused !== this.focused ||
      next.version.some((each, at) => each !== this.props.version[at]) ||
      next.model.state.line !== this.line ||
      next.conversation.unread !== this.unread ||
      next.conversation.divider !== this.divider ||
      next.conversation.mentions !== this.mentions ||
      next.conversation.wantsEnd ||
      next.conversation.wants ||
      calendar(next.model.now()) !== this.calendar ||
      this.marks(next) !== this.marked
    );
  }

  marks({ conversation }) {
    const marks = [...conversation.others.values()];
    return `${marks.length} ${marks.reduce((sum, mark) => sum + mark.read + mark.received, 0)}`;
  }

  // The window follows what is loaded before and after it.
  adjust() {
    const { messages } = this.props.conversation;
    const first = messages[0]?.id;
    if (first !== this.first) {
      const shift = messages.findIndex((message) => message.id === this.first);
      if (shift > 0) {
        this.from += shift;
        this.to += shift;
      } else {
        // All is another: somebody has jumped.
        this.to = messages.length;
        this.from = Math.max(0, this.to - WINDOW);
      }
      this.first = first;
    }
    if (this.sticks || this.atNewest || this.to > messages.length) this.to = messages.length;
    this.from = Math.max(0, Math.min(this.from, this.to - 1));
    if (this.sticks && this.to - this.from > WINDOW + STEP) this.from = this.to - WINDOW;
    this.atNewest = this.to === messages.length && !this.props.conversation.newer;
  }

  getSnapshotBeforeUpdate() {
    this.settle();
    return null;
  }

  componentDidUpdate(before) {
    const { target } = this.props;
    if (before.target !== target && target) {
      this.jump(target);
      return;
    }
    this.settle();
    this.follow();
    this.turned();
    this.moved();
  }

  // Something was sent, or something else is to be seen: the view goes there.
  follow() {
    const { conversation } = this.props;
    const { wants } = conversation;
    conversation.wants = 0;
    if (wants) this.leap(wants);
    if (!conversation.wantsEnd) return;
    conversation.wantsEnd = false;
    this.latest();
  }

  // What comes while nobody looks at the page stands below the divider when somebody comes back.
  turned() {
    const { conversation, model } = this.props;
    if (this.looked === model.focused) return;
    this.looked = model.focused;
    if (!model.focused || !conversation.unread) conversation.begin(!model.focused);
  }

  // The messages that end below an edge. They stand one below the other: few have to be looked at to find the first.
  endingBelow(edge) {
    const all = [...this.content.current.querySelectorAll("[data-id]")];
    let [before, first] = [-1, all.length];
    while (first - before > 1) {
      const middle = (before + first) >> 1;
      if (all[middle].getBoundingClientRect().bottom > edge) first = middle;
      else before = middle;
    }
    return all.slice(first);
  }

  // What the view is held by: the first message that begins in it, or the one that fills it.
  note() {
    const { scrollTop: top, scrollHeight: height, clientHeight: room } = this.scroller.current;
    const edge = this.scroller.current.getBoundingClientRect().top;
    let found = { id: 0, at: 0 };
    for (const element of this.endingBelow(edge)) {
      const at = element.getBoundingClientRect();
      if (at.top >= edge + room && found.id) break;
      found = { id: Number(element.dataset.id), at: at.top - edge };
      if (at.top >= edge) break;
    }
    this.was = { top, height, room, ...found };
  }

  // Something has grown, shrunk, come or gone, or somebody has scrolled: who was at the end is there again, and what was
  // seen is where it was.
  settle() {
    const scroller = this.scroller.current;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const grown = scrollHeight !== this.was.height || clientHeight !== this.was.room;
    // Only somebody who went up has left the end. What grows or shrinks scrolls, too.
    if (this.sticks && !grown && scrollTop < this.was.top && this.below >= AT_END) this.sticks = false;
    if (grown && this.sticks) this.toEnd();
    else if (grown) this.hold();
    this.note();
  }

  hold() {
    const scroller = this.scroller.current;
    const element = this.content.current.querySelector(`[data-id="${this.was.id}"]`);
    if (!element) return;
    const at = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    const off = at - (this.was.at - (scroller.scrollTop - this.was.top));
    if (Math.abs(off) >= 1) scroller.scrollTop += off;
  }

  // The end; of a page that nobody looks at, no further than the first unread message.
  toEnd() {
    const scroller = this.scroller.current;
    const end = scroller.scrollHeight - scroller.clientHeight;
    const divider = this.props.model.focused ? null : this.content.current.querySelector(".day.new");
    const edge = scroller.getBoundingClientRect().top;
    const most = divider ? scroller.scrollTop + divider.getBoundingClientRect().top - edge : end;
    if (most < end - AT_END) this.sticks = false;
    scroller.scrollTop = Math.min(most, end);
  }

  scrolled = () => {
    this.settle();
    this.moved();
  };

  // The view has moved, or what is in it is another.
  moved() {
    if (!this.scroller.current || this.unmounted || this.jumping) return;
    // What has come and is not drawn yet does not end it.
    if (!this.newest) this.sticks = false;
    else if (this.below < AT_END) this.sticks = true;
    const slid = this.slide();
    this.fill();
    this.look();
    if (slid || this.state.below !== !this.sticks) this.setState({ below: !this.sticks });
  }

  get below() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller.current;
    return scrollHeight - scrollTop - clientHeight;
  }

  // Near an end of the window it grows there; at its other end it loses what is far away. @return whether it moved.
  slide() {
    const count = this.props.conversation.messages.length;
    const { scrollTop, clientHeight } = this.scroller.current;
    const shown = this.content.current.querySelectorAll("[data-id]");
    const large = this.to - this.from + STEP > WINDOW && shown.length > STEP;
    const edge = this.scroller.current.getBoundingClientRect().top;
    const far = 2 * NEAR;
    if (scrollTop < NEAR && this.from > 0) {
      this.from = Math.max(0, this.from - STEP);
      if (large && shown[shown.length - STEP].getBoundingClientRect().top > edge + clientHeight + far) this.to -= STEP;
      this.atNewest = false;
      return true;
    }
    if (this.below < NEAR && this.to < count && !this.newest) {
      this.to = Math.min(count, this.to + STEP);
      if (large && shown[STEP].getBoundingClientRect().top < edge - far) this.from += STEP;
      return true;
    }
    return false;
  }

  // More of it, before or after, if less than two screens of it are left. Also without a scroll: there may be too little
  // to fill the screen, or what was asked for did not come.
  fill() {
    const { conversation, model } = this.props;
    const { scrollTop, clientHeight } = this.scroller.current;
    const ahead = Math.max(NEAR, 2 * clientHeight);
    const above = scrollTop + this.from * SMALLEST;
    const below = this.below + (conversation.messages.length - this.to) * SMALLEST;
    if (above < ahead && conversation.older) this.more("older", () => conversation.loadOlder(model.api));
    if (below < ahead && conversation.newer) this.more("newer", () => conversation.loadNewer(model.api));
  }

  async more(side, load) {
    const { model } = this.props;
    if (this.pauses[side]) return;
    try {
      if (await load()) {
        this.foresee();
        model.changed();
        if (await this.props.conversation.loadLines(model.api).catch(() => false)) model.changed();
      }
    } catch {
      this.pauses[side] = true;
      model.postpone(() => {
        this.pauses[side] = false;
        this.moved();
      });
    }
  }

  // Links say how large pictures are: they are asked for before the pictures are in the page.
  foresee() {
    const { conversation, model } = this.props;
    for (const { media, url, recalled } of conversation.messages) {
      if (media === "picture" && !recalled) model.media.link(url, true);
    }
  }

  // Read is what was in view while somebody looked at it. Of messages that a jump has passed over nobody knows.
  look() {
    const { conversation, model } = this.props;
    if (!model.focused) return;
    if (this.sticks) {
      this.leapt = false;
      this.toMark = Infinity;
      if (conversation.noticed(Infinity)) model.changed();
      this.mark();
      return;
    }
    const { first, last } = this.inView();
    if (!last) return;
    if (conversation.noticed(last, first)) model.changed();
    const at = conversation.messages.findIndex(({ id }) => id === first);
    const before = conversation.messages[at - 1]?.id ?? 0;
    if (this.leapt && before > Math.max(conversation.seen, this.toMark)) return;
    this.leapt = false;
    if (last <= conversation.seen) return;
    this.toMark = last;
    this.marking ||= setTimeout(() => this.mark(), MARK_PAUSE);
  }

  mark() {
    const { conversation, model } = this.props;
    clearTimeout(this.marking);
    this.marking = 0;
    if (this.toMark) model.markRead(conversation, this.toMark);
    this.toMark = 0;
  }

  // The messages in the view: the first and the last whose end is in it.
  inView() {
    const { top, bottom } = this.scroller.current.getBoundingClientRect();
    const seen = [];
    for (const element of this.endingBelow(top)) {
      if (element.getBoundingClientRect().bottom > bottom + 1) break;
      seen.push(Number(element.dataset.id));
    }
    return { first: seen[0] ?? 0, last: seen.at(-1) ?? 0 };
  }

  // Show one message, wherever it is.
  async jump(id) {
    const { conversation, model } = this.props;
    this.jumping = true;
    const loaded = () => conversation.messages.some((message) => message.id === id);
    const found = loaded() || (await model.attempt(() => conversation.load(model.api, id)));
    this.jumping = false;
    if (!found || this.unmounted) return;
    const at = conversation.messages.findIndex((message) => message.id === id);
    if (at < 0) {
      model.toast(t("messageGone"));
      return;
    }
    this.jumping = true;
    this.sticks = this.atNewest = false;
    this.leapt ||= id > conversation.seen;
    this.first = conversation.messages[0]?.id;
    this.from = Math.max(0, at - WINDOW / 2);
    this.to = Math.min(conversation.messages.length, at + WINDOW / 2);
    this.setState({ flash: id, below: true }, () => {
      this.jumping = false;
      this.content.current?.querySelector(`[data-id="${id}"]`)?.scrollIntoView({ block: "center" });
      this.arrived();
      setTimeout(() => this.setState({ flash: 0 }), 2000);
    });
  }

  // Show another message, and a way back to where one is.
  leap(id, from = this.inView().first) {
    if (from && from !== id) this.left = [...this.left, from];
    return this.jump(id);
  }

  comeBack = () => {
    const from = this.left.at(-1);
    this.left = this.left.slice(0, -1);
    if (from) this.jump(from);
  };

  latest = async () => {
    const { conversation, model } = this.props;
    this.left = [];
    this.jumping = true;
    const found = !conversation.newer || (await model.attempt(() => conversation.load(model.api)));
    this.jumping = false;
    if (!found || this.unmounted) return;
    this.sticks = this.jumping = true;
    this.setState({ below: false }, () => {
      this.jumping = false;
      if (this.unmounted) return;
      this.toEnd();
      this.arrived();
    });
  };

  // The view was put to where it is.
  arrived() {
    if (this.unmounted) return;
    this.note();
    this.moved();
  }

  // To the message that was gone to.
  reply(event) {
    const { conversation, model } = this.props;
    const message = conversation.messages.find(({ id }) => id === Number(event.target.dataset.id));
    if (!message || message.recalled) return;
    event.preventDefault();
    conversation.draft.reply(message);
    conversation.wantsFocus = true;
    model.changed();
  }

  // Up and down go from message to message.
  move = (event) => {
    if (event.key === "r" && !event.ctrlKey && !event.metaKey && !event.altKey && event.target.matches(".message")) this.reply(event);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || !event.target.matches?.(".message, .messages")) return;
    event.preventDefault();
    const all = [...this.content.current.querySelectorAll(".message")];
    const at = all.indexOf(event.target);
    (at < 0 ? all.at(-1) : all[at + step])?.focus();
  };

  render({ conversation, model }) {
    this.adjust();
    this.focused = model.focused;
    this.line = model.state.line;
    this.unread = conversation.unread;
    this.mentions = conversation.mentions;
    this.divider = conversation.divider;
    this.calendar = calendar(model.now());
    this.marked = this.marks({ conversation });
    const { messages } = conversation;
    const shown = messages.slice(this.from, this.to);
    const newest = (this.newest = this.to === messages.length && !conversation.newer); // whether the end is drawn
    const pending = newest ? model.pendingOf(conversation.name) : [];
    const uploads = newest ? model.media.of(conversation) : [];
    const beginning = this.from === 0 && !conversation.older;
    return html`<div class="messages-frame">
      <div
        class="messages"
        ref=${this.scroller}
        onScroll=${this.scrolled}
        onKeyDown=${this.move}
        tabindex="0"
        role="region"
        aria-label=${t("messages")}
        aria-description=${t("messagesKeys")}
      >
        <div class="messages-content" ref=${this.content} role="log" aria-live=${this.sticks ? "polite" : "off"} aria-relevant="additions">
          ${beginning && html`<p class="beginning" key="beginning">${this.beginning()}</p>`}
          ${!beginning && html`<div class="spinner small" key="older" title=${t("loading")}></div>`}
          ${shown.map((message, at) => this.one(message, shown[at - 1] ?? messages[this.from - 1]))}
          ${newest && html`<${Changes} key="changes" model=${model} changes=${this.changes(messages.at(-1)?.id ?? 0)} />`}
          ${newest && this.whispers(messages.at(-1)?.id ?? 0)}
          ${pending.map((item) => html`<${Waiting} key=${item.key} model=${model} item=${item} />`)}
          ${uploads.map((upload) => html`<${Waiting} key=${upload.key} model=${model} upload=${upload} />`)}
          ${!newest && html`<div class="spinner small" key="newer" title=${t("loading")}></div>`}
        </div>
      </div>
      <div class="to-latest">
        ${
          this.left.length > 0 &&
          html`<button type="button" class="jump" onClick=${this.comeBack}><${Icon} name="back" />${t("whereYouWere")}</button>`
        }
        ${this.toMention()}
        ${this.state.below && this.toNewest()}
      </div>
    </div>`;
  }

  // Where the messages begin, or those that the server keeps.
  beginning() {
    const { model, conversation } = this.props;
    const since = conversation.keptSince(model.now());
    if (!since) return t(conversation.messages.length ? "beginning" : "nothingYet");
    const date = longDate(since);
    const { keepDays } = conversation;
    if (!keepDays) return t("deletedBefore", { date });
    return t("keptSince", { date, days: keepDays === 1 ? t("oneDay") : t("countDays", { count: keepDays }) });
  }

  toNewest() {
    const { unread } = this.props.conversation;
    if (!unread) return html`<${IconButton} icon="down" label=${t("toLatest")} onClick=${this.latest} />`;
    const label = `${t("countNew", { count: unread })}. ${t("toLatest")}`;
    return html`<button type="button" class="jump" aria-label=${label} title=${t("toLatest")} onClick=${this.latest}>
      ${t("countNew", { count: unread })}<${Icon} name="down" />
    </button>`;
  }

  // The way to the next message that names the reader and that was not seen.
  toMention() {
    const { mentions } = this.props.conversation;
    if (!mentions.length) return null;
    const label = `${t("toMention")} (${mentions.length})`;
    return html`<button type="button" class="jump" aria-label=${label} title=${t("toMention")} onClick=${() => this.jump(mentions[0])}>
      @ <span class="badge">${mentions.length}</span>
    </button>`;
  }

  // What happened in a group between two messages.
  changes(after, before = Infinity) {
    return this.props.conversation.changes.filter(({ id }) => after < id && id < before);
  }

  // What only the reader sees, between two messages.
  whispers(after, before = Infinity) {
    const { conversation, model } = this.props;
    return conversation.whispers
      .filter(({ id }) => after < id && id < before)
      .map((whisper) => html`<${Whisper} key=${`whisper-${whisper.id}`} model=${model} conversation=${conversation} whisper=${whisper} />`);
  }

  one(message, before) {
    const { conversation, model } = this.props;
    const day = !before || dayOf(before.time) !== dayOf(message.time);
    const fresh = message.id === this.divider;
    const changes = this.changes(before?.id ?? 0, message.id);
    const whispers = this.whispers(before?.id ?? 0, message.id);
    const together = !day && !fresh && !changes.length && !whispers.length && before?.from === message.from && before.alias?.name === message.alias?.name && message.time - before.time < TOGETHER;
    return html`
      ${changes.length > 0 && html`<${Changes} key=${`changes-${message.id}`} model=${model} changes=${changes} />`}
      ${whispers}
      ${day && html`<div class="day" key=${`day-${message.id}`}><span>${dayName(message.time, model.now())}</span></div>`}
      ${fresh && html`<div class="day new" key=${`new-${message.id}`}><span>${t("newMessages")}</span></div>`}
      <${Message}
        key=${message.id}
        model=${model}
        conversation=${conversation}
        message=${message}
        together=${together}
        flash=${this.state.flash === message.id}
        jump=${(id) => this.leap(id, message.id)}
      />
    `;
  }
}
