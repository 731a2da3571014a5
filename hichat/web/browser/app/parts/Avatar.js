// A picture of a person or a group, or the first letter of the name on a colour that stays when the name changes.
import { html } from "../rendering.js";
import { Icon } from "./Icon.js";

// What people see as one sign: an emoji is several characters.
const signs = (text) => (/^[\x20-\x7e]/.test(text) || !Intl.Segmenter ? text : [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment));

const TINTS = 8;
const OURS = 3; // the tint of what has no id

/** @param {import("../rendering.js").Props & Record<string, any>} props */
export function Avatar({ model, id, name, picture = "", kind = "person", online = false, size = "" }) {
  const found = model.media.open(picture);
  const [first] = signs(name.trim().toLocaleUpperCase());
  const sign = { announcements: "megaphone", group: "groups", person: "person" }[kind];
  return html`<span class="avatar ${size} ${kind}" aria-hidden="true">
    ${
      found
        ? html`<img src=${found} alt="" loading="lazy" />`
        : html`<span class="letter tint-${(id ?? OURS) % TINTS}">
            ${kind === "announcements" || !first ? html`<${Icon} name=${sign} />` : first}
          </span>`
    }
    ${online && html`<span class="online"></span>`}
  </span>`;
}
