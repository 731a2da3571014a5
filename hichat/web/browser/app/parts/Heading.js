// What a screen begins with: it is where the focus goes when one comes there.
import { html, useEffect } from "../rendering.js";
import { focusHeading } from "./focus.js";

export function Heading({ children }) {
  useEffect(focusHeading, [location.hash]);
  return html`<h1 data-heading tabindex="-1">${children}</h1>`;
}
