// Short messages above the page: few at once, and nothing twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stacked } from "../../hichat/web/browser/app/model/toasts.js";

const toast = (text, kind = "info", undo = undefined) => ({ text, kind, undo });
const after = (...toasts) => toasts.reduce((found, each) => stacked(found, each), []);
const texts = (toasts) => toasts.map(({ text }) => text);

test("the same is said once, as the latest", () => {
  const again = toast("saved");
  const found = after(toast("saved"), toast("copied"), again);
  assert.deepEqual(texts(found), ["copied", "saved"]);
  assert.equal(found[1], again);
  assert.deepEqual(texts(after(toast("no", "problem"), toast("no"))), ["no", "no"]);
});

test("of too much the oldest goes, and what matters stays longest", () => {
  assert.deepEqual(texts(after(...["a", "b", "c", "d"].map((text) => toast(text)))), ["b", "c", "d"]);
  const undo = () => {};
  const found = after(toast("archived", "info", undo), toast("no", "problem"), toast("a"), toast("b"), toast("c"));
  assert.deepEqual(texts(found), ["archived", "no", "c"]);
  assert.deepEqual(texts(stacked(found.slice(0, 2), toast("c"))), ["archived", "no", "c"]);
});

test("each thing that can be undone has a button of its own", () => {
  const found = after(toast("archived", "info", () => 1), toast("archived", "info", () => 2));
  assert.deepEqual(texts(found), ["archived", "archived"]);
});
