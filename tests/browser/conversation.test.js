// One conversation: what is loaded of it, what happens to it meanwhile, and how much of it is unread.
import "./support/page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Conversation, nameOf, placeOf } from "../../hichat/web/browser/app/model/conversation.js";

const ME = 1;
const said = (id, more = {}) => ({ id, n: id, time: id * 1000, from: 2, media: "text", text: `text ${id}`, reactions: [], ...more });
const ids = ({ messages }) => messages.map(({ id }) => id);

// An API of which a test answers each question when it wants to.
class Asked {
  questions = [];

  get = (path) => {
    const { pathname, searchParams } = new URL(path, "http://hichat.test");
    return new Promise((resolve, reject) => {
      this.questions.push({ path: pathname, query: Object.fromEntries(searchParams), resolve, reject });
    });
  };

  // Answer the oldest question that is open.
  answer(messages, more = false) {
    this.questions.shift().resolve({ items: messages, more });
  }
}

let chat;
let api;

const hear = (kind, id, more) => chat.hear({ kind, id, time: id * 1000, from: 2, user: 1, ...more }, ME);
const say = (id, more = {}) => hear("message", id, said(id, more));

async function load(messages, more = false) {
  const loading = chat.load(api);
  api.answer(messages, more);
  await loading;
}

beforeEach(() => {
  localStorage.clear();
  chat = new Conversation("user-2", ME);
  api = new Asked();
});

test("a conversation is with a person or a group, or is the announcements", () => {
  assert.deepEqual(["user-2", "group-3", "announcements"].map((name) => new Conversation(name, ME).kind), ["person", "group", "announcements"]);
});

test("what somebody has written goes with the account, also from a page on its way; what came later stays", async () => {
  await load([said(1), said(2, { from: ME }), said(3)]);
  chat.pins = [{ message: said(1) }, { message: said(2, { from: ME }) }];
  const loading = chat.load(api);
  chat.erase({ kind: "erased", id: 4, from: 2 });
  api.answer([said(1), said(2, { from: ME }), said(3)]);
  await loading;
  say(5);
  assert.deepEqual(chat.messages.map(({ text }) => text), ["", "text 2", "", "text 5"]);
  assert.deepEqual(chat.messages.map(({ recalled }) => Boolean(recalled)), [true, false, true, false]);
  assert.deepEqual(chat.pins.map(({ message }) => message.id), [2]);
});

test("names and places", () => {
  for (const [name, place] of [["user-7", { user: 7 }], ["group-1000001", { group: 1_000_001 }], ["announcements", {}]]) {
    assert.deepEqual(placeOf(name), place);
    assert.equal(nameOf(place), name);
  }
});

test("what is said while a page is on its way is there once, in order", async () => {
  const loading = chat.load(api);
  say(12);
  say(13);
  api.answer([said(10), said(11), said(12)]);
  await loading;
  assert.deepEqual(ids(chat), [10, 11, 12, 13]);
});

test("what is done to a message while its page is on its way is not lost", async () => {
  await load([said(10)], true);
  const loading = chat.loadOlder(api);
  hear("edited", 20, { message: 5, text: "other" });
  hear("recalled", 21, { message: 6 });
  hear("reacted", 22, { message: 5, emoji: "👍", on: true });
  api.answer([said(5), said(6)]);
  assert.equal(await loading, true);
  assert.deepEqual(chat.messages.map(({ text }) => text), ["other", "", "text 10"]);
  assert.deepEqual(chat.messages[0].reactions, [{ emoji: "👍", users: [2] }]);
});

test("what is heard in another order, or twice, stands in order, once", async () => {
  await load([said(10)]);
  for (const id of [13, 12, 13, 11, 12]) say(id);
  assert.deepEqual(ids(chat), [10, 11, 12, 13]);
});

test("a message from before what is loaded is not put before it: there is a gap between", async () => {
  await load([said(10)], true);
  say(4);
  assert.deepEqual(ids(chat), [10]);
});

