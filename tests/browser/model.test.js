// What a tab knows beside its conversations: people, groups, lists, members, files, notices.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "./support/page.js";
import { Browser } from "./support/browser.js";
import { Avatar } from "../../hichat/web/browser/app/parts/Avatar.js";
import { choicesFor } from "../../hichat/web/browser/app/screens/conversations/choices.js";
import { entries } from "../../hichat/web/browser/app/screens/finding/Switcher.js";
import { mentionAt, mentionsIn } from "../../hichat/web/browser/app/model/mentions.js";
import { Recency } from "../../hichat/web/browser/app/model/recency.js";
import { go, hrefOf, route } from "../../hichat/web/browser/app/model/route.js";
import { kindOf } from "../../hichat/web/browser/app/model/media.js";

const GROUP = 1_000_001;
const asked = (browser, path) => browser.server.asked.filter((each) => each === path).length;

async function opened() {
  const browser = new Browser();
  const model = await browser.tab();
  return { browser, model, server: browser.server };
}

test("the list: pinned ones first, then those where something was said last", async () => {
  const { browser, model, server } = await opened();
  for (const from of [2, 3, 4]) {
    server.say(from, { user: 1 }, "hi");
    await browser.clock.pass(1000);
  }
  const names = () => model.listed.map(({ name }) => name);
  assert.deepEqual(names(), ["user-4", "user-3", "user-2"]);
  model.conversation("user-2").pinned = true;
  assert.deepEqual(names(), ["user-2", "user-4", "user-3"]);
  browser.cut();
  model.say(model.conversation("user-3"), { media: "text", text: "on its way" });
  await browser.clock.pass(10);
  assert.deepEqual(names(), ["user-2", "user-3", "user-4"]);
  model.conversation("user-4").muted = true;
  assert.equal(model.unread, 2);
});

test("three hundred conversations come in two answers, with all that is unread; whatever waits comes with one's account", async () => {
  const names = Array.from({ length: 320 }, (_, index) => `user ${index + 1}`);
  const browser = new Browser({ names });
  const { server } = browser;
  for (let from = 2; from <= 320; from++) server.say(from, { user: 1 }, "hi");
  Object.assign(server.users[0], { requests: 3, invitations: 1 });
  const model = await browser.tab();
  assert.equal(model.ready, true);
  assert.deepEqual([model.listed.length, model.unread], [300, 300]);
  const at = (path) => server.asked.filter((each) => each.startsWith(`GET /v2${path}`));
  assert.deepEqual(at("/conversations"), ["GET /v2/conversations?limit=30", "GET /v2/conversations?limit=300"]);
  assert.equal(server.asked.length, 5, server.asked.join(" "));
  assert.deepEqual([model.lists.count("received"), model.lists.count("invitations")], [3, 1]);
  // Whatever happens to a list, it is counted anew.
  server.requests = [{ user: server.users[3], greeting: "" }];
  server.ask(4);
  await browser.clock.pass(1000);
  assert.equal(model.lists.count("received"), 1);
  assert.equal(at("/contact-requests").length, 1);
  // The rest, when somebody looks for one.
  await model.overview.all();
  assert.deepEqual([model.listed.length, model.unread], [319, 319]);
  assert.equal(at("/conversations?limit").length, 3);
  // After a time without a connection, one answer tells of all.
  browser.cut();
  await browser.mend();
  assert.equal(at("/conversations?limit").length, 4);
});

test("somebody who is not known is asked for once, and again after a while if that failed", async () => {
  const { browser, model, server } = await opened();
  assert.equal(model.people.name(4), "…");
  model.people.name(4);
  await browser.clock.pass(100);
  assert.equal(model.people.name(4), "dan");
  assert.equal(asked(browser, "GET /v2/users/4"), 1);
  assert.equal(model.people.name(9), "…");
  await browser.clock.pass(100);
  assert.equal(model.people.name(9), "Nobody", "there never was one");
  browser.cut();
  model.people.name(3);
  await browser.clock.pass(100);
  for (let n = 0; n < 20; n++) model.people.name(3);
  await browser.clock.pass(100);
  assert.equal(asked(browser, "GET /v2/users/3"), 1, "not once for each time that the page is drawn");
  server.up = true;
  await browser.clock.pass(6000);
  model.people.name(3);
  await browser.clock.pass(100);
  assert.equal(model.people.name(3), "cid");
});

test("a contact's own name for somebody goes before theirs", async () => {
  const { browser, model } = await opened();
  model.people.know({ id: 2, name: "bob" });
  model.people.remarks.set(2, "Bobby");
  assert.equal(model.people.name(2), "Bobby");
  await browser.clock.pass(100);
});

