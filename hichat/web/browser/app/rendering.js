// Preact and htm, as all components have them.
import { h, render } from "preact";
import { useRef, useState } from "preact/hooks";
import htm from "htm";

export const html = htm.bind(h);
export { render };

/**
 * What components are given; what else is in it is a component's own.
 *
 * @typedef {object} Props
 * @property {import("./model/model.js").Model} model
 * @property {import("./model/conversation.js").Conversation} conversation
 * @property {import("./model/conversation.js").Message} message
 */

// An element of the component's, for its handlers and effects: when they run, it is there.
/** @returns {{ current: any }} */
export const useElement = () => useRef(null);

export { Component, Fragment, createRef } from "preact";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

// An id for what a label or a title names. Not Preact's: where one component takes the place of another, as when one goes
// from the log-in to the registration, it gives an id that is there already, and the label is the other field's.
export const useOwnId = () => useState(() => `own-${Math.random().toString(36).slice(2)}`)[0];
