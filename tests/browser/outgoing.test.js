// Outgoing hooks.
import "./support/page.js";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { outcomeOf, sentBy, stateOf } from "../../hichat/web/browser/app/screens/hooks/Outgoing.js";
import { learn, setLanguage } from "../../hichat/web/browser/app/words/words.js";
import { en as first } from "../../hichat/web/browser/app/words/en.js";
import { en } from "../../hichat/web/browser/app/words/outgoing/en.js";
import { zh } from "../../hichat/web/browser/app/words/outgoing/zh.js";

const twice = Object.keys(en).filter((key) => key in first);
learn({ en, zh });

test("hooks have words in both languages, and only words that are there", () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  assert.deepEqual(twice, []);
  const source = readFileSync("hichat/web/browser/app/screens/hooks/Outgoing.js", "utf8");
  const asked = [...source.matchAll(/"(hook[A-Z]\w*)"|\bt\("(\w+)"/g)].map(([, one, other]) => one ?? other);
  assert.ok(asked.length > 20);
  assert.deepEqual([...new Set(asked)].filter((key) => !(key in en) && !(key in first)), []);
});

test("how a hook is, and what became of a delivery, in words", () => {
  for (const language of ["en", "zh"]) {
    setLanguage(language);
    const hooks = [{}, { failing: 1, tries: 3 }, ...["by_hand", "gone", "failing", "no_rights", "no_secret"].map((off) => ({ off }))];
    const found = hooks.map(stateOf);
    assert.equal(new Set(found).size, hooks.length);
  }
  setLanguage("en");
  assert.equal(outcomeOf({ good: true, status: 204 }), "delivered");
  assert.equal(outcomeOf({ good: false, status: 500 }), 500);
  assert.equal(outcomeOf({ good: false, trouble: "no_name: x" }), "no_name");
  assert.deepEqual([[], ["message"], ["message", "edited"]].map(sentBy), ["all", "message", "changes"]);
});