test("an answer that was asked for earlier does not undo a later one", () => {
  const recency = new Recency();
  const [first, second] = [recency.now(), recency.now()];
  assert.equal(recency.take("a", second), true);
  assert.equal(recency.take("a", first), false);
  assert.equal(recency.take("b", first), true);
  assert.equal(recency.take("a", second), true);
  const before = recency.now();
  recency.forget();
  assert.equal(recency.take("b", before), false, "it is for another user");
  assert.equal(recency.take("b", recency.now()), true);
});

test("a group is asked for again when something happens there: at once, and once for the rest", async () => {
  const { browser, model, server } = await opened();
  server.make(GROUP, 1, 2);
  await browser.clock.pass(2000);
  const path = `GET /v2/groups/${GROUP}`;
  const before = asked(browser, path);
  for (const user of [3, 4]) {
    server.groups.get(GROUP).add(user);
    server.make(GROUP, ...server.groups.get(GROUP));
  }
  await browser.clock.pass(3000);
  assert.equal(asked(browser, path), before + 2);
  assert.equal(model.groups.get(GROUP).size, 4);
});

test("who is no member any more is in no group, whatever answer comes late", async () => {
  const { browser, model, server } = await opened();
  server.make(GROUP, 1, 2);
  await browser.clock.pass(2000);
  model.groups.get(GROUP);
  let free;
  server.hold = new Promise((resolve) => (free = resolve));
  model.groups.refresh(GROUP);
  await browser.clock.pass(10);
  server.leave(GROUP, 1, "removed", 2);
  await browser.clock.pass(10);
  server.groups.get(GROUP).add(1); // what the answer says is from before
  server.hold = null;
  free();
  await browser.clock.pass(10);
  assert.deepEqual(model.groups.get(GROUP).you, {});
  assert.equal(model.conversation(`group-${GROUP}`).gone, true);
  assert.deepEqual(model.listed, []);
});

test("the members follow what happens, also while a page of them is on its way", async () => {
  const { browser, model, server } = await opened();
  server.make(GROUP, 1, 2, 3);
  await browser.clock.pass(1000);
  let free;
  server.hold = new Promise((resolve) => (free = resolve));
  model.members.load(GROUP);
  await browser.clock.pass(10);
  model.members.heard({ kind: "joined", group: GROUP, member: 4 });
  model.members.heard({ kind: "left", group: GROUP, from: 3 });
  server.hold = null;
  free();
  await browser.clock.pass(10);
  const names = () => model.members.get(GROUP).toSorted((a, b) => a.id - b.id).map(({ name }) => name);
  assert.deepEqual(names(), ["ann", "bob", ""], "the name of who has just come is not known yet");
  await browser.clock.pass(100);
  assert.deepEqual(names(), ["ann", "bob", "dan"]);
  assert.equal(model.members.isComplete(GROUP), true);
  model.members.heard({ kind: "role", group: GROUP, member: 2, role: "owner" });
  model.members.heard({ kind: "role", group: GROUP, member: 1, role: "owner" });
  model.members.heard({ kind: "muted", group: GROUP, member: 4, until: 5 });
  const found = new Map(model.members.get(GROUP).map((each) => [each.id, each]));
  assert.deepEqual([found.get(1).role, found.get(2).role, found.get(4).muted], ["owner", "admin", { until: 5 }]);
  model.members.heard({ kind: "unmuted", group: GROUP, member: 4 });
  assert.equal(model.members.get(GROUP).find(({ id }) => id === 4).muted, undefined);
});

test("a list is loaded when it is wanted, and again when something happened to it: once for much", async () => {
  const { browser, model } = await opened();
  assert.equal(asked(browser, "GET /v2/blocks?limit=200"), 0);
  model.lists.get("blocks");
  model.lists.get("blocks");
  await browser.clock.pass(100);
  assert.equal(asked(browser, "GET /v2/blocks?limit=200"), 1);
  for (let n = 0; n < 5; n++) model.lists.heard({ kind: "unblocked" });
  await browser.clock.pass(200);
  assert.equal(asked(browser, "GET /v2/blocks?limit=200"), 2);
  model.lists.heard({ kind: "blocked" });
  assert.equal(asked(browser, "GET /v2/devices?limit=200"), 0, "nobody wants it");
  await browser.clock.pass(200);
});

