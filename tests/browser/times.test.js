// Times, in the reader's zone and language.
import "./support/page.js";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as words from "../../hichat/web/browser/app/words/words.js";

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
