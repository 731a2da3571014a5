// The server's log goes back, because a backup was put back: the client starts anew by itself.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./support/browser.js";

const texts = (model, name = "user-2") => model.conversation(name).messages.map(({ text }) => text);
const said = (server) => server.log.filter(({ from }) => from === 1).map(({ text }) => text);
const write = (model, text, more = {}) => model.say(model.conversation("user-2"), { media: "text", text, ...more });
const notices = (model) => model.toasts.map(({ text }) => text).filter((text) => text.startsWith("The server has gone back"));

async function opened() {
  const browser = new Browser();
  const { server } = browser;
  for (const text of ["kept", "lost", "lost too"]) server.say(2, { user: 1 }, text);
  const model = await browser.tab();
  await model.conversation("user-2").load(model.api);
  await browser.clock.pass(5000);
  return { browser, server, model, reloads: location.reloads };
}

// The page was loaded anew.
async function reloaded(browser) {
  browser.tabs = [];
  const model = await browser.tab();
  await model.conversation("user-2").load(model.api);
  return model;
}

test("what is new is shown, what is gone is not, what was not acknowledged is sent once, and the person is told", async () => {
  const { browser, server, model, reloads } = await opened();
  browser.cut();
  await write(model, "waits");
  server.goBack(1, "second");
  for (let n = 0; n < 5; n++) server.say(2, { user: 1 }, `new ${n}`);
  await browser.mend();
  assert.equal(location.reloads, reloads + 1);
  assert.deepEqual(await model.memory.known.keys(), ["epoch", "user"], "nothing of the log that is no more");
  const now = await reloaded(browser);
  assert.deepEqual(texts(now), ["kept", "new 0", "new 1", "new 2", "new 3", "new 4", "waits"]);
  assert.deepEqual(said(server), ["waits"]);
  assert.equal(notices(now).length, 1);
  await browser.clock.pass(60_000);
  assert.deepEqual(notices(now), []);
  server.say(2, { user: 1 }, "and on");
  await browser.clock.pass(1000);
  assert.equal(texts(now).at(-1), "and on");
  browser.cut();
  await browser.mend();
  assert.equal(location.reloads, reloads + 1, "once");
});

test("a log that has grown past the place where one was", async () => {
  const { browser, server, reloads } = await opened();
  browser.cut();
  server.goBack(1, "first");
  for (let n = 0; n < 5; n++) server.say(2, { user: 1 }, `new ${n}`);
  await browser.mend();
  assert.equal(location.reloads, reloads + 1);
  const now = await reloaded(browser);
  assert.deepEqual(texts(now), ["kept", "new 0", "new 1", "new 2", "new 3", "new 4"]);
  assert.equal(notices(now).length, 1);
});

test("a browser that is opened later knows that what it has is of another log", async () => {
  const { browser, server, reloads } = await opened();
  browser.restart();
  server.goBack(1, "second");
  await browser.tab();
  assert.equal(location.reloads, reloads + 1);
  const now = await reloaded(browser);
  assert.deepEqual([texts(now), notices(now).length, location.reloads], [["kept"], 1, reloads + 1]);
});

test("drafts are kept, but not what they answer; what was to be sent on is not sent, as its id may be another's", async () => {
  const { browser, server, model } = await opened();
  const conversation = model.conversation("user-2");
  conversation.draft.write("half a sentence");
  conversation.draft.reply(conversation.messages[2]);
  browser.cut();
  await write(model, "an answer", { replyTo: 3 });
  await model.forward(conversation, conversation.messages[2], "");
  server.goBack(1, "second");
  for (let n = 0; n < 5; n++) server.say(2, { user: 1 }, `new ${n}`);
  await browser.mend();
  const now = await reloaded(browser);
  const { draft } = now.conversation("user-2");
  assert.deepEqual([draft.text, draft.replyTo], ["half a sentence", null]);
  assert.deepEqual(said(server), ["an answer"]);
  assert.equal(server.log.at(-1).replyTo, undefined);
  const left = () => now.outbox.map(({ frame, failure }) => [frame.op, failure?.code]);
  assert.deepEqual(left(), [["forward", "resync_required"]]);
  await now.link.ask("retry", now.outbox[0].key);
  await browser.clock.pass(1000);
  assert.deepEqual([left(), said(server)], [[["forward", "resync_required"]], ["an answer"]]);
});

