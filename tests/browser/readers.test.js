// Who has read a message of a large group.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./support/browser.js";
import { Readers } from "../../hichat/web/browser/app/model/readers.js";

const GROUP = 1_000_001;
const CHAT = `group-${GROUP}`;
const SIZE = 250;

async function opened() {
  const browser = new Browser({ names: Array.from({ length: SIZE }, (_, index) => `user ${index + 1}`) });
  const { server } = browser;
  server.make(GROUP, ...server.users.map(({ id }) => id));
  const said = server.say(1, { group: GROUP }, "hi");
  for (let user = 2; user < 125; user++) server.read(user, CHAT, said.id);
  const model = await browser.tab();
  return { browser, server, model, said };
}

test("of a large group nothing is known of the others, and nobody claims it", async () => {
  const { model, said } = await opened();
  const chat = model.conversation(CHAT);
  await model.loadMarks(chat);
  assert.equal(chat.others.size, 0);
  assert.deepEqual(chat.stateOf(said, SIZE - 1), { state: "sent", received: 0, read: 0, all: SIZE - 1 });
});

test("the list comes page by page, and says at once how many there are", async () => {
  const { browser, server, model, said } = await opened();
  const readers = new Readers(model, GROUP, said.id);
  await readers.more();
  assert.deepEqual(readers.counts, { read: 123, received: 0, none: 126 });
  assert.deepEqual([readers.people.read.length, readers.people.none.length, readers.complete], [100, 0, false]);
  assert.equal(model.people.name(2), "user 2");
  // Somebody reads on meanwhile: nobody is there twice, and the number is the last one.
  server.read(240, CHAT, said.id);
  browser.cut();
  await assert.rejects(readers.more(), "it can be tried again");
  await browser.mend();
  while (!readers.complete) await readers.more();
  assert.deepEqual(readers.counts, { read: 124, received: 0, none: 125 });
  const all = Object.values(readers.people).flat();
  assert.equal(new Set(all).size, all.length);
  assert.equal(readers.people.read.length, 124);
  assert.deepEqual([readers.refused, readers.nobody], [null, false]);
});

test("a refusal ends it, and so does a list with nobody in it", async () => {
  const { server, model, said } = await opened();
  server.groups.set(GROUP, new Set([1]));
  const alone = new Readers(model, GROUP, said.id);
  await alone.more();
  assert.deepEqual([alone.complete, alone.refused, alone.nobody], [true, null, true]);
  model.api.get = () => Promise.reject(Object.assign(new Error("no"), { code: "no_such_message" }));
  const refused = new Readers(model, GROUP, said.id);
  await refused.more();
  assert.deepEqual([refused.complete, refused.refused.code, refused.nobody], [true, "no_such_message", false]);
});
