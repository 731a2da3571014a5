// What is a command, and what is completed.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Commands, begunCommand, commandOf, sentenceOf, unescaped } from "../../hichat/web/browser/app/model/commands.js";
import { setLanguage } from "../../hichat/web/browser/app/words/words.js";

test("a slash and a name are a command; a path is none", () => {
  assert.deepEqual(commandOf("/Me  waves "), { name: "me", bot: "", said: "waves" });
  assert.deepEqual(commandOf("/deploy@ci now\nor later"), { name: "deploy", bot: "ci", said: "now\nor later" });
  assert.equal(commandOf("/提醒 明天")?.name, "提醒");
  for (const text of ["", "/", "/ me", "/usr/bin", "//me", "me /me", "/what?", `/${"a".repeat(33)}`]) assert.equal(commandOf(text), null, text);
});

test("two slashes send one", () => {
  assert.equal(unescaped("//me waves"), "/me waves");
  assert.equal(unescaped("/usr/bin"), "/usr/bin");
});

test("a name is completed while it is typed, and not in the middle of a text", () => {
  assert.equal(begunCommand("/", 1), "");
  assert.equal(begunCommand("/To", 3), "to");
  assert.equal(begunCommand("/to waves", 3), "to");
  for (const [text, caret] of [["/topic x", 8], ["a /to", 5], ["/usr/b", 6], ["/topic", 3], ["//t", 3]]) {
    assert.equal(begunCommand(String(text), Number(caret)), null, String(text));
  }
});

test("a sentence is in the reader's language, if it was given in it", () => {
  setLanguage("zh");
  assert.deepEqual([sentenceOf({ en: "a", zh: "b" }), sentenceOf({ en: "a" })], ["b", "a"]);
  setLanguage("en");
  assert.deepEqual([sentenceOf({ en: "a", zh: "b" }), sentenceOf({ zh: "b" })], ["a", "b"]);
});

test("the list is asked for once a minute, and again after a failure", async () => {
  const asked = [];
  let fails = true;
  /** @type {any} */
  const model = {
    changed: () => {},
    api: {
      get: async (path) => {
        asked.push(path);
        if (fails) throw new Error("away");
        return { items: [{ name: "topic", description: {}, arguments: {} }] };
      },
    },
  };
  const commands = new Commands(model);
  await commands.look("user-2");
  fails = false;
  await commands.look("user-2");
  await commands.look("user-2");
  assert.deepEqual(asked, ["/conversations/user-2/commands", "/conversations/user-2/commands"]);
  assert.equal(commands.matching("user-2", "to").length, 1);
  assert.equal(commands.matching("user-2", "x").length, 0);
  assert.equal(commands.called("user-2", "topic")?.name, "topic");
  /** @type {any} */
  const conversation = { name: "user-2" };
  await assert.rejects(commands.call(conversation, "/nothing"), { code: "no_such_command" });
  assert.equal(asked.length, 3, "what is not in the list is looked for once more");
});
