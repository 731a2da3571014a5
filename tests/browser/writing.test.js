// Keys and buttons that format what one writes.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { changed } from "../../hichat/web/browser/app/model/writing.js";
import { actOf } from "../../hichat/web/browser/app/screens/chat/Formatting.js";

// A text with its selection between "|" and "|", or the caret at one "|".
function after(written, act) {
  const from = written.indexOf("|");
  const plain = written.replace("|", "");
  const to = plain.includes("|") ? plain.indexOf("|") : from;
  const text = plain.replace("|", "");
  const change = changed(text, from, to, act);
  const made = text.slice(0, change.at) + change.text + text.slice(change.end);
  const marked = [...made.slice(0, change.from), "|", ...made.slice(change.from, change.to)];
  return [...marked, ...(change.to > change.from ? ["|"] : []), ...made.slice(change.to)].join("");
}

test("signs are put around what is selected, and taken away again", () => {
  for (const [text, act, expected] of [
    ["a |word| b", "bold", "a **|word|** b"],
    ["a **|word|** b", "bold", "a |word| b"],
    ["a |**word**| b", "bold", "a |word| b"],
    ["a **|word|** b", "italic", "a ***|word|*** b"],
    ["a ***|word|*** b", "italic", "a **|word|** b"],
    ["a ***|word|*** b", "bold", "a *|word|* b"],
    ["a *|word|* b", "bold", "a ***|word|*** b"],
    ["a| word |b", "strike", "a ~~|word|~~ b"],
    ["|x|", "code", "`|x|`"],
    ["|a\nb|", "code", "```\n|a\nb|\n```"],
    ["see |a\nb| c", "code", "see \n```\n|a\nb|\n```\n c"],
    ["|a\n\nb|", "bold", "|**a**\n\n**b**|"],
    ["a | b", "bold", "a **|** b"],
    ["a **|** b", "bold", "a | b"],
    ["a **b|** c", "bold", "a **b**| c"],
    ["|one\ntwo|", "quote", "|> one\n> two|"],
    ["> on|e", "quote", "one|"],
    ["x\nfo|o\ny", "list", "x\n- foo|\ny"],
    ["|text|", "link", "[text](|)"],
    ["|https://a.example/|", "link", "[|](https://a.example/)"],
    ["|", "link", "[|]()"],
  ]) {
    assert.equal(after(text, act), expected, `${act}: ${text}`);
  }
});

test("keys", () => {
  const none = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  for (const [event, act] of [
    [{ key: "b", ctrlKey: true }, "bold"],
    [{ key: "I", ctrlKey: true }, "italic"],
    [{ key: "и", code: "KeyB", ctrlKey: true }, "bold"],
    [{ key: "b", metaKey: true }, undefined],
    [{ key: "X", ctrlKey: true, shiftKey: true }, "strike"],
    [{ key: "e", ctrlKey: true }, "code"],
    [{ key: "U", ctrlKey: true, shiftKey: true }, "link"],
    [{ key: "x", ctrlKey: true }, undefined],
    [{ key: "b" }, undefined],
    [{ key: "e", ctrlKey: true, altKey: true }, undefined],
  ]) {
    assert.equal(actOf({ ...none, ...event }), act, JSON.stringify(event));
  }
});
