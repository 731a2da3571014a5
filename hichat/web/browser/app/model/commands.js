// Lines that begin with a slash. What is one and what is not, all clients and the server decide by the same rule; see
// hichat/commands/parsing.py.
import { Problem } from "../hub/session.js";
import { language, t } from "../words/words.js";
import { freshKey } from "./keys.js";

const COMMAND = /^\/([\p{L}\p{N}_-]{1,32})(?:@(\S{1,64}))?(?:\s+([^]*))?$/u;
const BEGUN = /^\/([\p{L}\p{N}_-]{0,32}(?:@\S{0,64})?)$/u;
const PATIENCE = 8000; // milliseconds in which a bot is expected to answer
const REMINDED = 30_000; // milliseconds for which a reminder stands there
const FRESH = 60_000; // milliseconds for which a list is good

/**
 * A command that a conversation has.
 *
 * @typedef {object} Offered
 * @property {string} name
 * @property {Sentence} description
 * @property {Sentence} arguments
 * @property {number} [bot] whose it is; absent: it is the server's
 * @property {string} [botName]
 */

/** @typedef {{ en?: string, zh?: string }} Sentence */

/**
 * @param {string} text
 * @returns {{ name: string, bot: string, said: string } | null} the command; null: the text is none
 */
export function commandOf(text) {
  const [, name, bot = "", said = ""] = COMMAND.exec(text.trim()) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), bot, said: said.trim() };
}

// Two slashes at the beginning send one.
export const unescaped = (/** @type {string} */ text) => (text.startsWith("//") ? text.slice(1) : text);

/**
 * @param {string} text
 * @param {number} caret
 * @returns {string | null} what of a command's name was typed up to the caret; null: no name is being typed
 */
export function begunCommand(text, caret) {
  if (caret !== text.length && /\S/.test(text[caret])) return null;
  return BEGUN.exec(text.slice(0, caret))?.[1].toLowerCase() ?? null;
}

/** @param {Sentence} sentence */
export const sentenceOf = ({ en = "", zh = "" }) => (language() === "zh" ? zh || en : en || zh);

export class Commands {
  /** @type {Map<string, { items: Offered[], asked: number }>} by the conversation's name */
  known = new Map();
  /** @type {Map<number, { timer: any, message: number }>} calls that no bot has answered yet, by their ids */
  waiting = new Map();
  /** @type {Map<string, string>} the keys of what was pressed and not answered by the server, by what that was */
  pressing = new Map();

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.known = new Map();
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting = new Map();
    this.pressing = new Map();
  }

  // Somebody begins to type one: ask for the list, unless that was done a moment ago.
  async look(/** @type {string} */ name, good = FRESH) {
    const before = this.known.get(name);
    if (before && performance.now() < before.asked + good) return;
    this.known.set(name, { items: before?.items ?? [], asked: performance.now() });
    try {
      const { items } = await this.model.api.get(`/conversations/${name}/commands`);
      this.known.set(name, { items, asked: performance.now() });
      this.model.changed();
    } catch {
      // There is no completion then; the server answers what is sent all the same.
      this.known.delete(name);
    }
  }

  /**
   * @param {string} name the conversation's
   * @param {string} begun of a command's name
   */
  matching(name, begun) {
    return (this.known.get(name)?.items ?? []).filter((each) => `${each.name}@${each.botName ?? ""}`.toLowerCase().startsWith(begun));
  }

  // How a command is typed: of several bots that have it, with the bot's name, unless that has blanks.
  typedAs(/** @type {string} */ name, /** @type {Offered} */ command) {
    const several = (this.known.get(name)?.items ?? []).filter((each) => each.name === command.name).length > 1;
    return several && command.botName && !/\s/.test(command.botName) ? `${command.name}@${command.botName}` : command.name;
  }

  /**
   * @param {string} name the conversation's
   * @param {string} typed a command's name
   */
  called(name, typed) {
    return this.known.get(name)?.items.find((each) => each.name === typed);
  }

  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {string} text
   */
  async call(conversation, text) {
    const typed = commandOf(text)?.name ?? "";
    // A bot may have it since a moment ago.
    if (!this.called(conversation.name, typed)) await this.look(conversation.name, 0);
    if (this.known.get(conversation.name) && !this.called(conversation.name, typed)) throw new Problem("no_such_command", "");
    const { text: answer, call, bot, online } = await this.model.api.post(`/conversations/${conversation.name}/commands`, { text, zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "" });
    if (answer) conversation.whisper({ text: answer, time: this.model.now() });
    if (call) this.#await(conversation, call, bot, online);
    this.model.changed();
  }

  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {{ id: number, from: number }} message
   * @param {string} action
   * @param {string} value
   */
  async press(conversation, message, action, value) {
    const body = value ? { action, value } : { action };
    // Whoever presses again after a lost answer has pressed once.
    const wish = `${message.id} ${action} ${value}`;
    const key = this.pressing.get(wish) ?? freshKey();
    this.pressing.set(wish, key);
    const { id } = await this.model.api.post(`/messages/${message.id}/actions`, body, key);
    this.pressing.delete(wish);
    this.#await(conversation, id, message.from, true, message.id);
  }

  // A bot that says nothing for a while may be away; whoever has called it is told so.
  #await(conversation, call, bot, online, message = 0) {
    const tell = () => {
      this.waiting.delete(call);
      const name = this.model.people.name(bot);
      conversation.whisper({ text: t(online ? "botSilent" : "botAway", { name }), time: this.model.now() });
      this.model.changed();
    };
    this.waiting.set(call, { timer: setTimeout(tell, PATIENCE), message });
  }

  #answered(call) {
    clearTimeout(this.waiting.get(call)?.timer);
    this.waiting.delete(call);
  }

  // Something happened: perhaps a bot has answered, or has changed the message whose button was pressed.
  heard(event) {
    const { kind, called, from, id, text = "", format, time, actions, choice } = event;
    if (called?.id) this.#answered(called.id);
    if (kind === "edited") {
      for (const [call, { message }] of this.waiting) if (message === event.message) this.#answered(call);
    }
    if (kind !== "answered" || !text) return;
    if (called?.command === "remind" && from === this.model.state.user) this.model.toast(t("reminder", { text }), "info", undefined, REMINDED);
    const name = called?.group === undefined ? `user-${from}` : `group-${called.group}`;
    this.model.conversation(name).whisper({ id, from, text, format, time, actions, choice });
  }
}
