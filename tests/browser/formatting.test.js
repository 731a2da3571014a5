// What is written in Markdown: what it says, that it is safe, and that it is quick, whatever it is.
import "./support/page.js";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Formatting } from "../../hichat/web/browser/app/model/formatting.js";
import { leadsTo, misleads } from "../../hichat/web/browser/app/model/links.js";
import * as markdown from "../../hichat/web/browser/app/model/markdown.js";
import { mentionsIn } from "../../hichat/web/browser/app/model/mentions.js";
import { plain } from "../../hichat/web/browser/app/model/plain.js";
import { blocks } from "../../hichat/web/browser/app/parts/Formatted.js";
import { textOf } from "./support/vnodes.js";

const CASES = JSON.parse(readFileSync("tests/support/formatting.json", "utf8"));
const LONGEST = 8192;

const formatting = new Formatting({ changed: () => {}, postpone: () => {} }, async () => markdown);
formatting.treeOf("**");
await new Promise(setImmediate);

// What stands in the page, as HTML without what says how it looks.
const shown = (text, mentions = []) => {
  const tree = formatting.treeOf(text, mentions, false);
  return tree ? textOf(blocks(tree, mentions)) : text;
};
const withoutElements = (text) => text.replace(/ ?<span class="leads-to".*?<\/span>/g, "").replace(/<[^>]*>/g, "");

test("the text without signs is that of the server, and what is shown", () => {
  for (const [text, expected] of CASES) {
    const words = expected.replace(/ \((?:https:|mailto:)[^)]*\)/g, "");
    assert.equal(plain(text), words, text);
    const lines = withoutElements(shown(text)).replace(/\n+/g, "\n");
    const without = words.replace(/^(?:> |- |\d\. )/gm, "").replace(/\n+/g, "\n");
    if (text !== "```c++\na\n``\n````\nb") assert.equal(lines, without, text);
  }
});

test("every sign has its look", () => {
  for (const [text, expected] of [
    ["**bold** *it* _it_ ~~no~~ `a*b*`", "<p><strong>bold</strong> <em>it</em> <em>it</em> <s>no</s> <code>a*b*</code></p>"],
    ["***both***", "<p><em><strong>both</strong></em></p>"],
    ["# *Title*\ntext", "<p><strong><em>Title</em></strong></p>\n<p>text</p>"],
    ["> one\n> two\nmine", "<blockquote><p>one\ntwo</p></blockquote>\n<p>mine</p>"],
    ["- a\n- b\nmine", "<ul><li><p>a</p></li>\n<li><p>b</p></li></ul>\n<p>mine</p>"],
    ["3. a\n5. b", '<ol start="3"><li value="3"><p>a</p></li>\n<li value="5"><p>b</p></li></ol>'],
    ["```js\nlet a;\n\n  a*b*\n```", "<Code js>let a;\n\n  a*b*</Code>"],
    ["a\n  b **c**\n\n\nd", "<p>a\n  b <strong>c</strong></p>\n<p>d</p>"],
    ["see *https://a.example/_x_*.", '<p>see <em><a href="https://a.example/_x_">https://a.example/_x_</a></em>.</p>'],
    ["[a **b**](https://a.example/)", '<p><a href="https://a.example/">a <strong>b</strong></a></p>'],
    ["[](https://a.example/)", '<p><a href="https://a.example/">https://a.example/</a></p>'],
    ["<b>*x*</b> <img src=x> ![y](https://a.example/)", '<p>&lt;b><em>x</em>&lt;/b> &lt;img src=x> !<a href="https://a.example/">y</a></p>'],
    ["| *a* |\n|---|", "<p>| <em>a</em> |\n|---|</p>"],
    ["[x]: https://a.example/\n[x] *y*", '<p>[x]: <a href="https://a.example/">https://a.example/</a>\n[x] <em>y</em></p>'],
    ["&lt; &copy; *x*", "<p>&amp;lt; &amp;copy; <em>x</em></p>"],
  ]) {
    assert.equal(shown(text), expected, text);
  }
});

test("people are named inside of signs", () => {
  const mentions = [{ name: "ann", own: true }, { name: "_x_y", own: false }];
  assert.deepEqual(mentionsIn(plain("**@ann** _@Ann_ a_@ann"), mentions).map(({ at }) => at), [0, 5]);
  assert.deepEqual(mentionsIn("_@x a_@x __@x", [{ name: "x" }]).map(({ at }) => at), [1]);
  assert.equal(shown("**@ann**, _@Ann_ and @_x_y *a*", mentions), "<p><strong><span>@ann</span></strong>, <em><span>@Ann</span></em> and <span>@_x_y</span> <em>a</em></p>");
});

