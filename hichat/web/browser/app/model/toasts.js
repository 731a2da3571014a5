// What is said above the page for a while.

const MOST = 3; // at once: on a phone more would hide what they are about

/** @typedef {{ text: string, kind: string, undo?: () => any }} Toast */

/**
 * @param {Toast[]} toasts what is there, the oldest first
 * @param {Toast} added
 * @returns {Toast[]} what is there then: nothing is said twice; of too much the oldest goes, and first what has only been
 *   told, then problems, then what can still be undone
 */
export function stacked(toasts, added) {
  const isSame = (toast) => !toast.undo && !added.undo && toast.text === added.text && toast.kind === added.kind;
  const others = toasts.filter((toast) => !isSame(toast));
  while (others.length >= MOST) others.splice(others.indexOf(leastOf(others)), 1);
  return [...others, added];
}

const weight = ({ undo, kind }) => (undo ? 2 : kind === "problem" ? 1 : 0);

// The first of those with the smallest weight.
const leastOf = (toasts) => toasts.reduce((least, toast) => (weight(toast) < weight(least) ? toast : least));
