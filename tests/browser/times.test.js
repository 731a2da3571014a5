// Times, in the reader's zone and language; what changes with the day is drawn again when the day is over.
import "./support/page.js";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as words from "../../hichat/web/browser/app/words/words.js";
import { happens, look } from "./support/page.js";
import { Browser } from "./support/browser.js";

const zone = process.env.TZ;

afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  words.setLanguage("en");
  navigator.languages = ["en-GB"];
});

const at = (text) => Date.parse(text);
// Between a time and "pm" there is one of several blanks.
const plain = (text) => text.replace(/\u202f/g, " ");
const shown = (now, time) => ["dayName", "shortTime"].map((name) => plain(words[name](at(time), at(now))));

function isIn(place, language = "en", kind = "en-GB") {
  process.env.TZ = place;
  words.setLanguage(language);
  navigator.languages = [kind];
}

test("a day begins at the reader's midnight", () => {
  isIn("Asia/Kolkata"); // 5:30 before UTC
  assert.deepEqual(shown("2026-05-06T18:40Z", "2026-05-06T18:30Z"), ["Today", "00:00"]);
  assert.deepEqual(shown("2026-05-06T18:40Z", "2026-05-06T18:29Z"), ["Yesterday", "Wed"]);
  isIn("Asia/Kathmandu"); // 5:45
  assert.deepEqual(shown("2026-05-06T18:20Z", "2026-05-06T18:15Z"), ["Today", "00:00"]);
  assert.deepEqual(shown("2026-05-06T18:20Z", "2026-05-06T18:14Z"), ["Yesterday", "Wed"]);
  isIn("America/St_Johns"); // 2:30 behind, in summer
  assert.deepEqual(shown("2026-07-02T03:00Z", "2026-07-02T02:30Z"), ["Today", "00:00"]);
  assert.deepEqual(shown("2026-07-02T03:00Z", "2026-07-02T02:29Z"), ["Yesterday", "Wed"]);
});

test("a change of summer time between two messages, and in the night before", () => {
  isIn("Europe/Berlin"); // back on 2026-10-25 at 3, forward on 2026-03-29 at 2
  assert.deepEqual([at("2026-10-25T00:30Z"), at("2026-10-25T01:30Z")].map(words.clock), ["02:30", "02:30"]);
  assert.deepEqual([at("2026-03-29T00:59Z"), at("2026-03-29T01:00Z")].map(words.clock), ["01:59", "03:00"]);
  assert.deepEqual(shown("2026-10-25T22:55Z", "2026-10-24T22:05Z"), ["Today", "00:05"]);
  assert.deepEqual(shown("2026-03-29T22:05Z", "2026-03-28T23:05Z"), ["Yesterday", "Sun"]);
  isIn("Australia/Lord_Howe"); // by half an hour, on 2026-04-05 at 2
  assert.deepEqual([at("2026-04-04T14:45Z"), at("2026-04-04T15:15Z")].map(words.clock), ["01:45", "01:45"]);
  isIn("America/Santiago"); // 2026-09-06 begins at 1 o'clock
  assert.deepEqual(shown("2026-09-06T12:00Z", "2026-09-06T04:00Z"), ["Today", "01:00"]);
  assert.deepEqual(shown("2026-09-06T12:00Z", "2026-09-06T03:59Z"), ["Yesterday", "Sat"]);
  isIn("Pacific/Apia"); // there was no 2011-12-30
  assert.deepEqual(shown("2011-12-31T02:00Z", "2011-12-30T09:00Z"), ["Thursday", "Thu"]);
});

test("a message of last year shows its year; of the last days, the weekday", () => {
  isIn("Europe/London");
  assert.deepEqual(shown("2026-01-02T12:00Z", "2025-12-31T12:00Z"), ["Wednesday", "Wed"]);
  assert.deepEqual(shown("2026-01-02T12:00Z", "2025-12-20T12:00Z"), ["20 December 2025", "20 Dec 2025"]);
  assert.deepEqual(shown("2026-11-02T12:00Z", "2026-01-02T12:00Z"), ["2 January 2026", "2 Jan"]);
  // A week ago is no weekday any more: that is today's.
  assert.deepEqual(shown("2026-05-13T12:00Z", "2026-05-06T12:00Z"), ["6 May 2026", "6 May"]);
  assert.deepEqual(shown("2026-05-12T12:00Z", "2026-05-06T12:00Z"), ["Wednesday", "Wed"]);
  // A clock that was wrong
  assert.deepEqual(shown("2026-05-06T12:00Z", "2026-05-07T12:00Z"), ["7 May 2026", "7 May"]);
  isIn("Asia/Shanghai", "zh", "zh-CN");
  assert.deepEqual(shown("2026-01-02T02:00Z", "2025-12-01T02:00Z"), ["2025年12月1日", "2025年12月1日"]);
});

