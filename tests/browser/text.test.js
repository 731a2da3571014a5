// What others write, as it is shown.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
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
  const begun = performance.now();
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
  const took = performance.now() - begun;
  assert.ok(took < 5000, `${took} ms`);
});
