// Voices that are recorded, and what becomes of them when one turns to another conversation.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./support/browser.js";

// A microphone that gives a stream when the test says so, and a recorder.
function microphone() {
  const found = { asked: [], stopped: 0, recorders: [], hears: true };
  const stream = () => ({ getTracks: () => [{ stop: () => found.stopped++ }] });
  navigator.mediaDevices = {
    getUserMedia: () => new Promise((resolve, reject) => found.asked.push({ allow: () => resolve(stream()), refuse: reject })),
  };
  globalThis.MediaRecorder = class {
    static isTypeSupported = (type) => type.startsWith("audio/ogg");
    state = "inactive";

    constructor(_stream, { mimeType }) {
      this.mimeType = mimeType;
      found.recorders.push(this);
    }

    start() {
      this.state = "recording";
      queueMicrotask(() => found.hears && this.onstart());
    }

    stop() {
      this.state = "inactive";
      queueMicrotask(() => {
        this.ondataavailable({ data: new Blob(["sound"]) });
        this.onstop();
      });
    }
  };
  return found;
}

async function opened() {
  const browser = new Browser();
  const model = await browser.tab();
  const sent = [];
  model.media.send = (conversation, file, { seconds }) => sent.push([conversation.name, file.name, file.type, Math.round(seconds)]);
  const begin = async (name) => {
    model.recordings.begin(name);
    found.asked.at(-1).allow();
    await browser.clock.pass(0);
  };
  const found = microphone();
  const asked = () => {
    const event = new Event("beforeunload", { cancelable: true });
    Object.defineProperty(event, "returnValue", { writable: true });
    dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { browser, model, sent, begin, found, asked };
}

test("a recording is sent to the conversation in which it was begun", async () => {
  const { browser, model, sent, begin, found } = await opened();
  await begin("user-2");
  await browser.clock.pass(4000);
  assert.equal(model.recordings.lengthOf(model.recordings.get("user-2")), 4);
  model.recordings.send("user-2");
  await browser.clock.pass(0);
  assert.deepEqual(sent, [["user-2", "voice.ogg", "audio/ogg", 4]]);
  assert.equal(found.stopped, 1, "the microphone is free");
  assert.equal(model.recordings.get("user-2"), undefined);
});

test("who leaves the conversation keeps the recording there, is told, and may send it later", async () => {
  const { browser, model, sent, begin, found, asked } = await opened();
  model.people.name(2);
  await begin("user-2");
  await browser.clock.pass(3000);
  model.recordings.leave("user-2");
  await browser.clock.pass(2000);
  assert.equal(model.recordings.get("user-2").phase, "kept");
  assert.match(model.toasts.at(-1).text, /bob/);
  assert.deepEqual([sent, found.stopped, asked()], [[], 1, true]);
  // Another one, elsewhere, changes nothing in it.
  await begin("user-3");
  await browser.clock.pass(1000);
  model.recordings.send("user-3");
  await browser.clock.pass(0);
  model.recordings.send("user-2");
  assert.deepEqual(sent.map(([name, , , seconds]) => [name, seconds]), [["user-3", 1], ["user-2", 3]]);
  assert.equal(asked(), false);
});

test("who begins one elsewhere, or comes to the longest, loses nothing either", async () => {
  const { browser, model, sent, begin } = await opened();
  await begin("user-2");
  await begin("user-3");
  await browser.clock.pass(301_000);
  const phases = ["user-2", "user-3"].map((name) => model.recordings.get(name).phase);
  assert.deepEqual([phases, sent], [["kept", "kept"], []]);
  assert.equal(model.recordings.get("user-3").seconds, 300);
});

test("it begins when the microphone gives sound, not when the browser allows it", async () => {
  const { browser, model, sent, begin, found } = await opened();
  found.hears = false;
  await begin("user-2");
  await browser.clock.pass(3000);
  assert.equal(model.recordings.get("user-2").phase, "asking");
  found.recorders[0].onstart();
  await browser.clock.pass(2000);
  model.recordings.send("user-2");
  await browser.clock.pass(0);
  assert.deepEqual(sent.map(([, , , seconds]) => seconds), [2]);
  // Who leaves before it does has said nothing that could be kept.
  await begin("user-3");
  model.recordings.leave("user-3");
  await browser.clock.pass(0);
  assert.deepEqual([model.recordings.all.size, found.stopped], [0, 2]);
});

test("who leaves before the browser has given the microphone records nothing; so does who logs out", async () => {
  const { browser, model, begin, found } = await opened();
  model.recordings.begin("user-2");
  model.recordings.leave("user-2");
  found.asked[0].allow();
  await browser.clock.pass(0);
  assert.deepEqual([model.recordings.all.size, found.stopped, found.recorders.length], [0, 1, 0]);
  await begin("user-2");
  await model.link.ask("logOut");
  await browser.clock.pass(100);
  assert.deepEqual([model.recordings.all.size, found.stopped], [0, 2]);
});
