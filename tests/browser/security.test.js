// A person's own page.
import "./support/page.js";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { en as first } from "../../hichat/web/browser/app/words/en.js";
import { en } from "../../hichat/web/browser/app/words/security/en.js";
import { zh } from "../../hichat/web/browser/app/words/security/zh.js";

const PAGES = "hichat/web/browser/app/screens/security";

test("a person's own page has words in both languages, and only words that are there", () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  assert.deepEqual(Object.keys(en).filter((key) => key in first), []);
  const sources = readdirSync(PAGES).map((name) => readFileSync(`${PAGES}/${name}`, "utf8"));
  const asked = sources.flatMap((text) => [...text.matchAll(/\bt\("(\w+)"/g)].map(([, key]) => key));
  assert.ok(asked.length > 3);
  assert.deepEqual([...new Set(asked)].filter((key) => !(key in en) && !(key in first)), []);
});