test("where there is more after what is loaded, nothing new is put behind the gap", async () => {
  const loading = chat.load(api, 20);
  assert.equal(api.questions[0].query.before, "21");
  assert.equal(api.questions[1].query.after, "20");
  api.answer([said(19), said(20)], true);
  api.answer([said(21)], true);
  await loading;
  say(90);
  assert.deepEqual(ids(chat), [19, 20, 21]);
  const newer = chat.loadNewer(api);
  assert.equal(api.questions[0].query.after, "21");
  say(91);
  api.answer([said(22), said(90)]);
  assert.equal(await newer, true);
  assert.deepEqual(ids(chat), [19, 20, 21, 22, 90, 91]);
  assert.equal(chat.newer, false);
});

test("older pages follow each other without a gap, and one at a time", async () => {
  await load([said(10), said(11)], true);
  const first = chat.loadOlder(api);
  assert.equal(await chat.loadOlder(api), false);
  assert.equal(api.questions[0].query.before, "10");
  api.answer([said(8), said(9)], true);
  await first;
  const second = chat.loadOlder(api);
  assert.equal(api.questions[0].query.before, "8");
  api.answer([said(7)]);
  await second;
  assert.deepEqual(ids(chat), [7, 8, 9, 10, 11]);
  assert.equal(await chat.loadOlder(api), false);
});

test("an older page of what is not shown any more is left out", async () => {
  await load([said(10)], true);
  const older = chat.loadOlder(api);
  const jump = chat.load(api, 50);
  api.answer([said(9)]);
  assert.equal(await older, true);
  api.answer([said(50)], true);
  api.answer([said(51)]);
  await jump;
  assert.deepEqual(ids(chat), [50, 51]);
  const late = chat.loadOlder(api);
  const end = chat.load(api);
  const [page, newest] = api.questions.splice(0);
  newest.resolve({ items: [said(70)], more: true });
  await end;
  page.resolve({ items: [said(49)], more: false });
  assert.equal(await late, false);
  assert.deepEqual(ids(chat), [70]);
  assert.equal(chat.older, true);
});

test("of two places that are asked for the later is shown, whichever comes last", async () => {
  const newest = chat.load(api);
  const around = chat.load(api, 5);
  const [end, before, after] = api.questions.splice(0);
  before.resolve({ items: [said(4), said(5)], more: false });
  after.resolve({ items: [said(6)], more: true });
  await around;
  end.resolve({ items: [said(98), said(99)], more: true });
  await newest;
  assert.deepEqual(ids(chat), [4, 5, 6]);
  assert.equal(chat.newer, true);
});

test("a page that does not come leaves all as it was, and can be asked for again", async () => {
  await load([said(10)], true);
  const failing = chat.loadOlder(api);
  api.questions.shift().reject(new Error("offline"));
  await assert.rejects(failing, /offline/);
  const again = chat.loadOlder(api);
  api.answer([said(9)]);
  assert.equal(await again, true);
  assert.deepEqual(ids(chat), [9, 10]);
});

test("an edit that comes late does not undo a later one", async () => {
  await load([said(5)]);
  hear("edited", 9, { message: 5, text: "third" });
  hear("edited", 8, { message: 5, text: "second" });
  assert.equal(chat.messages[0].text, "third");
  assert.equal(chat.messages[0].edited, 9000);
});

test("a recalled message has nothing in it, and gets nothing any more", async () => {
  await load([said(5, { media: "file", url: "/v2/media/x", name: "a.txt", reactions: [{ emoji: "👍", users: [2] }] })]);
  hear("recalled", 6, { message: 5 });
  hear("edited", 7, { message: 5, text: "again" });
  hear("reacted", 8, { message: 5, emoji: "👍", on: true });
  const { text, url, name, recalled, reactions } = chat.messages[0];
  assert.deepEqual({ text, url, name, recalled, reactions }, { text: "", url: "", name: "", recalled: true, reactions: [] });
});

