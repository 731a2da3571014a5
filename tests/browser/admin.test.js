// The pages of those who run the server, and who sees them.
import "./support/page.js";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { ROLES, isAtLeast, isGuest, roleOf } from "../../hichat/web/browser/app/model/roles.js";
import { ACTS, actMeant, actWords } from "../../hichat/web/browser/app/words/admin/acts.js";
import { setLanguage } from "../../hichat/web/browser/app/words/words.js";
import { en as first } from "../../hichat/web/browser/app/words/en.js";
import { en } from "../../hichat/web/browser/app/words/admin/en.js";
import { zh } from "../../hichat/web/browser/app/words/admin/zh.js";

const PAGES = "hichat/web/browser/app/screens/admin";

test("a role has what those before it have", () => {
  const may = (role) => ROLES.filter((least) => isAtLeast({ role }, least));
  assert.deepEqual(may("moderator"), ["guest", "member", "moderator"]);
  assert.deepEqual(may("owner"), ROLES);
  assert.deepEqual(ROLES.filter((least) => isAtLeast(null, least)), ["guest", "member"]);
  assert.equal(roleOf({ administrator: true }), "administrator");
  assert.deepEqual(ROLES.filter((role) => isGuest({ role })), ["guest"]);
  assert.equal(isGuest(null), false);
});

test("the pages have words in both languages, and only words that are there", () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  assert.deepEqual(Object.keys(en).filter((key) => key in first), []);
  const sources = readdirSync(PAGES).map((name) => readFileSync(`${PAGES}/${name}`, "utf8"));
  const asked = sources.flatMap((text) => [...text.matchAll(/(?:\bt\(|title: )"(\w+)"/g)].map(([, key]) => key));
  assert.ok(asked.length > 3);
  assert.deepEqual([...new Set(asked)].filter((key) => !(key in en) && !(key in first)), []);
});

test("the acts of the audit log have words, which name one act each", () => {
  for (const [language, at] of [["en", 0], ["zh", 1]]) {
    setLanguage(language);
    const words = Object.values(ACTS).map((both) => both[at]);
    assert.equal(new Set(words.map((each) => each.toLowerCase())).size, words.length);
    assert.deepEqual(Object.keys(ACTS).filter((act) => actMeant(actWords(act)) !== act), []);
  }
  assert.equal(actWords("log_in"), "登录");
  setLanguage("en");
  assert.deepEqual([actWords("log_in"), actMeant("logged in"), actMeant("log_in")], ["Logged in", "log_in", "log_in"]);
  assert.deepEqual([actWords("toString"), actMeant("toString")], ["toString", "toString"]);
});
