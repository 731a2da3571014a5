// A person's own page.
import "./support/page.js";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { happened, joined, kindOf, wayIn } from "../../hichat/web/browser/app/screens/security/ways.js";
import { newDevices, seeDevices } from "../../hichat/web/browser/app/model/devices.js";
import { learn, setLanguage } from "../../hichat/web/browser/app/words/words.js";
import { en as first } from "../../hichat/web/browser/app/words/en.js";
import { en } from "../../hichat/web/browser/app/words/security/en.js";
import { zh } from "../../hichat/web/browser/app/words/security/zh.js";

const twice = Object.keys(en).filter((key) => key in first);
learn({ en, zh });
const PAGES = "hichat/web/browser/app/screens/security";

test("a person's own page has words in both languages, and only words that are there", () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  assert.deepEqual(twice, []);
  const sources = readdirSync(PAGES).map((name) => readFileSync(`${PAGES}/${name}`, "utf8"));
  const asked = sources.flatMap((text) => [...text.matchAll(/\bt\("(\w+)"/g)].map(([, key]) => key));
  assert.ok(asked.length > 3);
  assert.deepEqual([...new Set(asked)].filter((key) => !(key in en) && !(key in first)), []);
});

test("a new device and its log-in are one; refusals and others stay", () => {
  const login = (at, device, outcome = "ok") => ({ what: "log_in", at, device, outcome });
  const fresh = (at, number) => ({ what: "new_device", at, device: number, outcome: "ok" });
  const shown = (items) => joined(items).map(({ what, at }) => `${what} ${at}`);
  assert.deepEqual(shown([login(1001, 3), fresh(1000, 3), login(900, 2)]), ["new_device 1001", "log_in 900"]);
  assert.deepEqual(shown([login(9000, 3), fresh(1000, 3)]), ["log_in 9000", "new_device 1000"]);
  assert.deepEqual(shown([login(1000, 4), fresh(1000, 3)]), ["log_in 1000", "new_device 1000"]);
  assert.deepEqual(shown([login(1000, 3, "wrong_password"), fresh(1000, 3)]), ["log_in 1000", "new_device 1000"]);
  assert.deepEqual(shown([login(2, 2), fresh(2, 2), login(1, 1), fresh(1, 1)]), ["new_device 2", "new_device 1"]);
});

test("every way in, act and refusal has words", () => {
  for (const language of ["en", "zh"]) {
    setLanguage(language);
    const found = ["log_in", "new_device", "stolen", "new_password"].map((what) => happened({ what, outcome: "ok" }));
    assert.equal(new Set(found).size, found.length);
    const ways = ["password", "app_password", "oidc", "passkey", "device_flow", "token"].map(wayIn);
    assert.ok(ways.every(Boolean) && new Set(ways).size === ways.length);
    assert.ok(happened({ what: "log_in", outcome: "something_new" }));
  }
  setLanguage("en");
  assert.deepEqual([wayIn(undefined), wayIn("toString")], ["", ""]);
  assert.equal(happened({ what: "log_in", outcome: "toString" }), "Refused");
  const kinds = ["ok", "second_factor_needed", "wrong_password"].map((outcome) => kindOf({ what: "log_in", outcome }));
  assert.deepEqual([...kinds, kindOf({ what: "stolen", outcome: "ok" })], ["ok", "asked", "refused", "refused"]);
});

test("a device that came since the last visit is news until it was seen", async () => {
  localStorage.clear();
  const session = (id, more = {}) => ({ id, loggedIn: true, current: false, ...more });
  let asked = 0;
  const model = (newestDevice, sessions, user = 7) => ({
    me: { newestDevice },
    state: { user, made: 1 },
    api: { all: async () => (asked++, sessions) },
  });
  const news = async (...given) => (await newDevices(model(...given))).map(({ id }) => id);
  assert.deepEqual(await news(3, [session(3)]), []); // the first visit
  assert.deepEqual(await news(3, [session(3)]), []);
  assert.equal(asked, 0);
  const later = [session(3), session(4), session(5, { loggedIn: false }), session(6, { current: true }), session(7)];
  assert.deepEqual(await news(7, later), [4, 7]);
  seeDevices(model(7, later), 4);
  assert.deepEqual(await news(7, later), [7]);
  seeDevices(model(7, later), 7);
  assert.deepEqual(await news(7, later), []);
  assert.deepEqual(await news(9, [session(9, { current: true })]), []);
  assert.deepEqual(await news(2, [session(2)]), []); // an older copy was put back
  assert.deepEqual(await news(3, [session(3)]), [3]);
  assert.deepEqual(await news(3, [session(3)], 8), []); // somebody else
  assert.deepEqual(await newDevices({ ...model(3, []), me: null }), []);
});