test("messages are replaced, not changed: who shows one sees by that that it is another", async () => {
  await load([said(5, { reactions: [{ emoji: "👍", users: [2] }] }), said(6)]);
  const [first, second] = chat.messages;
  const before = structuredClone(first);
  const all = chat.messages;
  hear("reacted", 7, { message: 5, emoji: "👍", on: true, from: 3 });
  hear("reacted", 8, { message: 5, emoji: "🎉", on: true, from: 3 });
  hear("edited", 9, { message: 5, text: "other" });
  assert.deepEqual(first, before);
  assert.notEqual(chat.messages, all);
  assert.equal(chat.messages[1], second);
  assert.deepEqual(chat.messages[0].reactions, [{ emoji: "👍", users: [2, 3] }, { emoji: "🎉", users: [3] }]);
});

test("reactions: each user once for each emoji, whatever its spelling; none that nobody has", async () => {
  await load([said(5)]);
  const react = (id, from, emoji, on) => hear("reacted", id, { message: 5, from, emoji, ...(on !== undefined && { on }) });
  react(6, 2, "❤\ufe0f");
  react(7, 2, "❤\ufe0f");
  react(8, 3, "❤");
  assert.deepEqual(chat.messages[0].reactions, [{ emoji: "❤\ufe0f", users: [2, 3] }]);
  react(9, 3, "❤\ufe0f", false);
  react(10, 2, "👍", false);
  assert.deepEqual(chat.messages[0].reactions, [{ emoji: "❤\ufe0f", users: [2] }]);
  react(11, 2, "❤", false);
  assert.deepEqual(chat.messages[0].reactions, []);
  // What is still to be recalled in the pages that come, has no emoji any more.
  hear("reacted", 12, { message: 5, on: false, recalled: true });
  assert.deepEqual(chat.messages[0].reactions, []);
});

test("a reaction that comes late does not undo a later one of the same user, also if it was spelt otherwise", async () => {
  await load([said(5)]);
  const react = (id, on, more) => hear("reacted", id, { message: 5, emoji: "❤\ufe0f", on, from: ME, ...more });
  react(9, true); // one's own is known before what another device did before it
  react(8, false, { emoji: "❤" });
  assert.deepEqual(chat.messages[0].reactions, [{ emoji: "❤\ufe0f", users: [ME] }]);
  react(7, true, { from: 2 });
  react(6, true, { emoji: "👍" });
  assert.deepEqual(chat.messages[0].reactions, [{ emoji: "❤\ufe0f", users: [ME, 2] }, { emoji: "👍", users: [ME] }]);
  react(11, false);
  react(10, true);
  assert.deepEqual(chat.messages[0].reactions, [{ emoji: "❤\ufe0f", users: [2] }, { emoji: "👍", users: [ME] }]);
});

test("the last message follows what is done to it, also where nothing is loaded", () => {
  say(5);
  hear("edited", 6, { message: 5, text: "other" });
  assert.equal(chat.last.text, "other");
  hear("edited", 7, { message: 4, text: "older" });
  assert.equal(chat.last.text, "other");
  hear("recalled", 8, { message: 5 });
  assert.equal(chat.last.recalled, true);
  assert.equal(say(4), false);
  assert.equal(chat.last.id, 5);
});

// What the list of conversations says of it.
const show = (last, unread, read = 0, more = {}) =>
  chat.show({ title: "bob", picture: "", received: 0, read, unread, last: said(last), ...more }, ME);

test("nothing is called unread before the server has counted", () => {
  say(5);
  assert.equal(chat.unread, 0);
  show(5, 4);
  assert.equal(chat.unread, 4);
  say(6);
  assert.equal(chat.unread, 5);
});

test("what came while the server counted is counted once", () => {
  show(5, 2);
  say(6);
  say(7);
  show(6, 3);
  assert.equal(chat.unread, 4);
  show(5, 2);
  assert.equal(chat.unread, 4);
});

