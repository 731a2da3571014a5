// What one has set for conversations, and what is unread in them.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "./support/page.js";
import { Browser } from "./support/browser.js";

const GROUP = 1_000_001;

async function opened(before = () => {}) {
  const browser = new Browser();
  before(browser.server);
  const model = await browser.tab();
  return { browser, model, server: browser.server };
}

const names = (list) => list.map(({ name }) => name);

test("archived and hidden ones are not in the list, until something new is said", async () => {
  const { browser, model, server } = await opened();
  for (const from of [2, 3, 4]) server.say(from, { user: 1 }, "hi");
  await browser.clock.pass(1000);
  await model.set(model.conversation("user-2"), { archived: true });
  server.set("user-3", { hidden: true });
  await browser.clock.pass(1000);
  assert.deepEqual([names(model.listed), names(model.archived)], [["user-4"], ["user-2"]]);
  assert.equal(model.unread, 1, "what is in the archive does not count");
  server.say(2, { user: 1 }, "are you there?");
  server.say(3, { user: 1 }, "hello?");
  await browser.clock.pass(1000);
  assert.deepEqual([names(model.listed), names(model.archived)], [["user-3", "user-2", "user-4"], []]);
  await model.set(model.conversation("user-2"), { archived: true, muted: true });
  server.say(2, { user: 1 }, "hm");
  await browser.clock.pass(1000);
  assert.deepEqual(names(model.archived), ["user-2"], "a muted one stays there");
});

test("who looks for a chat finds those of the archive", async () => {
  const { browser, model, server } = await opened((at) => {
    for (const from of [2, 3]) at.say(from, { user: 1 }, "hi");
    at.set("user-2", { archived: true });
  });
  assert.deepEqual(names(model.all), ["user-3"]);
  // It was known before, and is not in the list.
  model.conversation("user-2").gone = true;
  await Promise.all([model.overview.all(), model.overview.all()]);
  assert.deepEqual([names(model.all), names(model.archived)], [["user-3", "user-2"], ["user-2"]]);
  await model.overview.all();
  assert.equal(server.asked.filter((each) => each.includes("archived")).length, 1);
  server.set("user-3", { archived: true });
  await browser.clock.pass(1000);
  assert.deepEqual(names(model.archived), ["user-3", "user-2"]);
});

test("one of the archive that this tab has not met is muted, and stays there", async () => {
  const { browser, model, server } = await opened((at) => {
    at.say(2, { user: 1 }, "hi");
    at.set("user-2", { archived: true, muted: true, notify: "none" });
  });
  const called = [];
  model.notices.notify = (...given) => called.push(given);
  assert.deepEqual(names(model.all), []);
  server.say(2, { user: 1 }, "hm");
  await browser.clock.pass(1000);
  assert.deepEqual([names(model.listed), names(model.archived)], [[], ["user-2"]]);
  assert.equal(model.conversation("user-2").unread, 2);
  assert.equal(model.notices.waiting.size, 0);
});

test("a mute for a time ends by itself", async () => {
  const { browser, model, server } = await opened((at) => at.say(2, { user: 1 }, "hi"));
  const conversation = model.conversation("user-2");
  server.set("user-2", { muted: true, mutedUntil: server.time + 3_600_000 });
  await browser.clock.pass(1000);
  assert.equal(conversation.muted, true);
  server.settings.set("user-2", {});
  await browser.clock.pass(3_500_000);
  assert.equal(conversation.muted, true);
  await browser.clock.pass(200_000);
  assert.deepEqual([conversation.muted, conversation.mutedUntil], [false, 0]);
});

test("only mentions make a notification, where that is wanted", async () => {
  const { browser, model, server } = await opened((at) => {
    at.groups.set(GROUP, new Set([1, 2]));
    at.say(2, { group: GROUP }, "hi");
    at.set(`group-${GROUP}`, { notify: "mentions" });
  });
  look(false);
  await browser.clock.pass(1000);
  const heard = async (text, more) => {
    server.say(2, { group: GROUP }, text, more);
    await browser.clock.pass(100);
    return [...model.notices.waiting.values()].map((message) => message.text);
  };
  assert.deepEqual(await heard("all of you"), []);
  assert.deepEqual(await heard("@cid", { mentions: [3] }), []);
  assert.deepEqual(await heard("@ann", { mentions: [1] }), ["@ann"]);
});

