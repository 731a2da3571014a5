// The hub: one connection for all tabs, and what is on its way out.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { happens, look, ports } from "./support/page.js";
import { Browser } from "./support/browser.js";
import { disk } from "./support/database.js";
import { Hub } from "../../hichat/web/browser/app/hub/hub.js";

const own = (browser) => browser.server.log.filter(({ from, kind }) => from === 1 && kind === "message").map(({ text }) => text);
const heard = (browser, op) => browser.server.heard.filter((frame) => frame.op === op);
const write = (model, text, name = "user-2") => model.say(model.conversation(name), { media: "text", text });
const texts = (model, name = "user-2") => model.conversation(name).messages.map(({ text }) => text);

async function opened(options) {
  const browser = new Browser(options);
  const model = await browser.tab();
  await model.conversation("user-2").load(model.api);
  return { browser, model, server: browser.server };
}

test("what is written is shown as waiting, then as said, and never twice", async () => {
  const { browser, model, server } = await opened();
  const seen = [];
  model.drawn = () => seen.push([model.outbox.length, model.conversation("user-2").messages.length].join());
  await write(model, "one");
  await browser.clock.pass(100);
  assert.deepEqual(own(browser), ["one"]);
  assert.deepEqual(texts(model), ["one"]);
  assert.ok(!seen.includes("1,1"), seen);
  assert.equal(heard(browser, "send")[0].counter, 1);
  assert.equal(model.conversation("user-2").messages[0].key, heard(browser, "send")[0].ref);
  assert.deepEqual(server.log[0].user, 2);
});

test("a tab that is opened without a connection says so beside another one", async () => {
  const { browser } = await opened();
  browser.cut();
  await browser.clock.pass(1000);
  const second = await browser.tab();
  assert.equal(second.state.line, "off");
  assert.ok(second.state.troubled);
  await browser.mend();
  assert.ok(!second.state.troubled);
});

test("without a connection it waits, and goes in the order in which it was written", async () => {
  const { browser, model } = await opened();
  browser.cut();
  for (let n = 0; n < 40; n++) write(model, `text ${n}`);
  await browser.clock.pass(1000);
  assert.equal(model.pendingOf("user-2").length, 40);
  await browser.mend();
  const expected = Array.from({ length: 40 }, (_, n) => `text ${n}`);
  assert.deepEqual(own(browser), expected);
  assert.deepEqual(texts(model), expected);
  assert.deepEqual(heard(browser, "send").map(({ counter }) => counter), expected.map((_, n) => n + 1));
});

test("what may have been taken is sent again first, with the same counter, before anything else happens", async () => {
  const { browser, model, server } = await opened();
  server.lose = true;
  write(model, "in doubt");
  await browser.clock.pass(10);
  write(model, "later");
  server.heard = [];
  server.lose = false;
  await browser.mend();
  assert.deepEqual(own(browser), ["in doubt", "later"]);
  assert.deepEqual(texts(model), ["in doubt", "later"]);
  const frames = server.heard.map(({ op, text, counter }) => [op, text, counter].filter(Boolean).join(" "));
  assert.deepEqual(frames.filter((frame) => frame !== "watch"), ["hello", "speak", "send in doubt 1", "sync", "send later 2"]);
});

test("what was written outlives all tabs, in its order, and is sent once; in doubt or not", async () => {
  const { browser, model, server } = await opened();
  server.lose = true;
  write(model, "in doubt");
  await browser.clock.pass(10);
  browser.cut();
  for (let n = 0; n < 12; n++) write(model, `text ${n}`);
  await browser.clock.pass(100);
  server.lose = false;
  server.up = true;
  browser.restart();
  const next = await browser.tab();
  write(next, "later");
  await browser.clock.pass(2000);
  const expected = ["in doubt", ...Array.from({ length: 12 }, (_, n) => `text ${n}`), "later"];
  assert.deepEqual(own(browser), expected);
  assert.deepEqual(next.outbox, []);
  browser.restart();
  const last = await browser.tab();
  assert.deepEqual(last.outbox, [], "and it is not there any more");
});

test("on a full disk, what is written is said all the same, once and in order", async () => {
  const { browser, model } = await opened();
  disk.full = true;
  for (let n = 0; n < 5; n++) write(model, `text ${n}`);
  await browser.clock.pass(100);
  disk.full = false;
  write(model, "text 5");
  await browser.clock.pass(100);
  assert.deepEqual(own(browser), Array.from({ length: 6 }, (_, n) => `text ${n}`));
  assert.deepEqual(model.outbox, []);
});

test("what is said twice with one key is one", async () => {
  const { browser, model } = await opened();
  const frame = { user: 2, media: "text", text: "once" };
  await Promise.all([model.link.ask("say", "key", frame), model.link.ask("say", "key", frame)]);
  await browser.clock.pass(100);
  assert.deepEqual(own(browser), ["once"]);
  assert.deepEqual(model.outbox, []);
});

