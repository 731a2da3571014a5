// What was said. Only a window of what is loaded is in the page; it moves when one scrolls, and what is seen stays where
// it is.
import { Component, createRef, html } from "../../rendering.js";
import { Changes } from "./Changes.js";
import { IconButton } from "../../parts/Icon.js";
import { Message } from "./Message.js";
import { Waiting } from "./Waiting.js";
import { calendar, dayName, dayOf, t } from "../../words/words.js";

const WINDOW = 120; // messages in the page, at most
const STEP = 40;
const NEAR = 700; // pixels from an end of the window at which it moves
const TOGETHER = 5 * 60_000; // milliseconds within which messages of one person stand together

export class Messages extends Component {
  /** @type {{ current: any }} */
  scroller = createRef();
  /** @type {{ current: any }} */
  content = createRef();
  observer = new ResizeObserver(() => this.sticks && this.toEnd());

  /** @param {import("../../rendering.js").Props & Record<string, any>} props */
  constructor(props) {
    super(props);
    const { messages } = props.conversation;
    this.to = messages.length;
    this.from = Math.max(0, this.to - WINDOW);
    /** @type {number | undefined} the id of the first that is loaded */
    this.first = messages[0]?.id;
    this.sticks = true;
    this.top = 0;
    this.state = { flash: 0, below: false };
  }

  componentDidMount() {
    this.observer.observe(this.content.current);
    this.observer.observe(this.scroller.current);
    if (this.props.target) this.jump(this.props.target);
    else this.toEnd();
    this.seen();
  }

  componentWillUnmount() {
    this.observer.disconnect();
  }