test("one's own message reads all before it; what comes behind it is unread", () => {
  show(5, 2);
  say(6);
  say(7, { from: ME });
  assert.equal(chat.unread, 0);
  say(8);
  assert.equal(chat.unread, 1);
  // The server's answer from before it.
  show(6, 3);
  assert.equal(chat.unread, 1);
});

test("what was read elsewhere is read here; up to there", () => {
  show(5, 2);
  say(6);
  say(7);
  chat.haveRead(6);
  assert.equal(chat.unread, 1);
  chat.haveRead(5);
  assert.equal(chat.unread, 1);
  // Of what the server has counted, only the server knows how much is left.
  chat = new Conversation("user-2", ME);
  show(9, 4);
  chat.haveRead(7);
  assert.equal(chat.unread, 4);
  assert.equal(chat.doubt, 7);
  chat.count(9, 1, 7);
  assert.equal(chat.unread, 1);
  assert.equal(chat.doubt, 0);
});

test("what is recalled is not unread", () => {
  show(5, 2);
  say(6);
  hear("recalled", 7, { message: 6 });
  assert.equal(chat.unread, 2);
  assert.equal(chat.doubt, 0);
  hear("recalled", 8, { message: 4 });
  assert.equal(chat.doubt, 8);
  chat.count(8, 1, 0);
  assert.equal(chat.unread, 1);
  // What had been read is no reason to ask.
  chat.haveRead(8);
  hear("recalled", 9, { message: 3 });
  assert.equal(chat.doubt, 0);
});

test("in a group all have it, or have read it, only when each of the others has", () => {
  chat = new Conversation("group-1000001", ME);
  const states = () => [5, 9].map((id) => chat.stateOf({ id }));
  assert.deepEqual(states()[0], { state: "sent", received: 0, read: 0, all: 0 });
  chat.others.set(2, { received: 5, read: 0 });
  chat.others.set(3, { received: 9, read: 5 });
  assert.deepEqual(states(), [{ state: "delivered", received: 2, read: 1, all: 2 }, { state: "sent", received: 1, read: 0, all: 2 }]);
  chat.others.set(2, { received: 0, read: 6 }); // who has read it has it
  assert.deepEqual(states(), [{ state: "read", received: 2, read: 2, all: 2 }, { state: "sent", received: 1, read: 0, all: 2 }]);
  hear("joined", 7, { group: 1_000_001, member: 4 });
  // Who came later does not count, and who was there does.
  assert.deepEqual(states().map(({ state, all }) => [state, all]), [["read", 2], ["sent", 3]]);
  assert.deepEqual([chat.stateOf({ id: 5 }, 3).all, chat.stateOf({ id: 9 }, 3).all], [2, 3]);
  assert.deepEqual(chat.readersOf({ id: 9 }), { read: [], received: [3], neither: [2, 4] });
  hear("joined", 11, { group: 1_000_001, member: 3 }); // who is there is not counted anew
  hear("left", 12, { group: 1_000_001, from: 4 });
  assert.deepEqual(states()[0], { state: "read", received: 2, read: 2, all: 2 });
  assert.deepEqual(chat.readersOf({ id: 6 }), { read: [2], received: [3], neither: [] });
  // Of 49 others the marks of two are known so far.
  assert.deepEqual(chat.stateOf({ id: 5 }, 49), { state: "sent", received: 2, read: 2, all: 49 });
});

test("a member who comes back to a group is meant by what was said before, as before", () => {
  chat = new Conversation("group-1000001", ME);
  chat.others.set(2, { received: 9, read: 9, since: 1 });
  chat.others.set(3, { received: 5, read: 0, since: 2 });
  hear("left", 10, { group: 1_000_001, from: 3 });
  assert.equal(chat.stateOf({ id: 5 }).state, "read");
  hear("joined", 11, { group: 1_000_001, member: 3 });
  assert.deepEqual(chat.stateOf({ id: 5 }), { state: "delivered", received: 2, read: 1, all: 2 });
  assert.deepEqual(chat.readersOf({ id: 6 }), { read: [2], received: [], neither: [3] });
});

