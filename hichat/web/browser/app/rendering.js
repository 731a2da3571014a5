// Preact and htm, as all components have them.
import { h, render } from "./vendor/preact.js";
import { useState } from "./vendor/hooks.js";
import htm from "./vendor/htm.js";

export const html = htm.bind(h);
export { render };

export { Component, Fragment, createRef } from "./vendor/preact.js";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/hooks.js";

// An id for what a label or a title names. Not Preact's: where one component takes the place of another, as when one goes
// from the log-in to the registration, it gives an id that is there already, and the label is the other field's.
export const useOwnId = () => useState(() => `own-${Math.random().toString(36).slice(2)}`)[0];
