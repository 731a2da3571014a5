// Where one writes.
import { html, useEffect, useElement, useLayoutEffect, useRef, useState } from "../../rendering.js";
import { EmojiPicker } from "../../parts/EmojiPicker.js";
import { DraftPreview, Toolbar, actOf, useFormatting } from "./Formatting.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { Menu } from "../../parts/Menu.js";
import { Recorder } from "./Recorder.js";
import { mayEdit } from "./rights.js";
import { Slash, Usage } from "./Slash.js";
import { Suggestions, mayMentionAll, mentionOf } from "./Suggestions.js";
import { begunCommand, commandOf, unescaped } from "../../model/commands.js";
import { ALL, ALL_NAMES, mentionAt, mentionsIn } from "../../model/mentions.js";
import { plain } from "../../model/plain.js";
import { explain } from "../../model/problems.js";
import { changed } from "../../model/writing.js";
import { canRecord } from "../../model/recordings.js";
import { t } from "../../words/words.js";

const HIGHEST = 180; // pixels
const COUNTED_FROM = 500; // bytes left, from which on they are shown

const lengthOf = (text) => new TextEncoder().encode(text).length;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Composer({ model, conversation, attach }) {
  const area = useElement();
  const picker = useElement();
  const [emojis, setEmojis] = useState(/** @type {any} */ (null));
  const [mention, setMention] = useState(/** @type {any} */ (null));
  const [slash, setSlash] = useState(/** @type {{ begun: string, keys?: any } | null} */ (null));
  const [problem, setProblem] = useState(""); // why a command was refused
  const calling = useRef(false);
  // Names that were suggested last: also behind a slip that was taken back.
  const suggested = useRef(/** @type {string[]} */ ([]));
  const formatting = useFormatting();
  const { draft } = conversation;
  const recording = model.recordings.get(conversation.name);
  const fine = matchMedia("(hover: hover)").matches;

  // At once: what is typed next is meant to go there.
  useLayoutEffect(() => {
    if (fine) area.current?.focus();
  }, []);
  // What was recorded with is gone, and the focus with it.
  useEffect(() => {
    if (recording) return () => (conversation.wantsFocus = fine);
    return undefined;
  }, [Boolean(recording)]);
  useEffect(() => {
    if (!conversation.wantsFocus) return;
    conversation.wantsFocus = false;
    // After the menu that asked for it has given the focus back.
    setTimeout(() => area.current?.focus());
  });
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    // While it is measured nothing around it may move: what is scrolled would be scrolled back.
    const box = element.parentElement;
    box.style.height = `${box.offsetHeight}px`;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, HIGHEST)}px`;
    box.style.height = "";
  }, [draft.text, Boolean(recording)]);

  const left = model.limits.text - lengthOf(draft.text);
  const group = conversation.place.group;
  const write = (text, caret) => {
    draft.write(text);
    if (mention?.names) suggested.current = mention.names;
    const written = [...draft.mentions.values()];
    setMention(group !== undefined ? mentionAt(text, caret ?? text.length, suggested.current, written) : null);
    const begun = draft.editing ? null : begunCommand(text, caret ?? text.length);
    setSlash(begun === null ? null : { begun });
    setProblem("");
    model.changed();
  };
  // Something else is to be written now. At once: what is typed next must not be behind what was there.
  const turn = () => {
    area.current.value = draft.text;
    setMention(null);
    setSlash(null);
    setProblem("");
    model.changed();
  };
  const cancel = () => {
    draft.cancel();
    turn();
    area.current.focus();
  };
  const edit = async (message, text, mentions) => {
    if (await model.edit(message, text, mentions)) return;
    draft.edit(message, text);
    model.changed();
  };
  const send = () => {
    const text = draft.text.trim();
    if (!text) return;
    if (lengthOf(text) > model.limits.text) {
      model.toast(t("tooLong", { most: model.limits.text }), "problem");
      return;
    }
    const command = draft.editing ? null : commandOf(text);
    if (command && command.name !== "me") {
      call(text, command.name);
      return;
    }
    if (command && !command.said) {
      setProblem(t("meWhat"));
      return;
    }
    const mentions = mentioned(model, draft, group).slice(0, 50);
    if (draft.editing) edit(draft.editing, text, mentions);
    else {
      /** @type {Record<string, any>} */
      const said = { media: "text", text: command ? command.said : unescaped(text), format: "markdown" };
      if (command) said.me = true;
      if (mentions.length) said.mentions = mentions;
      if (draft.replyTo) said.replyTo = draft.replyTo.id;
      conversation.wantsEnd = true;
      model.say(conversation, said);
    }
    draft.done();
    turn();
    area.current.focus();
  };
  // A command is done, or its line stays.
  const call = async (text, name) => {
    if (calling.current) return;
    calling.current = true;
    setProblem("");
    setSlash(null);
    try {
      await model.commands.call(conversation, text);
      conversation.wantsEnd = true;
      if (draft.text.trim() === text && !draft.editing) {
        draft.done();
        if (area.current) turn();
      }
    } catch (error) {
      setProblem(error.code === "no_such_command" ? t("noSuchCommand", { name }) : explain(error));
    } finally {
      calling.current = false;
      area.current?.focus();
    }
  };
  // Put something in as if it were typed, so that the browser can undo it. What is typed next goes behind it.
  const put = (text, from, to) => {
    area.current.focus();
    area.current.setSelectionRange(from, to);
    if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
    area.current.setRangeText(text, from, to, "end");
    write(area.current.value, from + text.length);
  };
  const format = (act) => {
    const { value, selectionStart, selectionEnd } = area.current;
    const { at, end, text, from, to } = changed(value, selectionStart, selectionEnd, act);
    if (text || at < end) put(text, at, end);
    area.current.focus();
    area.current.setSelectionRange(from, to);
  };
  const hidePreview = () => {
    formatting.keep({ preview: false });
    area.current.focus();
  };
  const choose = (member) => {
    const said = mentionOf(member);
    draft.mentions.set(member.id, said);
    put(`@${said} `, mention.at, mention.at + mention.query.length + 1);
    setMention(null);
  };
  const complete = (command, pressed) => {
    if (pressed === "Enter" && command.name === slash?.begun) {
      send();
      return;
    }
    put(`/${model.commands.typedAs(conversation.name, command)} `, 0, (slash?.begun.length ?? 0) + 1);
    setSlash(null);
  };
  const key = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (slash?.keys?.(event)) return;
    if (mention?.keys?.(event)) return;
    const act = actOf(event);
    if (act) {
      event.preventDefault();
      format(act);
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && fine) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && (draft.editing || draft.replyTo)) {
      cancel();
    } else if ((event.ctrlKey || (event.metaKey && !draft.text)) && !event.shiftKey && ["ArrowUp", "ArrowDown"].includes(event.key) && !draft.editing) {
      answerAnother(event);
    } else if (event.key === "ArrowUp" && !draft.text) {
      const last = conversation.messages.findLast((each) => mayEdit(model, each));
      if (!last) return;
      event.preventDefault();
      draft.edit(last);
      turn();
    }
  };
  // To answer the message before the one that is answered, or the one behind it; behind the last one: none.
  const answerAnother = (event) => {
    const said = conversation.messages.filter(({ recalled }) => !recalled);
    const at = said.findIndex(({ id }) => id === draft.replyTo?.id);
    const next = event.key === "ArrowDown" ? (at < 0 ? -1 : at + 1) : at < 0 ? said.length - 1 : Math.max(0, at - 1);
    if (next < 0) return;
    event.preventDefault();
    if (said[next]) draft.reply(said[next]);
    else draft.cancel();
    turn();
  };
  const insert = (emoji) => {
    setEmojis(null);
    model.usual.use(emoji);
    const { selectionStart, selectionEnd } = area.current;
    put(emoji, selectionStart, selectionEnd);
  };
  const paste = (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    // Cells of a spreadsheet come as a text and as a picture of them: the text is meant.
    if (!pasted.length || event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    attach(pasted);
  };
  const pick = (event) => {
    attach([...event.currentTarget.files]);
    event.currentTarget.value = "";
  };

  const record = async () => {
    if (await model.recordings.begin(conversation.name)) return;
    conversation.wantsFocus = fine;
    model.changed();
  };

  if (recording) return html`<${Recorder} model=${model} conversation=${conversation} recording=${recording} />`;
  return html`<div class="composer">
    ${(draft.editing || draft.replyTo) && html`<${Regarding} model=${model} draft=${draft} cancel=${cancel} />`}
    ${mention && html`<${Suggestions} model=${model} group=${group} mention=${mention} area=${area.current} choose=${choose} close=${() => setMention(null)} />`}
    ${slash && html`<${Slash} model=${model} conversation=${conversation} slash=${slash} area=${area.current} choose=${complete} close=${() => setSlash(null)} />`}
    ${formatting.preview && html`<${DraftPreview} key=${draft.key} model=${model} draft=${draft} close=${hidePreview} />`}
    ${formatting.toolbar && html`<${Toolbar} act=${format} preview=${formatting.preview} keep=${formatting.keep} />`}
    ${problem ? html`<p class="composer-note problem" role="alert">${problem}</p>` : html`<${Usage} model=${model} conversation=${conversation} text=${draft.text} />`}
    <form
      class="composer-line"
      onSubmit=${(event) => {
        event.preventDefault();
        send();
      }}
    >
      <input ref=${picker} type="file" multiple hidden onChange=${pick} />
      <${IconButton} icon="attach" label=${t("attach")} onClick=${() => picker.current.click()} />
      <div class="composer-box">
        <textarea
          ref=${area}
          rows="1"
          dir="auto"
          value=${draft.text}
          placeholder=${t("writeMessage")}
          aria-label=${t("writeMessage")}
          aria-autocomplete="list"
          onInput=${(event) => {
            write(event.currentTarget.value, event.currentTarget.selectionStart);
            model.typing(conversation);
          }}
          onKeyDown=${key}
          onPaste=${paste}
        ></textarea>
        ${left < COUNTED_FROM && html`<span class=${left < 0 ? "counter over" : "counter"} role="status">${left}</span>`}
        <${IconButton}
          icon="format"
          label=${t("formatting")}
          aria-pressed=${formatting.toolbar}
          onMouseDown=${(event) => event.preventDefault()}
          onClick=${() => formatting.keep({ toolbar: !formatting.toolbar })}
        />
        <${IconButton} icon="emoji" label=${t("emoji")} aria-haspopup="dialog" aria-expanded=${Boolean(emojis)} onClick=${(event) => setEmojis(event.currentTarget)} />
      </div>
      ${
        draft.text.trim() || !canRecord()
          ? html`<button class="icon-button send" aria-label=${t("send")} title=${t("send")} disabled=${!draft.text.trim()}><${Icon} name="send" /></button>`
          : html`<${IconButton} icon="microphone" label=${t("recordVoice")} onClick=${record} />`
      }
    </form>
    ${emojis && html`<${Menu} anchor=${emojis} label=${t("emoji")} close=${() => setEmojis(null)} sheet><${EmojiPicker} usual=${model.usual} choose=${insert} /><//>`}
  </div>`;
}

// What is edited or answered.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Regarding({ model, draft, cancel }) {
  const about = draft.editing ?? draft.replyTo;
  return html`<div class="regarding">
    <span>
      <strong>${draft.editing ? t("editing") : t("replyingTo", { name: model.people.author(about) })}</strong>
      ${model.describe(about).slice(0, 140)}
    </span>
    <${IconButton} icon="close" label=${t("cancel")} onClick=${cancel} />
  </div>`;
}

// Who is named in the text, by either name, of those that were chosen or are members; and all, by whom that may say so.
function mentioned(model, draft, group) {
  if (group === undefined) return [];
  const mayAll = mayMentionAll(model, group);
  const people = [
    ...[...draft.mentions].filter(([id]) => id !== ALL || mayAll).map(([id, name]) => ({ id, name })),
    ...(mayAll ? ALL_NAMES.map((name) => ({ id: ALL, name })) : []),
    ...model.members.get(group).flatMap(({ id, name, displayName }) => [{ id, name: displayName }, { id, name }]),
  ];
  // A sign beside a name may hide it: the text without signs has it.
  const named = [draft.text, plain(draft.text)].flatMap((text) => mentionsIn(text, people));
  return [...new Set(named.map(({ id }) => id))];
}
