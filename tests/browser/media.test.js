// Files: on their way up, their names, and the links by which they are fetched.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./support/browser.js";
import { Pictures } from "../../hichat/web/browser/app/model/pictures.js";
import { ROOT } from "../../hichat/web/browser/app/hub/root.js";

const ID = (letter) => letter.repeat(22);
const url = (letter) => `/v2/media/${ID(letter)}`;

async function opened() {
  const browser = new Browser();
  const model = await browser.tab();
  const calls = [];
  let links = (ids) => ids.map((id) => ({ id, url: `/files/${id}`, expires: model.now() + 600_000 }));
  model.api.post = async (path, { ids }) => {
    calls.push(ids);
    return { items: await links(ids) };
  };
  return { browser, model, calls, give: (how) => (links = how) };
}

// Uploads that end when the test says so.
function uploads(model) {
  const held = [];
  model.api.upload = (path, file, progress) =>
    new Promise((resolve, reject) => held.push({ path, file, progress, resolve, reject }));
  return held;
}

test("a link is asked for once, together with others, and again before it is over", async () => {
  const { browser, model, calls } = await opened();
  assert.equal(model.media.link(url("a")), "");
  for (const letter of ["a", "b", "c"]) model.media.link(url(letter));
  await browser.clock.pass(10);
  assert.deepEqual(calls, [[ID("a"), ID("b"), ID("c")]]);
  assert.equal(model.media.link(url("a")), `${ROOT}/files/${ID("a")}`);
  await browser.clock.pass(530_000);
  model.media.link(url("a"));
  await browser.clock.pass(10);
  assert.equal(calls.length, 1);
  await browser.clock.pass(20_000);
  assert.equal(model.media.link(url("a")), `${ROOT}/files/${ID("a")}`, "the old one is good until then");
  await browser.clock.pass(10);
  assert.deepEqual(calls.slice(1), [[ID("a")]]);
});

test("more than a hundred are asked for in several calls", async () => {
  const { browser, model, calls } = await opened();
  for (let n = 0; n < 250; n++) model.media.link(`/v2/media/${String(n).padStart(22, "0")}`);
  await browser.clock.pass(10);
  assert.deepEqual(calls.map(({ length }) => length), [100, 100, 50]);
});

test("what one may not see is missing, and is not asked for whenever the page is drawn", async () => {
  const { browser, model, calls, give } = await opened();
  give(() => []);
  model.media.link(url("a"));
  await browser.clock.pass(10);
  for (let n = 0; n < 10; n++) assert.equal(model.media.link(url("a")), "");
  assert.equal(model.media.isMissing(url("a")), true);
  assert.equal(model.media.isMissing(url("b")), false);
  await browser.clock.pass(10);
  assert.equal(calls.length, 1);
});

test("links that do not come are asked for again after a while, not at once", async () => {
  const { browser, model, calls, give } = await opened();
  give(() => Promise.reject(new Error("offline")));
  model.media.link(url("a"));
  await browser.clock.pass(10);
  model.media.link(url("a"));
  await browser.clock.pass(1000);
  assert.equal(calls.length, 1);
  await browser.clock.pass(5000);
  model.media.link(url("a"));
  await browser.clock.pass(10);
  assert.equal(calls.length, 2);
});

test("nothing is fetched from elsewhere, whatever a message names", async () => {
  const { browser, model, calls } = await opened();
  for (const bad of [
    "https://evil.example/uploads/aaaaaaaaaaaaaaaaaaaaaa.png",
    "//evil.example/v2/media/aaaaaaaaaaaaaaaaaaaaaa",
    `${url("a")}/../../session`,
    `${url("a")}?x`,
    `/uploads/${ID("a")}.png/../../x`,
    "/uploads/../v2/me",
    "javascript:alert(1)",
    undefined,
    "",
  ]) {
    assert.equal(model.media.link(bad), "", bad);
    assert.equal(model.media.isOwn(bad ?? ""), false, bad);
    assert.equal(model.media.open(bad ?? ""), "", bad);
  }
  await browser.clock.pass(10);
  assert.deepEqual(calls, []);
  assert.equal(model.media.link(`/uploads/${ID("a")}.png`), `${ROOT}/uploads/${ID("a")}.png`);
});

