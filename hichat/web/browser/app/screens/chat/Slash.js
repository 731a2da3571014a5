// Commands whose names begin like what was typed behind a slash; and behind a name, what it takes.
import { html, useEffect } from "../../rendering.js";
import { Suggested } from "../../parts/Suggested.js";
import { commandOf, sentenceOf } from "../../model/commands.js";
import { t } from "../../words/words.js";

const MOST = 8;

// @param slash: what of a name was typed; it gets the function that takes keys.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Slash({ model, conversation, slash, area, choose, close }) {
  useEffect(() => {
    model.commands.look(conversation.name);
  }, [conversation.name]);
  return html`<${Suggested}
    found=${model.commands.matching(conversation.name, slash.begun).slice(0, MOST)}
    keyOf=${(command) => `${command.name}@${command.bot ?? ""}`}
    show=${(command) => html`<${Offered} command=${command} />`}
    keyed=${slash}
    area=${area}
    label=${t("commands")}
    choose=${choose}
    close=${close}
  />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Offered({ command }) {
  return html`<span class="row-title">/${command.name} <span class="dim">${sentenceOf(command.arguments)}</span></span>
    <span class="row-note">${[sentenceOf(command.description), command.botName].filter(Boolean).join(" · ")}</span>`;
}

// What a command takes, until something of it is typed.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Usage({ model, conversation, text }) {
  const command = /\s$/.test(text) ? commandOf(text) : null;
  const offered = command && !command.said ? model.commands.called(conversation.name, command.name) : null;
  const usage = offered && sentenceOf(offered.arguments);
  return usage ? html`<p class="composer-note" role="status">/${offered.name} <span class="dim">${usage}</span></p>` : null;
}