test("who came and went stands between the messages, once, in order", async () => {
  chat = new Conversation("group-1000001", ME);
  const loading = chat.load(api);
  api.answer([said(10), said(12)], true);
  await new Promise(setImmediate);
  assert.deepEqual(api.questions[0].query, { after: "10" });
  hear("left", 14, { group: 1_000_001 });
  api.answer([{ id: 11, kind: "joined", from: 3 }, { id: 14, kind: "left", from: 2 }]);
  await loading;
  hear("joined", 13, { group: 1_000_001 });
  assert.deepEqual(chat.changes.map(({ id }) => id), [11, 13, 14]);
  const older = chat.loadOlder(api);
  api.answer([said(8)], false);
  await new Promise(setImmediate);
  assert.deepEqual(api.questions[0].query, { after: "0", before: "10" });
  api.answer([{ id: 9, kind: "joined", from: 2 }]);
  await older;
  assert.deepEqual(chat.changes.map(({ id }) => id), [9, 11, 13, 14]);
});

test("it opens at the first unread message: around the last that was read, if the newest page does not have it", async () => {
  const page = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => said(from + at));
  show(500, 450, 50);
  chat.begin();
  const opening = chat.open(api);
  assert.deepEqual(api.questions.map(({ query }) => query), [{ limit: "50", before: "51" }, { limit: "50", after: "50" }]);
  api.answer(page(1, 50));
  api.answer(page(51, 100), true);
  await opening;
  assert.equal(chat.messages[chat.firstUnread].id, 51);
  assert.equal(chat.divider, 51);
  // What is read meanwhile leaves the divider where it is, until somebody opens it again.
  chat.haveRead(60);
  assert.equal(chat.divider, 51);
  assert.equal(chat.elsewhere, true);
  chat.begin();
  assert.equal(chat.divider, 61);
});

test("a few unread messages are on the newest page; of one who wrote without a mark, those behind the own message", async () => {
  show(9, 2, 3);
  chat.begin();
  const opening = chat.open(api);
  api.answer([said(3), said(4), said(7, { from: ME }), said(8), said(9)]);
  await opening;
  assert.equal(chat.divider, 8);
  assert.equal(chat.elsewhere, false);
});

test("there is no divider where nothing is unread, nor in what is said while one looks; but in what comes while one is away", async () => {
  show(9, 0, 9);
  chat.begin();
  await load([said(9)]);
  say(10);
  assert.equal(chat.divider, 0);
  chat.haveRead(10);
  chat.begin(true);
  assert.equal(chat.divider, 0);
  say(11);
  say(12);
  assert.equal(chat.divider, 11);
});

test("how many of those that are loaded were read is known; of others the server is asked", async () => {
  show(20, 10, 10);
  await load([said(10), said(11), said(12, { recalled: true }), said(13), said(20)], true);
  chat.haveRead(13);
  assert.equal(chat.unread, 8);
  assert.equal(chat.doubt, 0);
  chat = new Conversation("user-2", ME);
  show(20, 10, 5);
  await load([said(10), said(20)], true);
  chat.haveRead(13);
  assert.equal(chat.unread, 10);
  assert.equal(chat.doubt, 13);
});

test("a mention of all is one of everybody but its author", () => {
  chat = new Conversation("group-1000001", ME);
  const comes = (id, from, mentions) => say(id, { from, mentions, group: 1_000_001 });
  comes(1, 2, [0]);
  comes(2, ME, [0]);
  comes(3, 2, [4]);
  comes(4, 2, [4, 0]);
  assert.deepEqual(chat.mentions, [4], "what was before one's own was seen");
  comes(5, 2, [0]);
  assert.deepEqual(chat.mentions, [4, 5]);
});