test("where each tab has a hub of its own, one browser still says everything once", async () => {
  const { browser, server } = await opened();
  const tabs = [browser.hub, new Hub()];
  tabs[1].attach(ports()[1]);
  await browser.clock.pass(1000);
  browser.cut();
  for (const [at, hub] of tabs.entries()) hub.outbox.add(`key ${at}`, { user: 2, media: "text", text: `text ${at}` });
  await browser.clock.pass(100);
  server.up = true;
  await browser.clock.pass(20_000);
  assert.deepEqual(own(browser).toSorted(), ["text 0", "text 1"]);
  const counters = heard(browser, "send").map(({ counter }) => counter);
  assert.deepEqual(counters.toSorted(), [...new Set(counters)].toSorted());
});

test("what is refused is kept with the reason, and can be tried again or thrown away", async () => {
  const { browser, model, server } = await opened();
  server.refuse = () => ({ code: "blocked", message: "They do not want it." });
  write(model, "one");
  write(model, "two");
  await browser.clock.pass(100);
  assert.deepEqual(model.outbox.map(({ failure }) => failure.message), ["They do not want it.", "They do not want it."]);
  browser.server.cut();
  await browser.mend();
  assert.equal(heard(browser, "send").length, 2, "what was refused is not sent by itself");
  server.refuse = null;
  const [one, two] = model.outbox;
  await model.link.ask("retry", one.key);
  await model.link.ask("discard", two.key);
  await browser.clock.pass(100);
  assert.deepEqual(own(browser), ["one"]);
  assert.deepEqual(model.outbox, []);
  assert.equal(heard(browser, "send").at(-1).counter, 3, "it was never taken, so it has another counter");
});

test("who writes too fast waits as long as the server says, and loses nothing", async () => {
  const { browser, model, server } = await opened();
  let refused = 0;
  server.refuse = () => refused++ < 1 && { code: "too_fast", message: "", retryAfter: 7 };
  write(model, "one");
  await browser.clock.pass(100);
  write(model, "two");
  await browser.clock.pass(6800);
  assert.deepEqual(own(browser), []);
  await browser.clock.pass(200);
  assert.deepEqual(own(browser), ["one", "two"]);
});

test("a counter that was used for something else is replaced", async () => {
  const { browser, model, server } = await opened();
  let refused = 0;
  server.refuse = () => refused++ < 1 && { code: "counter_used", message: "" };
  write(model, "one");
  await browser.clock.pass(100);
  assert.deepEqual(own(browser), ["one"]);
  assert.deepEqual(heard(browser, "send").map(({ counter }) => counter), [1, 2]);
});

test("at most sixteen are on their way at once", async () => {
  const { browser, model, server } = await opened();
  server.deaf = true;
  for (let n = 0; n < 40; n++) write(model, `text ${n}`);
  await browser.clock.pass(1000);
  assert.equal(heard(browser, "send").length, 16);
});

test("an edit, a recall and a reaction are seen in all tabs, when the server has taken them", async () => {
  const { browser, model } = await opened();
  const other = await browser.tab();
  await other.conversation("user-2").load(other.api);
  write(model, "one");
  write(model, "two");
  await browser.clock.pass(100);
  const [one, two] = model.conversation("user-2").messages;
  model.edit(one, "edited", []);
  model.react(one, "👍", true);
  model.recall(two);
  await browser.clock.pass(100);
  for (const tab of browser.tabs) {
    const [first, second] = tab.conversation("user-2").messages;
    assert.deepEqual([first.text, first.reactions, second.recalled], ["edited", [{ emoji: "👍", users: [1] }], true]);
    assert.equal(tab.conversation("user-2").last.recalled, true);
  }
  browser.cut();
  assert.equal(await model.react(one, "🎉", true), false);
  assert.equal(model.toasts.length, 1);
});

test("a request that no answer comes to has failed after a while", async () => {
  const { browser, model, server } = await opened();
  write(model, "one");
  await browser.clock.pass(100);
  server.deaf = true;
  let done;
  model.react(model.conversation("user-2").messages[0], "👍", true).then((value) => (done = value));
  await browser.clock.pass(14_000);
  assert.equal(done, undefined);
  await browser.clock.pass(1_500);
  assert.equal(done, false);
});

test("what happened while there was no connection comes with the next, in pages, once", async () => {
  const { browser, model, server } = await opened();
  server.say(2, { user: 1 }, "before");
  await browser.clock.pass(10);
  browser.cut();
  for (let n = 0; n < 30; n++) server.say(2, { user: 1 }, `text ${n}`);
  server.edit(2, 1, "changed");
  server.recall(2, 5);
  await browser.mend();
  const found = texts(model);
  assert.equal(found.length, 31);
  assert.equal(found[0], "changed");
  assert.equal(found[4], "");
  assert.equal(model.conversation("user-2").unread, 30);
  assert.deepEqual(heard(browser, "sync").at(-1).since, 1);
});