test("names reach the server as they are, whatever stands in them", async () => {
  const { model } = await opened();
  const held = uploads(model);
  for (const name of [
    ".bashrc",
    "..a.tar.gz",
    "a;b=\"c\".txt",
    "100%25 & more?x#y.txt",
    "O'Neil.pdf",
    "می\u200cخواهم.pdf",
    "👨\u200d👩\u200d👧.jpg",
    "exe\u202egnp.exe",
    "CON",
    "a\u0000b\r\nc.txt",
    "字".repeat(85),
    "",
  ]) {
    model.media.store({ name, type: "" });
    const { searchParams } = new URL(held.at(-1).path, "http://hichat.test");
    assert.equal(searchParams.get("name"), name || "file");
    assert.deepEqual([...searchParams.keys()], ["name"]);
  }
  model.media.store({ name: "half \ud83d a character \udc00.txt", type: "" });
  assert.equal(new URL(held.at(-1).path, "http://hichat.test").searchParams.get("name"), "half  a character .txt");
});

test("a file is said with the name that the server gave it, once it is there", async () => {
  const { browser, model, server } = { server: null, ...(await opened()) };
  assert.equal(server, null);
  const held = uploads(model);
  const file = new File(["text"], "exe\u202egnp.exe", { type: "" });
  model.media.send(model.conversation("user-2"), file, { text: "look", replyTo: 7 });
  const waiting = () => model.media.of(model.conversation("user-2"));
  held[0].progress(0.5);
  assert.deepEqual(waiting().map(({ parts, failure }) => [parts[0].progress, failure]), [[0.5, null]]);
  held[0].resolve({ kind: "file", url: url("a"), name: "exegnp.exe" });
  await browser.clock.pass(100);
  assert.deepEqual(waiting(), []);
  const { media, name, text, replyTo } = browser.server.log.at(-1);
  assert.deepEqual({ media, name, text, replyTo }, { media: "file", name: "exegnp.exe", text: "look", replyTo: 7 });
});

test("a file that fails can be tried again, or thrown away; a refusal that stays is said to be final", async () => {
  const { browser, model } = await opened();
  const held = uploads(model);
  const conversation = model.conversation("user-2");
  model.media.send(conversation, new File(["x"], "a.txt"), {});
  held[0].reject(Object.assign(new Error("away"), { code: "offline" }));
  await browser.clock.pass(10);
  const [upload] = model.media.of(conversation);
  assert.deepEqual([Boolean(upload.failure), upload.parts[0].final], [true, false]);
  model.media.run(upload);
  assert.equal(upload.failure, null);
  held[1].reject(Object.assign(new Error("too large"), { code: "form_too_large" }));
  await browser.clock.pass(10);
  assert.deepEqual([upload.failure, upload.parts[0].final], ["too large", true]);
  model.media.run(upload);
  model.media.drop(upload);
  held[2].resolve({ kind: "file", url: url("a"), name: "a.txt" });
  await browser.clock.pass(100);
  assert.equal(browser.server.log.length, 0, "it was thrown away meanwhile");
});

test("a voice message lasts as long as the server counts, and a second at least", async () => {
  const { browser, model } = await opened();
  const held = uploads(model);
  for (const [given, counted] of [[3.2, undefined], [3.2, 4.6], [0.2, 0.3], [5, 200_000]]) {
    model.media.send(model.conversation("user-2"), new File(["x"], "v.ogg", { type: "audio/ogg" }), { seconds: given });
    held.at(-1).resolve({ kind: "audio", url: url("a"), seconds: counted });
    await browser.clock.pass(50);
  }
  assert.deepEqual(browser.server.log.map(({ seconds }) => seconds), [3, 5, 1, 86_400]);
});

const names = (model) => model.media.of(model.conversation("user-2")).map(({ parts }) => parts.map(({ file }) => file.name));