test("marked as unread: until it is opened, or something newer is read", async () => {
  const { browser, model, server } = await opened((at) => {
    for (const text of ["one", "two", "three"]) at.say(2, { user: 1 }, text);
    at.read(1, "user-2", 3);
  });
  const conversation = model.conversation("user-2");
  await conversation.open(model.api);
  assert.deepEqual([conversation.unread, conversation.isUnread, model.unread], [0, false, 0]);
  await model.set(conversation, { unreadFrom: 2 });
  assert.deepEqual([conversation.unread, conversation.isUnread, model.unread], [0, true, 1]);
  conversation.begin();
  assert.equal(conversation.divider, 2, "the divider stands where it was marked");
  model.opened(conversation);
  await browser.clock.pass(1000);
  assert.deepEqual([conversation.isUnread, server.settings.get("user-2").unreadFrom], [false, 0]);
  assert.equal(conversation.divider, 2, "who is in it still sees where");
  await model.set(conversation, { unreadFrom: 3 });
  browser.cut();
  await browser.clock.pass(100);
  model.opened(conversation);
  await browser.clock.pass(1000);
  assert.deepEqual([conversation.isUnread, server.settings.get("user-2").unreadFrom], [false, 3]);
  await browser.mend();
  assert.equal(server.settings.get("user-2").unreadFrom, 0, "it is said when the line is back");
  await model.set(conversation, { unreadFrom: 3 });
  server.say(2, { user: 1 }, "four");
  await browser.clock.pass(1000);
  model.markRead(conversation);
  assert.equal(conversation.isUnread, false);
});

test("after a reload rows know of unread mentions", async () => {
  const { browser, model, server } = await opened((at) => {
    at.groups.set(GROUP, new Set([1, 2]));
    at.say(2, { group: GROUP }, "@ann, read", { mentions: [1] });
    at.read(1, `group-${GROUP}`, 1);
    at.say(2, { group: GROUP }, "@ann", { mentions: [1] });
    for (let n = 0; n < 30; n++) at.say(2, { group: GROUP }, "more");
  });
  await browser.clock.pass(3000);
  const conversation = model.conversation(`group-${GROUP}`);
  assert.deepEqual(conversation.mentions, [2]);
  model.markRead(conversation);
  assert.deepEqual(conversation.mentions, []);
  await model.mentions.more();
  assert.deepEqual(model.mentions.items.map(({ message }) => message.id), [2, 1]);
  assert.deepEqual(conversation.mentions, [], "what was read is not unread again");
  assert.equal(server.asked.filter((each) => each.startsWith("GET /v2/mentions")).length, 2);
  server.say(2, { group: GROUP }, "@ann again", { mentions: [1] });
  server.say(2, { group: GROUP }, "@bob", { mentions: [2] });
  await browser.clock.pass(1000);
  assert.deepEqual(model.mentions.items.map(({ message }) => message.text), ["@ann again", "@ann", "@ann, read"]);
});

test("members of a group that is not known whole are found at the server", async () => {
  const { browser, model, server } = await opened((at) => at.groups.set(GROUP, new Set([1, 2, 3])));
  await model.members.load(GROUP);
  const found = await model.members.find(GROUP, "b & c");
  assert.deepEqual(found.map(({ id }) => id), [1, 2, 3]);
  assert.equal(server.asked.at(-1), `GET /v2/groups/${GROUP}/members?limit=50&name=b%20%26%20c`);
  assert.equal(model.people.name(3), "cid");
  server.leave(GROUP, 3);
  await browser.clock.pass(1000);
  assert.deepEqual(model.members.found(GROUP).map(({ id }) => id), [1, 2], "what happens to them is heard");
});
