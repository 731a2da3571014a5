// The client against a server, whatever happens: at the end it shows what the log says.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./support/browser.js";
import { Random } from "./support/random.js";

const SEEDS = Number(process.env.SEEDS ?? 40);
const STEPS = 120;
const GROUP = 1_000_001;
const EMOJIS = ["👍", "❤️", "🎉"];

// What is shown of a message, in a form in which order does not matter where it does not.
const shown = ({ id, from, text, recalled = false, reactions = [] }) => ({
  id,
  from,
  text,
  recalled,
  reactions: reactions.map(({ emoji, users }) => `${emoji} ${users.toSorted().join()}`).toSorted(),
});

class Life {
  constructor(seed) {
    this.random = new Random(seed);
    this.browser = new Browser();
    this.count = 0;
  }

  get server() {
    return this.browser.server;
  }

  async begin() {
    this.server.make(GROUP, 1, 2, 3);
    for (const place of [{ user: 1 }, { group: GROUP }]) for (let n = 0; n < 60; n++) this.server.say(2, place, `before ${n}`);
    await this.browser.tab();
  }

  get model() {
    return this.random.one(this.browser.tabs);
  }

  // One of the last messages, said by one of those.
  message(...by) {
    const found = this.server.log.filter(({ kind, from }) => kind === "message" && by.includes(from)).slice(-8);
    return found.length ? this.random.one(found) : null;
  }

  others = () => {
    const from = 2 + this.random.below(2);
    this.server.say(from, this.random.one([{ user: 1 }, { group: GROUP }]), `text ${++this.count}`);
  };

  otherDevice = () => {
    this.server.say(1, this.random.one([{ user: 2 }, { user: 3 }, { group: GROUP }]), `text ${++this.count}`);
  };

  edits = () => {
    const message = this.message(1, 2, 3);
    const gone = this.server.log.some((each) => each.kind === "recalled" && each.message === message.id);
    if (!gone) this.server.edit(message.from, message.id, `edit ${++this.count}`);
  };

  recalls = () => {
    const message = this.message(1, 2, 3);
    const gone = this.server.log.some((each) => each.kind === "recalled" && each.message === message.id);
    if (!gone) this.server.recall(message.from, message.id);
  };

  reacts = () => {
    const message = this.message(1, 2, 3);
    const gone = this.server.log.some((each) => each.kind === "recalled" && each.message === message.id);
    const who = message.group === undefined ? this.random.one([message.from, message.user]) : 1 + this.random.below(3);
    if (!gone) this.server.react(who, message.id, this.random.one(EMOJIS), this.random.below(3) > 0);
  };

  says = () => {
    const { model } = this;
    const name = this.random.one(["user-2", "user-3", `group-${GROUP}`]);
    model.say(model.conversation(name), { media: "text", text: `said ${++this.count}` });
  };

  acts = () => {
    const { model } = this;
    const message = this.message(1);
    if (!message) return;
    const work = this.random.one([
      () => model.edit(message, `own ${++this.count}`, []),
      () => model.recall(message),
      () => model.react(message, this.random.one(EMOJIS), this.random.below(2) > 0),
    ]);
    work();
  };

  opens = () => {
    const { model } = this;
    const conversation = model.conversation(this.random.one(["user-2", `group-${GROUP}`]));
    const around = this.random.below(3) ? 0 : (this.message(1, 2, 3)?.id ?? 0);
    conversation.load(model.api, around).catch(() => {});
  };

  scrolls = () => {
    const { model } = this;
    const conversation = model.conversation(this.random.one(["user-2", `group-${GROUP}`]));
    this.random.one([() => conversation.loadOlder(model.api), () => conversation.loadNewer(model.api)])().catch(() => {});
  };

  reads = () => {
    const { model } = this;
    model.markRead(model.conversation(this.random.one(["user-2", "user-3", `group-${GROUP}`])));
  };

  readsElsewhere = () => {
    const name = this.random.one(["user-2", `group-${GROUP}`]);
    const last = this.server.history(1, name).at(-this.random.below(3) - 1);
    if (last) this.server.read(1, name, last.id);
  };

  breaks = () => {
    this.server.lose = this.random.below(2) > 0;
    this.browser.cut();
  };

  returns = () => {
    this.server.up = true;
    this.server.lose = false;
  };

  holds = () => {
    if (this.server.hold) return;
    let free;
    this.server.hold = new Promise((resolve) => (free = resolve));
    this.free = () => {
      this.server.hold = null;
      free();
    };
  };

  loses = () => {
    this.server.lose = true;
  };

  reloads = async () => {
    this.free?.();
    this.browser.restart();
    await this.browser.tab();
  };

  anotherTab = async () => {
    if (this.browser.tabs.length < 3) await this.browser.tab();
  };

  async step() {
    const often = [this.others, this.others, this.others, this.says, this.says, this.reacts, this.edits, this.recalls, this.acts];
    const sometimes = [this.otherDevice, this.opens, this.scrolls, this.reads, this.readsElsewhere];
    const rarely = [this.breaks, this.returns, this.holds, this.loses, this.anotherTab, this.reloads];
    const kind = this.random.below(20);
    await this.random.one(kind < 11 ? often : kind < 17 ? sometimes : rarely)();
    if (this.random.below(4) === 0) this.free?.();
    if (this.random.below(2)) await this.browser.clock.pass(this.random.one([0, 0, 60, 300, 4000]));
  }

  async end() {
    this.free?.();
    this.returns();
    await this.browser.mend();
    await this.browser.clock.pass(20_000);
  }

  async check() {
    for (const [at, model] of this.browser.tabs.entries()) {
      assert.deepEqual(model.outbox, [], `tab ${at}: the outbox`);
      for (const name of this.server.names) {
        const where = `tab ${at}, ${name}`;
        const conversation = model.conversation(name);
        const truth = this.server.history(1, name).map(shown);
        assert.deepEqual(shown(conversation.last), truth.at(-1), `${where}: the last`);
        assert.equal(conversation.unread, this.server.unread(1, name), `${where}: unread`);
        if (!conversation.loaded) continue;
        while (conversation.older) assert.ok(await conversation.loadOlder(model.api), `${where}: older`);
        while (conversation.newer) assert.ok(await conversation.loadNewer(model.api), `${where}: newer`);
        assert.deepEqual(conversation.messages.map(shown), truth, `${where}: the messages`);
      }
    }
    // What was said here was said once.
    const own = this.server.log.filter(({ text }) => text?.startsWith("said ")).map(({ text }) => text);
    assert.deepEqual(own, [...new Set(own)], "once");
  }
}

const FIRST = Number(process.env.SEED ?? 1);
for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
  test(`a life with the seed ${seed}`, async () => {
    const life = new Life(seed);
    await life.begin();
    for (let n = 0; n < STEPS; n++) await life.step();
    await life.end();
    await life.check();
  });
}
