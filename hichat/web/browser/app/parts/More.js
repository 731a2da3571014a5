// The end of a list of which there is more: it comes when this is about to be seen.
import { html, useEffect, useElement } from "../rendering.js";
import { t } from "../words/words.js";

const AGAIN = 3000; // milliseconds until it is tried again if it did not come

export function More({ load }) {
  const element = useElement();
  useEffect(() => {
    let timer = 0;
    const observer = new IntersectionObserver(
      async ([{ isIntersecting }]) => {
        clearTimeout(timer);
        // It is told late: the list may be gone.
        if (!isIntersecting || !element.current) return;
        observer.unobserve(element.current);
        const come = await load().then(() => true, () => false);
        // Observed anew it says again whether it is to be seen: it may still be, with more above it.
        timer = setTimeout(() => element.current && observer.observe(element.current), come ? 0 : AGAIN);
      },
      { scrollMargin: "300px" }, // early, where browsers know how
    );
    observer.observe(element.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return html`<div ref=${element} class="spinner small" role="status"><span class="hidden">${t("loading")}</span></div>`;
}
