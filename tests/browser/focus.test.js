// Where the focus goes when a menu or a dialog is gone, and what opened it, too.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "../../hichat/web/browser/app/parts/focus.js";

const page = /** @type {any} */ (document);

function element(parentElement, { id = "", focusable = true } = {}) {
  const made = {
    parentElement,
    dataset: id ? { id } : {},
    isConnected: true,
    matches: () => focusable,
    focus() {
      if (this.isConnected) page.activeElement = this;
    },
  };
  return /** @type {any} */ (made);
}

function messages() {
  page.body = page.activeElement = element(null, { focusable: false });
  const list = element(page.body);
  const message = element(list, { id: "7" });
  const bar = element(message, { focusable: false });
  const button = element(bar);
  page.querySelector = () => null;
  return { list, message, bar, button };
}

test("the focus returns to what had it", () => {
  const { button } = messages();
  placeOf(button)();
  assert.equal(page.activeElement, button);
});

test("it returns to what is around a button that is gone", () => {
  const { message, bar, button } = messages();
  const giveBack = placeOf(button);
  bar.isConnected = button.isConnected = false;
  // It is noted by then what was around it.
  button.parentElement = null;
  giveBack();
  assert.equal(page.activeElement, message);
});

test("it returns to the same message, drawn anew", () => {
  const { list, message, button } = messages();
  const giveBack = placeOf(button);
  button.isConnected = message.isConnected = false;
  const again = element(list, { id: "7" });
  page.querySelector = (selector) => (selector === '[data-id="7"]' ? again : null);
  giveBack();
  assert.equal(page.activeElement, again);
});

test("it returns to the list when the message is gone", () => {
  const { list, message, button } = messages();
  const giveBack = placeOf(button);
  button.isConnected = message.isConnected = false;
  giveBack();
  assert.equal(page.activeElement, list);
});

test("of nothing there is no place", () => {
  messages();
  placeOf(null)();
  assert.equal(page.activeElement, page.body);
});