test("a link leads to a page or to an address of e-mail, and says where if its text says something else", () => {
  for (const address of ["javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "//a.example", "/x", "x", "https:/a.example", "vbscript:x", "file:///x", "https://u:p@a.example/", "https://a.example@b.example/", "https://", "mailto:x"]) {
    assert.equal(leadsTo(address), "", address);
    assert.ok(!shown(`**x** [a](${address})`).includes("href"), address);
    assert.ok(!shown(`**x** [a](<${address}>)`).includes("href"), address);
  }
  for (const [text, href, expected] of [
    ["the docs", "https://a.example/", false],
    ["a.example", "https://www.a.example/x", false],
    ["https://a.example/y", "https://a.example/x", false],
    ["bank.example", "https://evil.example/", true],
    ["https://bank.example/", "https://bank.example.evil.example/", true],
    ["see bank.example!", "https://evil.example/", true],
    ["ba\u200bnk.exam\u00adple", "https://evil.example/", true],
    ["bank。example", "https://evil.example/", true],
    ["ｂａｎｋ．ｅｘａｍｐｌｅ", "https://evil.example/", true],
    ["ann@a.example", "mailto:ann@a.example", false],
    ["ann@a.example", "mailto:eve@a.example", true],
    ["10.0.0.1", "https://evil.example/", true],
    ["a".repeat(300), "https://evil.example/", true],
  ]) {
    assert.equal(misleads(text, href), expected, text);
  }
  assert.match(shown("[**bank**.*example*](https://evil.example/x)"), /<span>\(evil\.example\)<\/span>/);
});

const SIGNS = [..."*_`[]()\\>#-~1. a\n\t你é", "~~", "](", "[a](https://b.example/)", "[a](javascript:x)", "```", "\n```\n", "> ", "- ", "  - ", "1. ", "**", "@ann", "https://a.example/", "<", "word! ", "\u202e"];

test("whatever the text is, its words are shown, and no link leads elsewhere", () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 4000; round++) {
    const text = Array.from({ length: 1 + random(60) }, () => SIGNS[random(SIGNS.length)]).join("");
    const page = shown(text, [{ name: "ann", own: false }]);
    for (const [, href] of page.matchAll(/href="([^"]*)"/g)) assert.match(href, /^(?:https?:\/\/[^@]+$|mailto:)/, text);
    assert.equal(page.split("word!").length, text.split("word!").length, text);
    plain(text);
  }
});

// Milliseconds of the processor since then: others on the machine take none of them.
const spent = (before) => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

test("no text keeps the page for long, or makes it large", () => {
  const people = [{ name: "ann", own: false }, { name: "*_", own: false }];
  for (const piece of [...SIGNS, "**", "**_ ", "**a", "*a**b", "a**b", "_a_ ", "*a_b ", "`a``b", "~~a", "a~~b~", "[[]", "([", "[a](<b", '[a](b "', "- a\n", "> a\n", "> - ", "> > ", "- - ", "1) a\n", "***a*** ", "*_", "a@b.c ", "http://", "www.a.b ", "```a b\n", "`a` ", "**a** "]) {
    for (const size of [LONGEST, 65_536]) {
      const half = piece.repeat(size / piece.length / 2);
      const text = `${half}a${[...half].reverse().join("")}`;
      let best = Infinity;
      for (let n = 0; n < 5; n++) {
        const before = process.cpuUsage();
        const tree = formatting.treeOf(text, people, false);
        if (tree) textOf(blocks(tree, people));
        plain(text.slice(0, LONGEST));
        best = Math.min(best, spent(before));
        const [depth, count] = measured(tree ?? []);
        assert.ok(depth < 40 && count <= 3000, `${JSON.stringify(piece)}: ${depth} deep, ${count} elements`);
      }
      assert.ok(best < 50, `${JSON.stringify(piece)} of ${size}: ${best} ms`);
    }
  }
});

test("what is deep is shown, but not as deep as it is", () => {
  for (const mark of ["> ", "- ", "> - ", "- > "]) {
    const tree = formatting.treeOf(`${mark.repeat(20)}word`, [], false);
    assert.ok(tree && measured(tree)[0] < 30, mark);
    assert.match(textOf(blocks(tree, [])), /word/);
    assert.equal(formatting.treeOf(`${mark.repeat(1000)}word`, [], false), null);
  }
});

function measured(nodes) {
  let [depth, count] = [0, nodes.length];
  for (const { children = [] } of nodes) {
    const [deeper, more] = measured(children);
    depth = Math.max(depth, deeper);
    count += more;
  }
  return [depth + 1, count];
}

test("a text is read once, and what reads comes with the first that has signs", async () => {
  let asked = 0;
  let changes = 0;
  const lazy = new Formatting({ changed: () => changes++, postpone: () => {} }, async () => {
    asked++;
    return markdown;
  });
  assert.equal(lazy.treeOf("nothing"), null);
  assert.equal(asked, 0);
  assert.equal(lazy.treeOf("**a**"), null);
  assert.equal(lazy.treeOf("**b**"), null);
  await new Promise(setImmediate);
  assert.deepEqual([asked, changes], [1, 1]);
  const tree = lazy.treeOf("**a**");
  assert.ok(tree);
  assert.equal(lazy.treeOf("**a**"), tree);
  const fails = new Formatting({ changed: () => {}, postpone: (allow) => allow() }, async () => {
    asked++;
    throw new Error("away");
  });
  for (let n = 0; n < 9; n++) {
    fails.treeOf("**a**");
    await new Promise(setImmediate);
  }
  assert.equal(asked, 1 + 5);
});
