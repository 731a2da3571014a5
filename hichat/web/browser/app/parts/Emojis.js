// The emoji picker.
import { html, useState } from "../rendering.js";
import { EMOJIS } from "./emoji-list.js";
import { t } from "../words/words.js";

export function Emojis({ choose }) {
  const [tab, setTab] = useState(Object.keys(EMOJIS)[0]);
  return html`<div class="emojis">
    <div class="emoji-tabs">
      ${Object.entries(EMOJIS).map(
        ([name, list]) =>
          html`<button
            type="button"
            key=${name}
            aria-label=${t(name)}
            title=${t(name)}
            aria-pressed=${tab === name}
            onClick=${() => setTab(name)}
          >
            ${list.split(" ")[0]}
          </button>`,
      )}
    </div>
    <div class="emoji-grid" data-columns="8" tabindex="0" role="group" aria-label=${t(tab)}>
      ${EMOJIS[tab]
        .split(" ")
        .map((emoji) => html`<button type="button" key=${emoji} onClick=${() => choose(emoji)}>${emoji}</button>`)}
    </div>
  </div>`;
}