  shouldComponentUpdate(next, state) {
    return (
      state !== this.state ||
      next.target !== this.props.target ||
      next.model.focused !== this.focused ||
      next.version.some((each, at) => each !== this.props.version[at]) ||
      next.model.state.line !== this.line ||
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
    if (this.sticks || this.to > messages.length) this.to = messages.length;
    else if (this.atNewest) this.to = messages.length;
    this.from = Math.max(0, Math.min(this.from, this.to - 1));
    if (this.to - this.from > WINDOW + STEP) {
      if (this.sticks) this.from = this.to - WINDOW;
      else this.to = this.from + WINDOW + STEP;
    }
    this.atNewest = this.to === messages.length && !this.props.conversation.newer;
  }

  getSnapshotBeforeUpdate() {
    if (this.sticks) return null;
    const top = this.scroller.current.getBoundingClientRect().top;
    for (const element of this.content.current.querySelectorAll("[data-id]")) {
      const at = element.getBoundingClientRect();
      if (at.bottom > top) return { id: element.dataset.id, at: at.top };
    }
    return null;
  }

  componentDidUpdate(before, _state, snapshot) {
    if (before.target !== this.props.target && this.props.target) {
      this.jump(this.props.target);
      return;
    }
    if (this.sticks) this.toEnd();
    else if (snapshot) {
      const element = this.content.current.querySelector(`[data-id="${snapshot.id}"]`);
      if (element) this.scroller.current.scrollTop += element.getBoundingClientRect().top - snapshot.at;
    }
    this.seen();
    this.fill();
  }

  toEnd() {
    const scroller = this.scroller.current;
    scroller.scrollTop = scroller.scrollHeight;
  }

  // Whoever looks at the end has read it.
  seen() {
    const { conversation, model } = this.props;
    if (model.focused && this.sticks && !conversation.newer) model.markRead(conversation);
  }

  scrolled = () => {
    const { conversation } = this.props;
    const { scrollTop, scrollHeight, clientHeight } = this.scroller.current;
    const below = scrollHeight - scrollTop - clientHeight;
    const count = conversation.messages.length;
    // What grew below the end is followed; only somebody who went up has left it.
    const follows = below < 40 || (this.sticks && scrollTop >= this.top);
    this.sticks = follows && this.to === count && !conversation.newer;
    this.top = scrollTop;
    let moved = false;
    if (scrollTop < NEAR && this.from > 0) {
      this.from = Math.max(0, this.from - STEP);
      this.to = Math.min(this.to, this.from + WINDOW);
      this.atNewest = false;
      moved = true;
    } else if (below < NEAR && this.to < count) {
      this.to = Math.min(count, this.to + STEP);
      this.from = Math.max(this.from, this.to - WINDOW);
      moved = true;
    }
    this.fill();
    if (moved || this.state.below !== !this.sticks) this.setState({ below: !this.sticks });
    if (this.sticks) this.seen();
  };

  // More of it, before or after, if its end is near. Also without a scroll: there may be too little to fill the screen,
  // or what was asked for did not come.
  fill() {
    const { conversation, model } = this.props;
    const { scrollTop, scrollHeight, clientHeight } = this.scroller.current;
    const below = scrollHeight - scrollTop - clientHeight;
    if (scrollTop < NEAR && this.from === 0 && conversation.older) this.more(() => conversation.loadOlder(model.api));
    const end = this.to === conversation.messages.length;
    if (below < NEAR && end && conversation.newer) this.more(() => conversation.loadNewer(model.api));
  }

  async more(load) {
    try {
      if (await load()) this.props.model.changed();
    } catch {
      // The next scroll tries again.
    }
  }

  // Show one message, wherever it is.
  async jump(id) {
    const { conversation, model } = this.props;
    if (!conversation.messages.some((message) => message.id === id)) {
      if (!(await model.attempt(() => conversation.load(model.api, id)))) return;
      this.first = undefined;
    }
    const at = conversation.messages.findIndex((message) => message.id === id);
    if (at < 0) {
      model.toast(t("messageGone"));
      return;
    }
    this.sticks = false;
    this.first = conversation.messages[0]?.id;
    this.from = Math.max(0, at - WINDOW / 2);
    this.to = Math.min(conversation.messages.length, at + WINDOW / 2);
    this.setState({ flash: id, below: true }, () => {
      this.content.current.querySelector(`[data-id="${id}"]`)?.scrollIntoView({ block: "center" });
      this.scrolled();
      setTimeout(() => this.setState({ flash: 0 }), 2000);
    });
  }

  latest = async () => {
    const { conversation, model } = this.props;
    if (conversation.newer && !(await model.attempt(() => conversation.load(model.api)))) return;
    this.sticks = true;
    this.setState({ below: false });
  };

  // Up and down go from message to message.
  move = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches?.(".message, .messages")) return;
    event.preventDefault();
    const all = [...this.content.current.querySelectorAll(".message")];
    const at = all.indexOf(event.target);
    (at < 0 ? all.at(-1) : all[at + step])?.focus();
  };

  render({ conversation, model }) {
    this.adjust();
    this.focused = model.focused;
    this.line = model.state.line;
    this.calendar = calendar(model.now());
    this.marked = this.marks({ conversation });
    const { messages } = conversation;
    const shown = messages.slice(this.from, this.to);
    const newest = this.to === messages.length && !conversation.newer;
    const pending = newest ? model.pendingOf(conversation.name) : [];
    const uploads = newest ? model.media.of(conversation) : [];
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
          ${this.from === 0 && !conversation.older && html`<p class="beginning">${t(messages.length ? "beginning" : "nothingYet")}</p>`}
          ${this.from === 0 && conversation.older && html`<div class="spinner small"></div>`}
          ${shown.map((message, at) => this.one(message, shown[at - 1] ?? messages[this.from - 1]))}
          ${newest && html`<${Changes} key="changes" model=${model} changes=${this.changes(messages.at(-1)?.id ?? 0)} />`}
          ${pending.map((item) => html`<${Waiting} key=${item.key} model=${model} item=${item} />`)}
          ${uploads.map((upload) => html`<${Waiting} key=${upload.key} model=${model} upload=${upload} />`)}
        </div>
      </div>
      ${
        this.state.below &&
        html`<span class="to-latest">
          ${conversation.unread > 0 && html`<span class="badge">${conversation.unread}</span>`}
          <${IconButton} icon="down" label=${t("toLatest")} onClick=${this.latest} />
        </span>`
      }
    </div>`;
  }

  // What happened in a group between two messages.
  changes(after, before = Infinity) {
    return this.props.conversation.changes.filter(({ id }) => after < id && id < before);
  }

  one(message, before) {
    const { conversation, model } = this.props;
    const day = !before || dayOf(before.time) !== dayOf(message.time);
    const opening = conversation.readAtOpening;
    const fresh =
      message.from !== model.state.user && message.id > opening && (before?.id ?? 0) <= opening && opening > 0;
    const changes = this.changes(before?.id ?? 0, message.id);
    const together = !day && !fresh && !changes.length && before?.from === message.from && message.time - before.time < TOGETHER;
    return html`
      ${changes.length > 0 && html`<${Changes} key=${`changes-${message.id}`} model=${model} changes=${changes} />`}
      ${day && html`<div class="day" key=${`day-${message.id}`}><span>${dayName(message.time, model.now())}</span></div>`}
      ${fresh && html`<div class="day new" key=${`new-${message.id}`}><span>${t("newMessages")}</span></div>`}
      <${Message}
        key=${message.id}
        model=${model}
        conversation=${conversation}
        message=${message}
        together=${together}
        flash=${this.state.flash === message.id}
        jump=${(id) => this.jump(id)}
      />
    `;
  }
}