test("mentions that were not in view are known, also those that are not loaded", async () => {
  chat = new Conversation("group-1000001", ME);
  const names = { mentions: [ME], group: 1_000_001 };
  show(300, 250, 50);
  chat.begin();
  const opening = chat.open(api);
  api.answer([said(40, names), said(50)]);
  api.answer([said(51), said(52, names)], true);
  await new Promise(setImmediate);
  api.answer([]);
  await opening;
  assert.deepEqual(chat.mentions, [52]);
  const scanning = chat.scan(api);
  assert.deepEqual(api.questions[0].query, { after: "52", limit: "100" });
  api.answer([said(60, names), said(61, { ...names, recalled: true })], true);
  await new Promise(setImmediate);
  api.answer([said(300, { ...names, from: ME })]);
  assert.equal(await scanning, true);
  assert.deepEqual(chat.mentions, [52, 60]);
  say(301, names);
  assert.deepEqual(chat.mentions, [52, 60, 301]);
  assert.equal(chat.noticed(60, 55), true);
  assert.equal(chat.noticed(60, 55), false);
  hear("recalled", 302, { message: 301 });
  assert.deepEqual(chat.mentions, [52]);
  chat.haveRead(52);
  assert.deepEqual(chat.mentions, []);
});

const DAY = 24 * 3600 * 1000;
const gone = (id, more = {}) => said(id, { text: "", recalled: true, expired: true, ...more });

test("what the server keeps no more is not shown: what is behind it is the beginning", async () => {
  const loading = chat.load(api);
  api.questions.shift().resolve({ items: [gone(7), gone(8), said(9), said(10)], more: true, keepDays: 30 });
  await loading;
  assert.deepEqual(ids(chat), [9, 10]);
  assert.deepEqual([chat.older, chat.keepDays, chat.expired], [false, 30, 8000]);
  // From when on they are kept: as the days say, but not before what is gone.
  assert.equal(chat.keptSince(8000 + DAY), 8000);
  assert.equal(chat.keptSince(40 * DAY), 10 * DAY);
  chat.keepDays = 0;
  assert.equal(chat.keptSince(40 * DAY), 8000);
});

test("an older page ends at what is gone; where all is gone nothing is left", async () => {
  await load([said(10), said(11)], true);
  const older = chat.loadOlder(api);
  api.answer([gone(7), gone(8), said(9)], true);
  await older;
  assert.deepEqual([ids(chat), chat.older], [[9, 10, 11], false]);
  await load([gone(10), gone(11)], true);
  assert.deepEqual([ids(chat), chat.older, chat.keptSince(99)], [[], false, 11000]);
});

test("who wants to go where all is gone sees the newest messages", async () => {
  const loading = chat.load(api, 5);
  api.answer([gone(4), gone(5)], true);
  api.answer([gone(6), gone(7)], true);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(api.questions[0].query.after, undefined);
  api.answer([said(20)], true);
  await loading;
  assert.deepEqual([ids(chat), chat.newer], [[20], false]);
});

test("a missed message that is gone by now is neither shown nor unread", async () => {
  await load([said(10)]);
  chat.count(10, 0, 10);
  assert.equal(say(11, gone(11)), false);
  say(12);
  assert.deepEqual([ids(chat), chat.unread, chat.last.id], [[10, 12], 1, 12]);
});

test("what becomes too old is forgotten, unless the server gives what is older than it says", async () => {
  const now = Date.now();
  const loading = chat.load(api);
  const messages = [said(10, { time: now - 29 * DAY }), said(11, { time: now - DAY })];
  api.questions.shift().resolve({ items: messages, more: false, keepDays: 30 });
  await loading;
  chat.last = messages[1];
  assert.equal(chat.forget(now), false);
  assert.equal(chat.forget(now + 2 * DAY), true);
  assert.deepEqual([ids(chat), chat.older, chat.last.expired], [[11], true, undefined]);
  assert.equal(chat.forget(now + 30 * DAY), true);
  assert.deepEqual([ids(chat), chat.last.expired, chat.last.text], [[], true, ""]);
  const again = chat.load(api);
  api.questions.shift().resolve({ items: [said(10, { time: now - 99 * DAY })], more: false, keepDays: 30 });
  await again;
  assert.equal(chat.forget(now), false);
  assert.deepEqual(ids(chat), [10]);
});