test("a lost connection is tried again: soon, then later, and at once when the network is back or somebody looks", async () => {
  const { browser, server } = await opened();
  const attempts = [];
  const connect = server.connect.bind(server);
  server.connect = (socket) => {
    attempts.push(Date.now());
    connect(socket);
  };
  browser.cut();
  await browser.clock.pass(120_000);
  const waits = attempts.map((time, at) => time - (attempts[at - 1] ?? browser.clock.time - 120_000));
  assert.ok(waits[0] >= 375 && waits[0] <= 625, waits);
  assert.ok(waits.every((wait) => wait <= 18_750), waits);
  assert.ok(waits.slice(5).every((wait) => wait >= 11_250), waits);
  for (const hurry of [() => happens("online"), () => look(true)]) {
    const before = attempts.length;
    await browser.clock.pass(4_000);
    if (attempts.length > before) await browser.clock.pass(1_000);
    const now = attempts.length;
    hurry();
    await browser.clock.pass(10);
    assert.equal(attempts.length, now + 1);
  }
  await browser.mend();
  // It worked: the next loss is a new one.
  server.cut();
  const count = attempts.length;
  await browser.clock.pass(700);
  assert.equal(attempts.length, count + 1);
});

test("a line on which nothing comes is dead, though nobody says that it is closed", async () => {
  const { browser, model, server } = await opened();
  await browser.clock.pass(120_000);
  assert.equal(model.state.line, "on", "the server answers pings");
  server.say(2, { user: 1 }, "the last that comes");
  await browser.clock.pass(10);
  server.silent = server.deaf = true;
  await browser.clock.pass(49_000);
  assert.equal(model.state.line, "on");
  await browser.clock.pass(2_000);
  assert.equal(model.state.line, "off");
  // So is the next one, on which nobody answered the hello.
  server.silent = server.deaf = false;
  await browser.clock.pass(60_000);
  assert.equal(model.state.line, "on");
});

test("the same browser elsewhere: it does not fight for the connection", async () => {
  const { browser, model, server } = await opened();
  server.cut(4003);
  await browser.clock.pass(60_000);
  assert.deepEqual([model.state.line, model.state.elsewhere, heard(browser, "hello").length], ["off", true, 1]);
  await model.link.ask("useHere");
  await browser.clock.pass(1_000);
  assert.deepEqual([model.state.line, model.state.elsewhere], ["on", false]);
});

test("a token that is too old is replaced before the next hello", async () => {
  const { browser, server } = await opened();
  server.cut(4005);
  await browser.mend();
  const tokens = heard(browser, "hello").map(({ token }) => token);
  assert.equal(tokens.length, 2);
  assert.notEqual(tokens[0], tokens[1]);
});

test("a log that was put back: the tabs begin anew", async () => {
  const { browser, server } = await opened();
  for (let n = 0; n < 5; n++) server.say(2, { user: 1 }, `text ${n}`);
  await browser.clock.pass(100);
  server.log.splice(2);
  server.cut();
  const before = location.reloads;
  await browser.mend();
  assert.equal(location.reloads, before + 1);
});

test("who sent something is told that it has come: once for many, and not of one's own", async () => {
  const { browser, server } = await opened();
  for (let n = 0; n < 5; n++) server.say(2, { user: 1 }, `text ${n}`);
  server.say(1, { user: 2 }, "own");
  await browser.clock.pass(100);
  assert.deepEqual(heard(browser, "received"), [{ op: "received", user: 2, id: 5 }]);
});

test("what was read in one tab was read in all", async () => {
  const { browser, model, server } = await opened();
  const other = await browser.tab();
  server.say(2, { user: 1 }, "text");
  await browser.clock.pass(100);
  assert.deepEqual(browser.tabs.map(({ unread }) => unread), [1, 1]);
  model.markRead(model.conversation("user-2"));
  await browser.clock.pass(100);
  assert.deepEqual(browser.tabs.map(({ unread }) => unread), [0, 0]);
  assert.equal(heard(browser, "read").length, 1);
  other.markRead(other.conversation("user-2"));
  await browser.clock.pass(100);
  assert.equal(heard(browser, "read").length, 1, "it was said already");
});

test("all tabs together are watched for; a tab that goes is not", async () => {
  const { browser, model } = await opened();
  const other = await browser.tab();
  model.watch(model.conversation("user-3"));
  other.watch(other.conversation("user-4"));
  await browser.clock.pass(100);
  assert.deepEqual(heard(browser, "watch").at(-1).users.toSorted(), [3, 4]);
  await other.link.ask("detach").catch(() => {});
  await browser.clock.pass(100);
  assert.deepEqual(heard(browser, "watch").at(-1).users, [3]);
});

test("when the server stops, its clients come back at different times", async (t) => {
  for (const [random, wait] of [[0, 1000], [0.5, 3000], [0.999, 4996]]) {
    const { browser, server } = await opened();
    t.mock.method(Math, "random", () => random);
    server.cut(4002);
    await browser.clock.pass(wait - 100);
    assert.equal(server.peers.size, 0);
    await browser.clock.pass(200);
    assert.equal(server.peers.size, 1);
    t.mock.restoreAll();
  }
});