test("new names and pictures are told, and the list tells them again after a while without a connection", async () => {
  const { browser, model, server } = await opened();
  const group = server.make(GROUP, 1, 2);
  server.say(2, { user: 1 }, "hi");
  await browser.clock.pass(100);
  model.lists.items.set("contacts", [{ user: { id: 2, name: "bob", displayName: "bob", avatar: "" }, since: 1 }]);
  await model.members.load(GROUP);
  const conversation = model.conversation("user-2");
  assert.equal(model.titleOf(conversation), "bob");
  const [peer] = server.peers;
  const told = async (frame) => {
    peer.socket.onmessage({ data: JSON.stringify({ op: "person", ...frame }) });
    await browser.clock.pass(10);
  };
  const { version } = model.people;
  await told({ from: 2, name: "bob", displayName: "Robert", avatar: "/v2/media/x" });
  assert.equal(model.titleOf(conversation), "Robert");
  assert.equal(model.pictureOf(conversation), "/v2/media/x");
  assert.notEqual(model.people.version, version, "messages are drawn again");
  assert.deepEqual(model.people.namesOf({ id: 2 }), ["Robert", "bob"]);
  assert.equal(model.members.get(GROUP).find(({ id }) => id === 2).displayName, "Robert");
  assert.equal(model.lists.items.get("contacts")[0].user.displayName, "Robert");
  await told({ from: 2, name: "bob", displayName: "Robert", avatar: "", away: "at lunch" });
  const seen = () => [model.people.get(2), model.lists.items.get("contacts")[0].user].map(({ away }) => away);
  assert.deepEqual(seen(), ["at lunch", "at lunch"]);
  await told({ from: 2, name: "bob", displayName: "Robert", avatar: "" });
  assert.deepEqual(seen(), [undefined, undefined], "back");
  model.people.remarks.set(2, "Bobby");
  assert.equal(model.titleOf(conversation), "Bobby", "one's own name for a contact wins");
  assert.deepEqual(model.people.namesOf({ id: 2 }), ["Bobby", "Robert", "bob"]);
  model.people.remarks.clear();
  await told({ from: 1, name: "me", displayName: "My Self", avatar: "" });
  assert.deepEqual([model.me.name, model.me.displayName], ["me", "My Self"], "on another device");
  await told({ from: 2, name: "", displayName: "", avatar: "" });
  assert.equal(model.titleOf(conversation), "Deleted account");
  server.users[1].name = "rob";
  browser.cut();
  await browser.clock.pass(100);
  server.up = true;
  await browser.clock.pass(20_000);
  assert.equal(model.titleOf(conversation), "rob");
  assert.ok(!model.people.get(2).deleted, group);
});

test("after a long while without a connection, people who are shown are asked for once more", async () => {
  const { browser, model, server } = await opened();
  server.say(2, { user: 1 }, "hi");
  await browser.clock.pass(100);
  model.people.name(4);
  await browser.clock.pass(100);
  const lose = async (time) => {
    browser.cut();
    await browser.clock.pass(time);
    server.up = true;
    await browser.clock.pass(20_000);
    model.people.name(2);
    model.people.name(4);
    await browser.clock.pass(100);
  };
  await lose(1000);
  assert.equal(asked(browser, "GET /v2/users/4"), 1);
  server.users[3].name = "daniel";
  await lose(70_000);
  assert.equal(asked(browser, "GET /v2/users/4"), 2);
  assert.equal(model.people.name(4), "daniel");
  assert.equal(asked(browser, "GET /v2/users/2"), 0, "the list has told of them");
});

test("nobody is online while oneself is not connected", async () => {
  const { browser, model, server } = await opened();
  server.say(2, { user: 1 }, "hi");
  await browser.clock.pass(100);
  assert.ok(model.online.has(2));
  server.up = false;
  browser.cut();
  await browser.clock.pass(100);
  assert.equal(model.online.size, 0);
  server.up = true;
  await browser.clock.pass(20_000);
  assert.ok(model.online.has(2));
});

test("who has written in the group that is open is watched, and a message of theirs is no other watch", async () => {
  const { browser, model, server } = await opened();
  server.make(GROUP, 1, 2, 3, 4);
  for (const from of [4, 3]) server.say(from, { group: GROUP }, "hi");
  await browser.clock.pass(100);
  const conversation = model.conversation(`group-${GROUP}`);
  await conversation.load(model.api);
  model.watch(conversation);
  const watches = () => server.heard.filter(({ op }) => op === "watch");
  await browser.clock.pass(100);
  const { length } = watches();
  assert.deepEqual(watches().at(-1).users, [3, 4]);
  server.say(4, { group: GROUP }, "again");
  await browser.clock.pass(100);
  assert.equal(watches().length, length);
  server.say(2, { group: GROUP }, "me, too");
  await browser.clock.pass(100);
  assert.deepEqual(watches().at(-1).users, [2, 3, 4]);
});

