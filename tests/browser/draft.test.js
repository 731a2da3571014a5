// What is being written: kept in the browser, put aside for an edit, forgotten with the log-out.
import "./support/page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Draft, areOfAnother, forgetDrafts, ownDrafts } from "../../hichat/web/browser/app/model/draft.js";
import { forget } from "./support/page.js";

beforeEach(forget);

test("a draft outlives the page, for whom it was and where", () => {
  new Draft("1.user-2").write("half a sent");
  assert.equal(new Draft("1.user-2").text, "half a sent");
  assert.equal(new Draft("1.user-3").text, "");
  assert.equal(new Draft("2.user-2").text, "");
});

test("what was said is no draft any more", () => {
  const draft = new Draft("1.user-2");
  draft.write("text");
  draft.mentions.set(2, "bob");
  draft.reply({ id: 4 });
  draft.done();
  assert.deepEqual([draft.text, draft.replyTo, draft.mentions.size], ["", null, 0]);
  assert.equal(localStorage.getItem("hichat.draft.1.user-2"), null);
});

test("an edit puts the draft aside, and gives it back, whether it was done or not", () => {
  for (const end of ["cancel", "done"]) {
    const draft = new Draft("1.user-2");
    draft.write("draft");
    draft.reply({ id: 3 });
    draft.mentions.set(2, "bob");
    draft.edit({ id: 4, text: "first" });
    draft.write("edited");
    // After a reload it is the draft that counts: an edit is not kept.
    assert.equal(new Draft("1.user-2").text, "draft");
    draft.edit({ id: 5, text: "another" });
    assert.deepEqual([draft.text, draft.editing.id, draft.replyTo, draft.mentions.size], ["another", 5, null, 0]);
    draft[end]();
    assert.deepEqual([draft.text, draft.editing, draft.replyTo.id, draft.mentions.get(2)], ["draft", null, 3, "bob"]);
    assert.equal(new Draft("1.user-2").text, "draft");
  }
});

test("to answer something ends an edit, and the draft stays", () => {
  const draft = new Draft("1.user-2");
  draft.write("draft");
  draft.edit({ id: 4, text: "first" });
  draft.reply({ id: 5 });
  assert.deepEqual([draft.text, draft.editing, draft.replyTo.id], ["draft", null, 5]);
  draft.cancel();
  assert.deepEqual([draft.text, draft.replyTo], ["draft", null]);
});

test("a full disk: it lives as long as the page", (context) => {
  const draft = new Draft("1.user-2");
  context.mock.method(localStorage, "setItem", () => {
    throw new Error("QuotaExceededError");
  });
  draft.write("text");
  assert.equal(draft.text, "text");
});

test("all go with the log-out, and nothing else does", () => {
  new Draft("1.user-2").write("a");
  new Draft("1.group-1000001").write("b");
  localStorage.setItem("hichat.theme", "dark");
  forgetDrafts();
  assert.deepEqual(Object.keys(localStorage), ["hichat.theme"]);
});

test("the message that is answered outlives the page, and goes when it was said", () => {
  const draft = new Draft("1.user-2");
  draft.reply({ id: 4, from: 2, text: "why?" });
  assert.deepEqual(new Draft("1.user-2").replyTo, { id: 4, from: 2, text: "why?" });
  draft.done();
  assert.equal(new Draft("1.user-2").replyTo, null);
  draft.reply({ id: 4 });
  draft.cancel();
  assert.equal(new Draft("1.user-2").replyTo, null);
  localStorage.setItem("hichat.draft.1.user-2.reply", "{");
  assert.equal(new Draft("1.user-2").replyTo, null);
});

test("what another tab writes is here, too, but not into an edit", () => {
  const draft = new Draft("1.user-2");
  assert.equal(draft.heard("hichat.draft.1.user-3", "elsewhere"), false);
  assert.equal(draft.heard("hichat.draft.1.user-2", "from there"), true);
  assert.equal(draft.text, "from there");
  assert.equal(draft.heard("hichat.draft.1.user-2.reply", '{"id":4}'), true);
  assert.equal(draft.replyTo.id, 4);
  draft.edit({ id: 5, text: "edited" });
  draft.heard("hichat.draft.1.user-2", "more from there");
  assert.equal(draft.text, "edited");
  draft.cancel();
  assert.equal(draft.text, "more from there");
  draft.heard("hichat.draft.1.user-2", null);
  assert.equal(draft.text, "");
  draft.write("typed here");
  assert.equal(draft.heard("hichat.draft.1.user-2", null), false, "right after a key it is this tab's");
  assert.equal(draft.text, "typed here");
});

test("whose they are: another account with the same id is somebody else, and what nobody knows is nobody else", () => {
  const asked = [[1, 0], [1, 5], [1, 5], [0, 0], [1, 0], [1, 6], [2, 6], [2, 6]];
  const answers = asked.map(([user, made]) => {
    const another = areOfAnother(user, made);
    ownDrafts(user, made);
    return another;
  });
  assert.deepEqual(answers, [false, false, false, false, false, true, true, false]);
  forgetDrafts();
  assert.equal(areOfAnother(1, 5), false);
});
