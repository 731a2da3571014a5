// What is sent on, pinned and saved, which emoji are usual, and how they are found.
import "./support/page.js";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Browser } from "./support/browser.js";
import { Usual, forgetUsual } from "../../hichat/web/browser/app/model/usual.js";
import { search } from "../../hichat/web/browser/app/picker.js";

const HEARTS = ["❤️", "❤"]; // with its variation selector and without

async function opened() {
  const browser = new Browser();
  const model = await browser.tab();
  for (const name of ["user-2", "user-3"]) await model.conversation(name).load(model.api);
  return { browser, model, server: browser.server };
}

const shown = (model, name) => model.conversation(name).messages.map(({ text, forwardedFrom }) => [text, forwardedFrom]);

test("what is sent on is shown at once, with whose it was, and once also after a lost answer", async () => {
  const { browser, model, server } = await opened();
  const { id } = server.say(2, { user: 1 }, "the plan");
  await browser.clock.pass(100);
  const [message] = model.conversation("user-2").messages;
  server.lose = true;
  model.forward(model.conversation("user-3"), message, "look");
  await browser.clock.pass(10);
  const waiting = model.pendingOf("user-3");
  assert.deepEqual(waiting.map((item) => ({ ...item.frame, ...item.shown }.text)), ["the plan", "look"]);
  assert.equal(waiting[0].shown.forwardedFrom, 2);
  server.lose = false;
  server.edit(2, id, "the new plan");
  await browser.mend();
  await browser.clock.pass(5000);
  // The first time it was taken as it was then.
  const own = server.log.filter(({ from, kind }) => from === 1 && kind === "message");
  assert.deepEqual(own.map(({ text, forwardedFrom }) => [text, forwardedFrom]), [["the plan", 2], ["look", undefined]]);
  assert.equal(own[1].format, "markdown");
  assert.deepEqual(shown(model, "user-3"), [["the plan", 2], ["look", undefined]]);
  assert.deepEqual(model.outbox, []);
});

test("what was edited before it went is shown as the server has taken it", async () => {
  const { browser, model, server } = await opened();
  const { id } = server.say(2, { user: 1 }, "old");
  await browser.clock.pass(100);
  browser.cut();
  model.forward(model.conversation("user-3"), model.conversation("user-2").messages[0], "");
  await browser.clock.pass(100);
  server.edit(2, id, "new");
  await browser.mend();
  await browser.clock.pass(5000);
  assert.deepEqual(shown(model, "user-3"), [["new", 2]]);
});

test("pins are as the messages are now, and go with them; a line tells of each", async () => {
  const { browser, model, server } = await opened();
  const [one, two] = ["one", "two"].map((text) => server.say(2, { user: 1 }, text).id);
  await browser.clock.pass(100);
  const conversation = model.conversation("user-2");
  await model.kept.loadPins(conversation);
  const pins = () => conversation.pins.map(({ message }) => message.text);
  server.keep("user-2", one, true, 2);
  server.keep("user-2", two, true, 2);
  await browser.clock.pass(100);
  assert.deepEqual(pins(), ["two", "one"]);
  assert.deepEqual(conversation.changes.map(({ kind, message }) => [kind, message]), [["pinned", one], ["pinned", two]]);
  server.edit(2, one, "uno");
  await browser.clock.pass(100);
  assert.deepEqual(pins(), ["two", "uno"]);
  server.recall(2, two);
  await browser.clock.pass(100);
  assert.deepEqual(pins(), ["uno"]);
  await model.kept.pin(conversation, one, false);
  await browser.clock.pass(100);
  assert.deepEqual(pins(), []);
  assert.equal(conversation.changes.length, 2, "and no line tells that");
});

test("what is saved is known once somebody asks, and followed over other devices", async () => {
  const { browser, model, server } = await opened();
  const [one, two] = ["one", "two"].map((text) => server.say(2, { user: 1 }, text).id);
  server.keep("", one, true);
  await browser.clock.pass(100);
  const asked = () => server.asked.filter((each) => each.startsWith("GET /v2/saved")).length;
  assert.equal(asked(), 0);
  await Promise.all([model.kept.know(), model.kept.know()]);
  assert.equal(asked(), 1);
  assert.deepEqual([one, two].map((id) => model.kept.isSaved(id)), [true, false]);
  server.keep("", two, true);
  server.keep("", one, false);
  await browser.clock.pass(100);
  assert.deepEqual([one, two].map((id) => model.kept.isSaved(id)), [false, true]);
  await model.kept.save(two, false, "gone");
  assert.equal(model.kept.isSaved(two), false);
});

test("the usual six: those used most, then those used last, then common ones", () => {
  forgetUsual();
  const usual = new Usual(1);
  assert.deepEqual(usual.most, ["👍", "❤️", "😂", "😮", "😢", "🎉"]);
  for (const emoji of ["🦄", "🍕", "🍕", HEARTS[1], "🦄", "🍕"]) usual.use(emoji);
  assert.deepEqual(usual.most, ["🍕", "🦄", HEARTS[1], "👍", "😂", "😮"]);
  assert.deepEqual(usual.recent, ["🍕", "🦄", HEARTS[1]]);
  usual.choose(3);
  const again = new Usual(1);
  assert.deepEqual([again.most, again.tone], [usual.most, 3]);
  assert.deepEqual(new Usual(2).uses, [], "another user has others");
  for (let n = 0; n < 300; n++) usual.use("🍕");
  assert.equal(new Usual(1).uses.length, 100);
  localStorage.setItem("hichat.emojis.1", "{");
  assert.deepEqual(new Usual(1).uses, []);
  usual.use("🍕");
  forgetUsual();
  assert.deepEqual(new Usual(1).uses, []);
});

test("emoji are found by words of both languages, the best first", () => {
  const read = (language) =>
    JSON.parse(readFileSync(`hichat/web/browser/app/emojis/emojis-${language}.json`, "utf8")).map((kind) =>
      kind.map(([emoji, label, words, tones = ""]) => ({ emoji, label, words, tones: tones.split(" ").filter(Boolean) })),
    );
  const [en, zh] = ["en", "zh"].map(read);
  const others = new Map(zh.flat().map((each) => [each.emoji, `${each.label} ${each.words}`]));
  const found = (words) => search(en, others, words).map(({ emoji }) => emoji);
  assert.equal(found("thumbs up")[0], "👍");
  assert.equal(found(" UP thumbs ")[0], "👍");
  assert.deepEqual(found("独角兽"), ["🦄"]);
  assert.equal(found("❤")[0], "❤️");
  assert.ok(found("cat").indexOf("🐈") < found("cat").indexOf("📚") || !found("cat").includes("📚"));
  assert.deepEqual(found("no such word"), []);
  assert.equal(search(zh, new Map(), "独角兽")[0].emoji, "🦄");
});