test("typing: said every few seconds, and over when it is not said again, or when they write", async () => {
  const { browser, model, server } = await opened();
  const conversation = model.conversation("user-2");
  for (let n = 0; n < 10; n++) {
    model.typing(conversation);
    await browser.clock.pass(500);
  }
  assert.equal(server.heard.filter(({ op }) => op === "typing").length, 2);
  const peer = [...server.peers][0];
  const types = () => peer.socket.onmessage({ data: JSON.stringify({ op: "typing", from: 2, user: 1 }) });
  types();
  await browser.clock.pass(4000);
  types();
  await browser.clock.pass(4000);
  assert.deepEqual([...conversation.typing.keys()], [2]);
  await browser.clock.pass(2100);
  assert.equal(conversation.typing.size, 0);
  types();
  await browser.clock.pass(10);
  server.say(2, { user: 1 }, "done");
  await browser.clock.pass(10);
  assert.equal(conversation.typing.size, 0);
  types();
  await browser.clock.pass(10);
  browser.cut();
  await browser.clock.pass(10);
  assert.equal(conversation.typing.size, 0, "nobody can tell any more");
});

test("drafts are forgotten with the log-out", async () => {
  const { browser, model } = await opened();
  model.conversation("user-2").draft.write("secret");
  await model.link.ask("logOut");
  await browser.clock.pass(100);
  assert.equal(model.state.phase, "out");
  assert.deepEqual(Object.keys(localStorage), []);
  assert.equal(model.conversations.size, 0);
});

test("who does not look is called: once a conversation for what comes together, and not for what is old", async () => {
  const calls = [];
  globalThis.Notification = class {
    static permission = "granted";

    constructor(title, { body, tag }) {
      calls.push([title, body, tag]);
    }
  };
  try {
    const { browser, server } = await opened();
    server.say(2, { user: 1 }, "looked at");
    await browser.clock.pass(1000);
    look(false);
    await browser.clock.pass(10);
    for (const text of ["one", "two"]) server.say(2, { user: 1 }, text);
    server.say(1, { user: 2 }, "own");
    server.muted.add("user-3");
    server.say(3, { user: 1 }, "muted");
    await browser.clock.pass(1000);
    assert.deepEqual(calls, [["bob (2)", "two", "hichat-user-2"]]);
    browser.cut();
    server.say(2, { user: 1 }, "long ago");
    await browser.clock.pass(600_000);
    server.say(2, { user: 1 }, "a moment ago");
    await browser.mend();
    assert.deepEqual(calls.slice(1).map(([title, body]) => [title, body]), [["bob (3)", "a moment ago"]]);
  } finally {
    delete globalThis.Notification;
  }
});

test("where only service workers notify, they do, and know the chat that a click opens", async () => {
  const shown = [];
  globalThis.Notification = class {
    static permission = "granted";

    constructor() {
      throw new TypeError("Illegal constructor");
    }
  };
  const registration = { showNotification: async (title, { body, data }) => shown.push([title, body, data]) };
  navigator.serviceWorker = { getRegistration: async () => registration };
  try {
    const { browser, server, model } = await opened();
    model.people.name(2);
    look(false);
    await browser.clock.pass(10);
    server.say(2, { user: 1 }, "are you there?");
    await browser.clock.pass(1000);
    assert.deepEqual(shown, [["bob", "are you there?", "user-2"]]);
  } finally {
    delete globalThis.Notification;
    delete navigator.serviceWorker;
  }
});

