/**
 * The text that is selected in an element; empty: none is, or some of another element, too.
 *
 * @param {Element} element
 */
export function selectedIn(element) {
  const selection = getSelection();
  if (!selection?.rangeCount || !element.contains(selection.getRangeAt(0).commonAncestorContainer)) return "";
  return selection.toString();
}
