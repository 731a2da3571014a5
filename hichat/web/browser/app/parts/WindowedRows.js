// Rows of one height, of which only those near what is seen are in the page: a list of hundreds costs no more than a
// short one.
import { html, useEffect, useElement, useLayoutEffect, useState } from "../rendering.js";

const FEW = 40; // rows that are all drawn
const AROUND = 10; // rows above and below what is seen
const HEIGHT = 64; // pixels of a row, until one was measured
const SCROLLERS = ".list-pane, .page, .forward-list, .dialog-body";

/**
 * @param {{ items: any[], row: (item: any) => any }} props row: from an item to its row, an element with class "row"
 */
export function WindowedRows({ items, row }) {
  const list = useElement();
  const [height, setHeight] = useState(HEIGHT);
  const [seen, setSeen] = useState({ from: 0, to: FEW });
  const whole = items.length <= FEW;
  const from = whole ? 0 : Math.max(0, Math.min(seen.from, items.length - FEW));
  const to = whole ? items.length : Math.min(items.length, Math.max(seen.to, from + 1));

  useEffect(() => {
    if (whole) return undefined;
    const scroller = list.current.closest(SCROLLERS);
    const look = () => {
      const above = scroller.getBoundingClientRect().top - list.current.getBoundingClientRect().top;
      // In steps, so that not each pixel draws the list again.
      const first = Math.floor(above / height / AROUND) * AROUND;
      const count = Math.ceil(scroller.clientHeight / height / AROUND) * AROUND;
      const next = { from: Math.max(0, first - AROUND), to: first + count + 2 * AROUND };
      setSeen((before) => (before.from === next.from && before.to === next.to ? before : next));
    };
    look();
    scroller.addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      scroller.removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [whole, height]);

  useLayoutEffect(() => {
    const rows = list.current.children;
    if (!rows.length) return;
    // A screen reader says which row of how many it reads.
    for (let at = 0; at < rows.length; at++) {
      rows[at].setAttribute("aria-setsize", String(items.length));
      rows[at].setAttribute("aria-posinset", String(from + at + 1));
    }
    if (whole) return;
    const measured = rows[0].getBoundingClientRect().height;
    if (measured && Math.abs(measured - height) > 0.5) setHeight(measured);
  });

  const space = { paddingTop: `${from * height}px`, paddingBottom: `${(items.length - to) * height}px` };
  return html`<ul class="rows" ref=${list} style=${whole ? {} : space}>
    ${items.slice(from, to).map(row)}
  </ul>`;
}