test("what comes sounds, but not in the conversation in view, whether it is read or not", async () => {
  let sounds = 0;
  const node = class {
    gain = { linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
    connect = (other) => other;
    start() {}
    stop() {}
  };
  const context = class {
    constructor() {
      sounds++;
    }

    close() {}
  };
  Object.assign(globalThis, { AudioContext: context, OscillatorNode: node, GainNode: node });
  try {
    const { browser, server, model } = await opened();
    localStorage.setItem("hichat.notices.sound", "on");
    model.watch(model.conversation("user-2"));
    await browser.clock.pass(10);
    server.say(2, { user: 1 }, "in view");
    await browser.clock.pass(1000);
    assert.equal(sounds, 0);
    for (const text of ["elsewhere", "and again"]) server.say(3, { user: 1 }, text);
    await browser.clock.pass(1000);
    assert.equal(sounds, 1);
    look(false);
    await browser.clock.pass(10);
    server.say(2, { user: 1 }, "not in view any more");
    await browser.clock.pass(1000);
    assert.equal(sounds, 2);
  } finally {
    for (const name of ["AudioContext", "OscillatorNode", "GainNode"]) delete globalThis[name];
  }
});

test("mentions: the longer of two names, at the end of a word", () => {
  const people = ["ann", "anna", "bob", "小明", ""].map((name) => ({ name }));
  const found = mentionsIn("@anna, @ann! x@y @bobby @小明你好 @@ann", people);
  assert.deepEqual(found.map(({ name, at }) => [name, at]), [["anna", 0], ["ann", 7], ["小明", 24], ["ann", 31]]);
});

test("who is called so comes before who only logs in so, and that name is told", async () => {
  const { browser, model, server } = await opened();
  for (const from of [2, 3, 4]) server.say(from, { user: 1 }, "hi");
  await browser.clock.pass(1000);
  model.people.know({ id: 4, name: "bdan", displayName: "Dan" });
  model.people.know({ id: 3, name: "cid", displayName: "Cid B." });
  const found = entries(model, "b", []).map(({ id, why }) => [id, why]);
  assert.deepEqual(found, [[2, undefined], [3, undefined], [4, "bdan"]]);
});

test("a picture's tint is the person's, whatever the name", () => {
  const tint = (id, name) => /tint-(\d)/.exec(JSON.stringify(Avatar({ model: { media: { open: () => "" } }, id, name })))[1];
  assert.equal(tint(5, "Ann"), tint(5, "Bea"));
  assert.notEqual(tint(5, "Ann"), tint(6, "Ann"));
  assert.match(tint(undefined, ""), /[0-7]/);
});

test("a mention goes on behind a blank while a name does", () => {
  const names = ["Ann Müller", "Bob", "Bob Ross"];
  const query = (text, written) => mentionAt(text, text.length, names, written)?.query;
  assert.equal(query("hi @An"), "An");
  assert.equal(query("hi @ann mu"), "ann mu");
  assert.equal(query("hi @Ann "), "Ann ");
  assert.equal(query("hi @Ann X"), undefined);
  assert.equal(query("@Ann Müller and"), undefined);
  assert.equal(query("@Bob r", []), "Bob r");
  assert.equal(query("@Bob r", ["Bob"]), undefined, "Bob was chosen, and what follows is no part of the name");
  assert.equal(query("a@b Ann"), undefined);
  assert.equal(query("@Ann\nMü"), undefined);
});

test("what puts a chat away can be undone, and its pin comes back", async () => {
  const { browser, model, server } = await opened();
  server.say(2, { user: 1 }, "hi");
  await browser.clock.pass(1000);
  const chat = model.conversation("user-2");
  const settings = () => ({ pinned: chat.pinned, archived: chat.archived, hidden: chat.hidden });
  const usual = { pinned: false, archived: false, hidden: false };
  const choose = async (icon) => {
    choicesFor(model, chat).find((each) => each.icon === icon).act();
    await browser.clock.pass(100);
  };
  const undo = async () => {
    model.toasts.at(-1).undo();
    await browser.clock.pass(100);
  };
  for (const [icon, change] of [["archive", { archived: true }], ["hide", { hidden: true }]]) {
    await choose(icon);
    assert.deepEqual(settings(), { ...usual, ...change });
    await undo();
    assert.deepEqual(settings(), usual);
    await choose("pin");
    await choose(icon);
    assert.equal(chat.pinned, false);
    await undo();
    assert.deepEqual(settings(), { ...usual, pinned: true });
    await choose("pin");
  }
  await choose("archive");
  chat.muted = true;
  server.say(2, { user: 1 }, "more");
  await browser.clock.pass(100);
  assert.deepEqual([chat.archived, model.unread, model.unreadInArchive], [true, 0, 2]);
  await choose("archive");
  await undo();
  assert.deepEqual(settings(), { ...usual, archived: true });
  await browser.clock.pass(20_000);
  assert.deepEqual(model.toasts, []);
});

test("places in the address, whatever stands in them", () => {
  go("search", "user-2", "a/b % ü #");
  assert.deepEqual(route(), { section: "search", detail: "user-2", more: "a/b % ü #" });
  location.hash = "#/chats/%E0%A4%A";
  assert.deepEqual(route(), { section: "chats", detail: "", more: "" });
  location.hash = "";
  assert.equal(route().section, "chats");
  assert.equal(hrefOf("chats", "user-2", 5), "#/chats/user-2/5");
});

test("what a file is sent as", () => {
  const kinds = ["image/png", "image/svg+xml", "audio/ogg", "video/mp4", ""].map((type) => kindOf({ type }));
  assert.deepEqual(kinds, ["picture", "file", "audio", "file", "file"]);
});