test("several files are one message in their order, with one caption; what is there is not loaded up again", async () => {
  const { browser, model } = await opened();
  const held = uploads(model);
  const files = ["a.png", "b.txt", "c.ogg"].map((name) => new File(["x"], name));
  model.media.send(model.conversation("user-2"), files, { text: "look", replyTo: 7 });
  await browser.clock.pass(10);
  held[0].resolve({ kind: "picture", url: url("a"), name: "a.png", width: 3, height: 2 });
  await browser.clock.pass(10);
  held[1].reject(Object.assign(new Error("away"), { code: "offline" }));
  await browser.clock.pass(10);
  const [upload] = model.media.of(model.conversation("user-2"));
  assert.deepEqual([upload.failed, held.length, browser.server.log.length], [true, 2, 0]);
  model.media.run(upload);
  model.media.run(upload);
  await browser.clock.pass(10);
  held[2].resolve({ kind: "file", url: url("b"), name: "b.txt" });
  await browser.clock.pass(10);
  held[3].resolve({ kind: "audio", url: url("c"), name: "c.ogg", seconds: 2.6 });
  await browser.clock.pass(100);
  assert.deepEqual(held.map(({ path }) => path.at(-5)), ["a.png", "b.txt", "b.txt", "c.ogg"].map((name) => name.at(-5)));
  const [said, ...rest] = browser.server.log;
  assert.deepEqual(rest, []);
  const { media, text, replyTo, moreFiles } = said;
  assert.deepEqual([media, said.url, text, replyTo], ["picture", url("a"), "look", 7]);
  assert.deepEqual(moreFiles, [{ media: "file", url: url("b"), name: "b.txt" }, { media: "audio", url: url("c"), seconds: 3 }]);
  assert.deepEqual(model.media.of(model.conversation("user-2")), []);
});

test("one of several is left out while it is on its way, or when it was refused; the others go on", async () => {
  const { browser, model } = await opened();
  const held = uploads(model);
  const files = ["a", "b", "c", "d"].map((name) => new File(["x"], name));
  model.media.send(model.conversation("user-2"), files);
  await browser.clock.pass(10);
  const [upload] = model.media.of(model.conversation("user-2"));
  model.media.leaveOut(upload, upload.parts[0]);
  held[0].reject(Object.assign(new Error("cancelled"), { code: "cancelled" }));
  await browser.clock.pass(10);
  held[1].reject(Object.assign(new Error("too large"), { code: "form_too_large" }));
  await browser.clock.pass(10);
  assert.deepEqual([upload.failure, upload.parts.map(({ final }) => Boolean(final))], ["too large", [true, false, false]]);
  model.media.leaveOut(upload, upload.parts[0]);
  assert.deepEqual([names(model), upload.failed], [[["c", "d"]], false]);
  await browser.clock.pass(10);
  for (const letter of ["c", "d"]) {
    held.at(-1).resolve({ kind: "file", url: url(letter), name: letter });
    await browser.clock.pass(100);
  }
  assert.deepEqual(browser.server.log.map(({ url: first, moreFiles }) => [first, moreFiles.length]), [[url("c"), 1]]);
});

test("of what is written down no address is kept; it is asked for when that can be", async () => {
  const { browser, model, calls, give } = await opened();
  give((ids) => ids.map((id) => ({ id, url: `/files/${id}?key=secret`, thumbnail: "/t?key=secret", expires: model.now() + 600_000, width: 30, height: 20, preview: "UklGRg==" })));
  model.media.link(url("a"));
  await browser.clock.pass(10);
  const kept = JSON.parse(JSON.stringify(model.media.kept()));
  assert.equal(JSON.stringify(kept).includes("secret"), false);
  model.media.forget();
  model.media.recall(kept);
  assert.deepEqual(model.media.sizeOf(url("a")), { width: 30, height: 20 });
  assert.match(model.media.preview(url("a")), /^blob:/);
  assert.deepEqual([model.media.isMissing(url("a")), model.media.link(url("a"))], [false, ""]);
  await browser.clock.pass(10);
  assert.equal(calls.length, 2);
  assert.match(model.media.link(url("a")), /secret/);
});

test("a picture that was opened while its message was on its way stands among the others when it has come", async () => {
  const { model } = await opened();
  const conversation = model.conversation("user-2");
  const message = { media: "picture", text: "", url: url("b"), moreFiles: [{ media: "picture", url: url("c") }] };
  conversation.messages = [{ id: 4, media: "picture", text: "", url: url("a") }];
  const pictures = new Pictures(model, conversation, { ...message, key: "waits" }, url("c"));
  assert.deepEqual([pictures.has(-1), pictures.has(1)], [false, false]);
  conversation.messages = [...conversation.messages, { ...message, id: 7 }, { id: 9, media: "picture", text: "", url: url("d") }];
  assert.deepEqual([pictures.has(-1), pictures.has(1)], [true, true]);
  for (const letter of ["b", "a"]) {
    assert.equal(await pictures.turn(-1), true);
    assert.equal(pictures.shown.url, url(letter));
  }
});
