// What others write, as it is shown.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { linksIn } from "../../hichat/web/browser/app/model/links.js";
import { mentionsIn, named } from "../../hichat/web/browser/app/model/mentions.js";
import { Text, isEmojiOnly } from "../../hichat/web/browser/app/parts/Text.js";

test("one to three emoji alone are shown large, whatever they are made of", () => {
  for (const text of [
    ..."👍 ❤️ ❤ ☝🏿 👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🏳‍🌈 👁️‍🗨️ 🕵🏽‍♀️ 🇨🇳 1️⃣ #⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ⛹️‍♀️ 🧑🏻‍❤️‍💋‍🧑🏿".split(" "),
    "👍👍👍",
    "👍 🇨🇳 1️⃣ ",
  ]) {
    assert.equal(isEmojiOnly(text), true, text);
  }
  for (const text of ["", " ", "a", "1", "12", "#", "👍a", "a👍", "👍👍👍👍", "❤\ufe0e", "🏽", "🇨", "🇨🇳🇨", "👍\u200d", "\u200d", "\ufe0f"]) {
    assert.equal(isEmojiOnly(text), false, JSON.stringify(text));
  }
});

// What stands in the page: texts, and links in brackets.
const read = (text) => [Text({ text })].flat().map((piece) => (piece.type === "a" ? `[${piece.props.href}]` : piece)).join("");

test("links end where the sentence around them goes on", () => {
  for (const [text, shown] of [
    ["see https://a.example/x.", "see [https://a.example/x]."],
    ["(https://a.example/x)", "([https://a.example/x])"],
    ["https://a.example/x_(y).", "[https://a.example/x_(y)]."],
    ['"https://a.example/?q=1!?"', '"[https://a.example/?q=1]!?"'],
    ["https://a.example/。好", "[https://a.example/]。好"],
    ["https://...", "https://..."],
    ["javascript://a.example/%0aalert(1)", "javascript://a.example/%0aalert(1)"],
  ]) {
    assert.equal(read(text), shown);
  }
});

test("no text that fits a message keeps the page for long", () => {
  const begun = process.cpuUsage();
  const most = 8192;
  for (const [piece, end] of [
    ["👍", "a"],
    ["👍🏽", "a"],
    ["🏽", "a"],
    ["👍\u200d", "a"],
    ["👍\ufe0f", "a"],
    ["👍 ", "a"],
    ["🇨", "a"],
    [" ", "👍"],
    [".", "x"],
    [")", "x"],
    ["https://", "x"],
    ["@", "x"],
  ]) {
    const size = new TextEncoder().encode(piece).length;
    const text = piece.repeat((most - 20) / size);
    for (const hostile of [text + end, `👍${text}${end}`, `https://a.example/${text}${end}`]) {
      for (let n = 0; n < 5; n++) {
        isEmojiOnly(hostile);
        Text({ text: hostile, mentions: [{ name: "@", own: false }] });
      }
    }
  }
  const spent = process.cpuUsage(begun);
  const took = (spent.user + spent.system) / 1000;
  assert.ok(took < 5000, `${took} ms`);
});

const linked = (text) => linksIn(text).map(({ text: said, link }) => (said === link ? said : [said, link]));

test("an address ends where it ends, whatever stands around it", () => {
  for (const [text, ...expected] of [
    ["see https://a.cn/x”，then", "https://a.cn/x"],
    ["中文https://a.cn/路径，后面", "https://a.cn/路径"],
    ["“https://a.cn/x”", "https://a.cn/x"],
    ["(https://example.org/a).", "https://example.org/a"],
    ["https://example.org/a_(b)", "https://example.org/a_(b)"],
    ["HTTPS://EXAMPLE.org/A", "HTTPS://EXAMPLE.org/A"],
    ["https://例子.中国/你好", "https://例子.中国/你好"],
    ["http://localhost:8000/x?y=1#z!", "http://localhost:8000/x?y=1#z"],
    ["https://a.org/x, https://b.org/y", "https://a.org/x", "https://b.org/y"],
    ["go to www.example.org, now", ["www.example.org", "http://www.example.org"]],
    ["看WWW.Example.org/a。", ["WWW.Example.org/a", "http://WWW.Example.org/a"]],
    ["write to max@ann.org.", ["max@ann.org", "mailto:max@ann.org"]],
    ["https://a.org/?to=max@ann.org", "https://a.org/?to=max@ann.org"],
    ["file.py, main.rs, www.x, www. and xhttps://a.org"],
    ["javascript:alert(1) data:text/html,x //x.y/z ftp://x.y/"],
    ["http://bank.example:pw@evil.example/x"],
    ["http://bank.example@evil.example/x"],
  ]) {
    assert.deepEqual(linked(text), expected, text);
  }
});

test("a name is a mention in any case, also behind Chinese, and not in an address", () => {
  const people = ["ann", "anna", "小明", "Иван"].map((name) => ({ name }));
  const mentioned = (text) => mentionsIn(text, people).map((each) => `${each.name}:${each.text}`);
  for (const [text, ...expected] of [
    ["@Ann and @ANNA", "ann:@Ann", "anna:@ANNA"],
    ["max@ann.org, a.b+c@ann.org"],
    ["你好@ann你好", "ann:@ann"],
    ["@小明你好", "小明:@小明"],
    ["@иван @Ивана", "Иван:@иван"],
    ["(@ann) @annb @ann_b", "ann:@ann"],
  ]) {
    assert.deepEqual(mentioned(text), expected, text);
  }
});

test("people are found by any part of a name, the beginning first", () => {
  const people = ["Joanna", "Lee Ann", "Anton", "Bob"].map((name) => ({ name }));
  assert.deepEqual(named(people, "AN").map(({ name }) => name), ["Anton", "Lee Ann", "Joanna"]);
  assert.deepEqual(named(people, "").length, 4);
  const several = [{ name: "Lee", names: ["Lee", "ann77"] }, { name: "Ann", names: ["Ann", "x"] }, { name: "Bo", names: ["Bo"] }];
  assert.deepEqual(named(several, "ann").map(({ name }) => name), ["Lee", "Ann"], "by any of their names");
});
