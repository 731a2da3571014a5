// What a tab shows without a network: what was known last, to whose it is, until the server says how it is now.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./support/browser.js";

const GROUP = 1_000_001;

// Somebody has read two chats, and closes the browser; then the network goes.
async function away() {
  const browser = new Browser();
  const { server } = browser;
  server.make(GROUP, 1, 2, 3);
  for (let n = 0; n < 70; n++) server.say(2, { user: 1 }, `text ${n}`);
  server.say(3, { group: GROUP }, "in the group");
  const model = await browser.tab();
  await model.conversation("user-2").load(model.api);
  await model.conversation("user-2").loadOlder(model.api);
  model.groups.get(GROUP);
  model.api.all = async (path) => (path === "/me/groups" ? [{ id: GROUP, name: "sailors", you: { role: "member" } }] : []);
  model.lists.get("groups");
  await browser.clock.pass(5000);
  browser.cut();
  browser.restart();
  return { browser, server };
}

const texts = (model, name) => model.conversation(name).messages.map(({ text }) => text);

test("the list, the last messages, people and groups are there without a network", async () => {
  const { browser } = await away();
  const model = await browser.tab();
  await browser.clock.pass(3000);
  assert.deepEqual([model.state.phase, model.state.line, model.ready], ["in", "off", false]);
  assert.deepEqual(model.listed.map((each) => [model.titleOf(each), each.last.text]), [["sailors", "in the group"], ["bob", "text 69"]]);
  assert.deepEqual([texts(model, "user-2").length, texts(model, "user-2").at(-1)], [50, "text 69"]);
  assert.equal(model.conversation("user-2").older, true);
  assert.equal(model.groups.get(GROUP).you.role, "member");
  assert.deepEqual(model.lists.get("groups").map(({ name }) => name), ["sailors"]);
});

test("when the network is back all is as the server has it, and what was written meanwhile is said once", async () => {
  const { browser, server } = await away();
  const model = await browser.tab();
  await browser.clock.pass(3000);
  model.say(model.conversation("user-2"), { media: "text", text: "from here" });
  server.recall(2, server.log.findLast(({ text }) => text === "text 69").id);
  server.say(2, { user: 1 }, "meanwhile");
  await browser.mend();
  assert.equal(model.ready, true);
  const conversation = model.conversation("user-2");
  assert.equal(conversation.loaded, false, "nobody takes for now what is from before");
  await conversation.load(model.api);
  assert.deepEqual(texts(model, "user-2").slice(-4), ["text 68", "", "meanwhile", "from here"]);
  assert.equal(server.log.filter(({ text }) => text === "from here").length, 1);
});

test("nothing is left after the log-out, whoever writes it down late", async () => {
  const browser = new Browser();
  browser.server.say(2, { user: 1 }, "secret");
  const model = await browser.tab();
  await browser.clock.pass(3000);
  assert.ok((await model.memory.known.all(1)).has("list"));
  await model.link.ask("logOut");
  await browser.clock.pass(100);
  await model.memory.known.keep(1, new Map([["list", ["late"]]]));
  assert.deepEqual(await model.memory.known.keys(), []);
  browser.cut();
  browser.restart();
  const after = await browser.tab();
  await browser.clock.pass(5000);
  assert.deepEqual([after.state.phase, after.listed], ["starting", []]);
});

for (const again of [false, true]) {
  test(`somebody else who got the same id after a backup was put back has nothing of it${again ? ", in a tab that was open" : ""}`, async () => {
    const { browser, server } = await away();
    const before = await browser.tab();
    await browser.clock.pass(3000);
    before.say(before.conversation("user-2"), { media: "text", text: "never sent" });
    before.conversation("user-2").draft.write("half a sentence");
    before.usual.use("🦀");
    await browser.clock.pass(100);
    assert.equal(before.outbox.length, 1);
    if (!again) browser.restart();
    server.made = 2000;
    server.log.length = 0;
    if (again) await browser.mend();
    server.up = true;
    const model = again ? before : await browser.tab();
    assert.deepEqual([model.state.phase, model.state.user, model.state.made], ["in", 1, 2000]);
    assert.deepEqual([texts(model, "user-2"), model.conversation("user-2").draft.text, model.outbox, model.usual.recent], [[], "", [], []]);
    await browser.clock.pass(5000);
    assert.deepEqual([server.log, model.listed], [[], []]);
    assert.deepEqual([...(await model.memory.known.all(1)).keys()].filter((key) => key.startsWith("chat")), []);
    browser.restart();
    server.made = 1000;
    const whoever = await browser.tab();
    assert.deepEqual([whoever.outbox, server.log], [[], []], "nothing waits in the browser any more");
  });
}

test("somebody else who logs in finds nothing of it", async () => {
  const { browser, server } = await away();
  server.me = 3;
  server.up = true;
  const model = await browser.tab();
  await browser.clock.pass(5000);
  assert.equal(model.state.user, 3);
  assert.equal((await model.memory.known.all(1)).size, 0);
  assert.equal((await model.memory.known.all(3)).get("list").some(({ name }) => name === "user-2"), false);
});

test("when an account was made is kept for that account only", async () => {
  const { known } = (await new Browser().tab()).memory;
  await known.belongTo(1, 1000);
  await known.belongTo(1, 0);
  assert.deepEqual(await known.owner(), { user: 1, made: 1000 });
  await known.belongTo(3, 0);
  assert.deepEqual(await known.owner(), { user: 3, made: 0 });
});
