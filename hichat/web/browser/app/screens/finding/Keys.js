// The keys that this client knows.
import { html } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { CONTROL } from "./keys-of.js";
import { t } from "../../words/words.js";

const KEYS = [
  ["keySwitch", CONTROL, "K"],
  ["keyNextUnread", "Alt", "Shift", "↓"],
  ["keyPreviousUnread", "Alt", "Shift", "↑"],
  ["keySearch", CONTROL, "Shift", "F"],
  ["keyEditLast", "↑"],
  ["keyReplyLast", CONTROL, "↑"],
  ["keyReplyTo", "R"],
  ["keyActions", "Enter"],
  ["keyNewLine", "Shift", "Enter"],
  ["format_bold", CONTROL, "B"],
  ["format_italic", CONTROL, "I"],
  ["format_strike", CONTROL, "Shift", "X"],
  ["format_code", CONTROL, "E"],
  ["format_link", CONTROL, "Shift", "U"],
  ["keyEscape", "Esc"],
  ["keyHelp", CONTROL, "/"],
];

/** @param {Record<string, any>} props */
export function Keys({ close }) {
  return html`<${Dialog} title=${t("keys")} close=${close}>
    <dl class="keys">
      ${KEYS.map(
        ([what, ...keys]) =>
          html`<div key=${what}>
            <dt>${t(what)}</dt>
            <dd>${keys.map((key, at) => html`${at > 0 && " + "}<kbd>${key}</kbd>`)}</dd>
          </div>`,
      )}
    </dl>
  <//>`;
}