// How a message that names another got into doubt, and how the page comes to the new log.
for (const sent of [false, true]) {
  for (const [how, epoch] of [["no epoch tells it", "first"], ["the page does not know its epoch", "second"]]) {
    test(`no message is sent on or answered in another log: ${how}, ${sent ? "sent before" : "not sent yet"}`, async () => {
      const { browser, server, model } = await opened();
      const conversation = model.conversation("user-2");
      if (sent) server.silent = true;
      else browser.cut();
      await write(model, "before");
      await model.forward(conversation, conversation.messages[2], "");
      await write(model, "an answer", { replyTo: 3 });
      await write(model, "behind");
      await browser.clock.pass(100);
      assert.deepEqual(model.outbox.map(({ counter }) => counter > 0), Array(4).fill(sent));
      browser.cut();
      server.silent = false;
      server.goBack(1, epoch);
      for (let n = 0; n < 5; n++) server.say(2, { user: 1 }, `new ${n}`);
      if (epoch === "second") {
        await model.memory.known.wipe();
        browser.restart();
        await browser.tab();
      }
      await browser.mend();
      assert.deepEqual(said(server), ["before", "an answer", "behind"]);
      assert.equal(server.log.some(({ replyTo, forwardedFrom }) => replyTo || forwardedFrom), false);
      const now = await reloaded(browser);
      assert.deepEqual(now.outbox.map(({ frame, failure }) => [frame.op, failure?.code]), [["forward", "resync_required"]]);
    });
  }
}

test("what is sent on or answered is sent once, in its order, when the server has said that the log is the same", async () => {
  const { browser, server, model } = await opened();
  const conversation = model.conversation("user-2");
  server.lose = true;
  await model.forward(conversation, conversation.messages[0], "");
  await browser.clock.pass(100);
  server.lose = false;
  browser.cut();
  await model.forward(conversation, conversation.messages[1], "");
  await write(model, "an answer", { replyTo: 3 });
  await write(model, "behind");
  await browser.mend();
  assert.deepEqual(said(server), ["kept", "lost", "an answer", "behind"]);
  assert.deepEqual([model.outbox, server.log.at(-2).replyTo], [[], 3]);
});

test("what is written down late is not of the new log", async () => {
  const { browser, server, model } = await opened();
  browser.cut();
  server.goBack(1, "second");
  await browser.mend();
  await model.memory.known.keep(1, new Map([["list", ["late"]]]), "first");
  assert.deepEqual(await model.memory.known.keys(), ["epoch", "user"]);
});

test("a server that is too busy for a sync is asked again", async () => {
  const { browser, server, reloads } = await opened();
  server.busy = true;
  browser.cut();
  await browser.mend();
  assert.equal(browser.tabs[0].state.line, "off");
  const asked = server.heard.filter(({ op }) => op === "sync").slice(1).map(({ since }) => since);
  assert.ok(asked.length > 1 && asked.every((since) => since === 3), `from where it was, again and again: ${asked}`);
  server.say(2, { user: 1 }, "meanwhile");
  server.busy = false;
  await browser.clock.pass(5000);
  server.say(2, { user: 1 }, "later");
  await browser.clock.pass(100);
  assert.deepEqual(texts(browser.tabs[0]), ["kept", "lost", "lost too", "meanwhile", "later"]);
  assert.deepEqual([browser.tabs[0].state.line, texts(browser.tabs[0]).at(-1), location.reloads], ["on", "later", reloads]);
});

test("a server that is as it was, and one from before there were epochs", async () => {
  const { browser, server, reloads } = await opened();
  browser.cut();
  await browser.mend();
  assert.equal(location.reloads, reloads);
  server.epoch = "";
  browser.restart();
  await browser.tab();
  assert.equal(location.reloads, reloads);
});
