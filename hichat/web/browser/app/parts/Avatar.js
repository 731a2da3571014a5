// A picture of a person or a group, or the first letter of the name on a colour of its own.
import { html } from "../rendering.js";
import { Icon } from "./Icon.js";

const TINTS = 8;

const tintOf = (text) => [...text].reduce((sum, each) => (sum * 31 + each.codePointAt(0)) % 9973, 7) % TINTS;

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function Avatar({ model, name, picture = "", kind = "person", online = false, size = "" }) {
  const found = model.media.open(picture);
  const [first] = name.trim().toLocaleUpperCase();
  const sign = { announcements: "megaphone", group: "groups", person: "person" }[kind];
  return html`<span class="avatar ${size} ${kind}" aria-hidden="true">
    ${
      found
        ? html`<img src=${found} alt="" loading="lazy" />`
        : html`<span class="letter tint-${kind === "announcements" ? 3 : tintOf(name)}">
            ${kind === "announcements" || !first ? html`<${Icon} name=${sign} />` : first}
          </span>`
    }
    ${online && html`<span class="online"></span>`}
  </span>`;
}