test("the language is the one that was chosen, the clock the reader's kind of it", () => {
  const time = at("2026-05-01T12:00Z");
  for (const [language, kind, expected] of [
    ["en", "en-GB", "13:00"],
    ["en", "en-US", "1:00 PM"],
    ["en", "de-DE", "1:00 PM"],
    ["en", "en-US@posix", "1:00 PM"],
    ["zh", "zh-CN", "13:00"],
  ]) {
    isIn("Europe/London", language, kind);
    assert.equal(plain(words.clock(time)), expected, kind);
  }
});

// A tab whose page is drawn by noting what it calls a time.
async function noting(now, time) {
  const browser = new Browser({ now });
  const model = await browser.tab();
  const notes = [];
  model.drawn = () => notes.push(words.dayName(at(time), model.now()));
  return { browser, model, last: () => notes.at(-1), count: () => notes.length };
}

test("at the reader's midnight the page is drawn again, not some time after it", async () => {
  for (const [zoneName, midnight] of [
    ["Asia/Kolkata", "2026-05-06T18:30:00Z"],
    ["Europe/Berlin", "2026-10-25T23:00:00Z"], // after a day of 25 hours
    ["America/Santiago", "2026-09-06T04:00:00Z"], // at 1 o'clock: there is no midnight
  ]) {
    isIn(zoneName);
    // What draws every so often does not happen to be due then.
    const tab = await noting(new Date(at(midnight) - 74_000).toISOString(), new Date(at(midnight) - 3600_000).toISOString());
    await tab.browser.clock.pass(72_000);
    assert.equal(tab.last(), "Today", zoneName);
    await tab.browser.clock.pass(2_000);
    assert.equal(tab.last(), "Yesterday", zoneName);
  }
});

test("it is the server's clock that counts: the browser's may be wrong", async () => {
  isIn("Europe/London");
  const tab = await noting("2026-01-06T20:00:00Z", "2026-01-06T20:00Z");
  tab.browser.server.ahead = 5 * 3600_000;
  tab.browser.server.cut();
  await tab.browser.mend();
  await tab.browser.clock.pass(30_000);
  assert.equal(tab.last(), "Yesterday");
});

test("after the machine slept over midnight: at once where somebody looks, else within half a minute", async () => {
  isIn("Asia/Kathmandu");
  for (const looks of [() => look(true), () => happens("focus"), null]) {
    const tab = await noting("2026-05-06T12:00:00Z", "2026-05-06T12:00Z");
    await tab.browser.clock.pass(60_000);
    assert.equal(tab.last(), "Today");
    // No timer runs while it sleeps, nor does what is due wake at once.
    const { timers } = tab.browser.clock;
    for (const timer of timers.values()) timer.at += 20 * 3600_000;
    tab.browser.clock.sleep(20 * 3600_000);
    looks?.();
    await tab.browser.clock.pass(looks ? 10 : 30_000);
    assert.equal(tab.last(), "Yesterday");
  }
});

test("a reader who travels sees the times of the place within half a minute", async () => {
  isIn("Europe/London");
  const tab = await noting("2026-05-06T23:30:00Z", "2026-05-06T12:00Z");
  assert.equal(words.calendar(tab.model.now()), words.calendar(tab.model.now() + 60_000));
  const before = words.calendar(tab.model.now());
  isIn("Europe/Lisbon"); // the same clock, but not always
  assert.notEqual(words.calendar(tab.model.now()), before);
  isIn("America/New_York");
  await tab.browser.clock.pass(30_000);
  assert.equal(tab.last(), "Today");
});

test("a place with the same clock today has another one in summer", () => {
  isIn("Europe/London");
  const [time, now] = [at("2026-07-01T12:00Z"), at("2026-12-01T12:00Z")];
  words.calendar(now);
  assert.equal(words.clock(time), "13:00");
  isIn("Africa/Abidjan");
  words.calendar(now);
  assert.equal(words.clock(time), "12:00");
});

test("a mute that ends is seen to end", async () => {
  const tab = await noting("2026-05-06T12:00:00Z", "2026-05-06T12:00Z");
  const mute = { until: tab.model.now() + 45_000 };
  assert.equal(tab.model.lasts(mute), true);
  const drawn = [];
  tab.model.drawn = () => drawn.push(tab.model.lasts(mute));
  await tab.browser.clock.pass(80_000);
  assert.equal(drawn.at(-1), false);
  assert.equal(tab.model.lasts({}), true);
  assert.equal(tab.model.lasts(undefined), false);
});

test("an answer to a ping draws nothing", async () => {
  const tab = await noting("2026-05-06T12:00:00Z", "2026-05-06T12:00Z");
  await tab.browser.clock.pass(3600_000);
  assert.ok(tab.count() <= 121, tab.count());
});
