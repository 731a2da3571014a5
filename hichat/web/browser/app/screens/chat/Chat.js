// One conversation: its head, what was said, and where one writes.
import { html, useEffect, useMemo, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { awayText, isAway } from "../../parts/AwayMark.js";
import { Composer } from "./Composer.js";
import { Heading } from "../../parts/Heading.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { goBack } from "../../parts/back.js";
import { Menu } from "../../parts/Menu.js";
import { Nothing } from "../../parts/Nothing.js";
import { Rare } from "../../parts/Rare.js";
import { Messages } from "./Messages.js";
import { Pins } from "./Pins.js";
import { Waiting } from "./Waiting.js";
import { isOutside, mayWrite, whyNot } from "./rights.js";
import { explain } from "../../model/problems.js";
import { DateDialog } from "./DateDialog.js";
import { choicesFor } from "../conversations/choices.js";
import { go, hrefOf } from "../../model/route.js";
import { language, t } from "../../words/words.js";

const MOST_FILES = 20; // at once

export function Chat({ model, name, message }) {
  const conversation = model.conversation(name);
  const { user, group } = conversation.place;
  const [problem, setProblem] = useState("");
  const [files, setFiles] = useState(/** @type {File[] | null} */ (null));
  // A dialog says late that it was closed; other files may have been chosen by then.
  const dismiss = (closed) => setFiles((shown) => (shown === closed ? null : shown));
  const attach = (chosen) => {
    if (chosen.length > MOST_FILES) model.toast(t("tooManyFiles", { most: MOST_FILES }), "problem");
    else if (chosen.length) setFiles(chosen);
  };
  const [dragged, setDragged] = useState(false);

  const load = async () => {
    setProblem("");
    try {
      if (!conversation.known && !message) {
        await model.loadMarks(conversation).catch(() => {});
        conversation.begin();
      }
      await conversation.open(model.api, message);
    } catch (error) {
      // Nor is it in the list, as a group that one has just joined is.
      if (error.code === "not_a_member") conversation.gone = true;
      setProblem(explain(error));
    }
    model.changed();
    // Those who have written what has come are watched, too.
    model.watch();
    model.loadMarks(conversation).catch(() => {});
    if (await conversation.scan(model.api).catch(() => false)) model.changed();
    if (await conversation.loadLines(model.api).catch(() => false)) model.changed();
  };
  const loadPins = () => model.kept.loadPins(conversation).catch((error) => error.code === "offline" && model.postpone(loadPins));
  // Before what shows messages is there: it begins where this says.
  useMemo(() => {
    if (!model.ready) return;
    conversation.begin();
    model.opened(conversation);
    conversation.wantsEnd = false;
    if (!message && conversation.elsewhere) conversation.loaded = false;
  }, [model.ready]);
  useEffect(() => {
    if (!model.ready) return;
    // What shows messages goes itself to one that it has been given.
    if (!conversation.loaded) load();
    else model.loadMarks(conversation).catch(() => {});
    if (group !== undefined) model.members.load(group).catch(() => {});
    if (user !== undefined && !conversation.listed) model.people.again(user);
    model.watch(conversation);
    if (!conversation.pins) loadPins();
  }, [model.ready]);

  useEffect(() => {
    if (problem && model.state.line === "on") load();
  }, [model.state.line]);

  const drop = (event) => {
    event.preventDefault();
    setDragged(false);
    if (mayWrite(model, conversation)) attach([...(event.dataTransfer?.files ?? [])]);
  };
  const over = (event) => {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    setDragged(true);
  };

  const outside = problem !== "" && isOutside(model, conversation);
  return html`<div
    class=${dragged ? "chat dragged" : "chat"}
    onDragOver=${over}
    onDragLeave=${() => setDragged(false)}
    onDrop=${drop}
  >
    <${Head} model=${model} conversation=${conversation} />
    <${Pins} model=${model} conversation=${conversation} />
    ${
      conversation.loaded
        ? html`<${Messages} model=${model} conversation=${conversation} target=${message} version=${versionOf(model, conversation)} />`
        : outside
          ? html`<${Outside} model=${model} conversation=${conversation} />`
          : html`<${Unloaded} model=${model} conversation=${conversation} problem=${problem} load=${load} />`
    }
    ${
      mayWrite(model, conversation)
        ? html`<${Composer} model=${model} conversation=${conversation} attach=${attach} />`
        : !outside && html`<p class="no-composer">${whyNot(model, conversation)}</p>`
    }
    ${files && html`<${Rare} quiet is="Preview" key=${files} model=${model} conversation=${conversation} files=${files} close=${() => dismiss(files)} />`}
  </div>`;
}

// A group that one is in no more, or not yet: only its page is of use.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Outside({ model, conversation }) {
  const { group } = conversation.place;
  return html`<div class="messages-empty" role="alert">
    <${Nothing} icon="groups" text=${whyNot(model, conversation)}>
      ${!model.groups.get(group).gone && html`<a class="button" href=${hrefOf("groups", Number(group))}>${t("information")}</a>`}
    <//>
  </div>`;
}

// What was said has not come yet. What one has sent meanwhile is there.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Unloaded({ model, conversation, problem, load }) {
  return html`<div class="messages-empty">
      ${
        problem
          ? html`<p role="alert">${problem}</p>
              <button type="button" onClick=${load}>${t("tryAgain")}</button>`
          : html`<div class="spinner" role="status"><span class="hidden">${t("loading")}</span></div>`
      }
    </div>
    <div class="messages-waiting">
      ${model.pendingOf(conversation.name).map((item) => html`<${Waiting} key=${item.key} model=${model} item=${item} />`)}
      ${model.media.of(conversation).map((upload) => html`<${Waiting} key=${upload.key} model=${model} upload=${upload} />`)}
    </div>`;
}

// Messages is a class that draws again only if something of these is another.
function versionOf(model, conversation) {
  const { media, outbox, people, formatting } = model;
  const { messages, changes, whispers } = conversation;
  return [messages, changes, whispers, outbox, media.uploads, media.links, formatting.ready, people.version, people.remarks, language()];
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Head({ model, conversation }) {
  const [anchor, setAnchor] = useState(/** @type {any} */ (null));
  const [dating, setDating] = useState(false);
  const { user, group } = conversation.place;
  const title = model.titleOf(conversation);
  const info = user !== undefined ? hrefOf("contacts", user) : group !== undefined ? hrefOf("groups", group) : null;
  const inner = html`
    <${Avatar}
      model=${model}
      id=${conversation.id}
      name=${title}
      picture=${model.pictureOf(conversation)}
      kind=${conversation.kind}
      online=${user !== undefined && model.online.has(user)}
    />
    <span class="chat-title">
      <${Heading}>${title}<//>
      <span class="chat-state" aria-live="polite">${stateOf(model, conversation)}</span>
    </span>
  `;
  return html`<header class="pane-head chat-head">
    <a class="icon-button back" href=${hrefOf("chats")} aria-label=${t("back")} onClick=${goBack}><${Icon} name="back" /></a>
    ${info ? html`<a class="chat-who" href=${info}>${inner}</a>` : html`<span class="chat-who">${inner}</span>`}
    <${IconButton} icon="search" label=${t("searchHere")} onClick=${() => go("search", conversation.name)} />
    ${info && html`<a class="icon-button chat-info" href=${info} aria-label=${t("information")} title=${t("information")}><${Icon} name="info" /></a>`}
    <${IconButton}
      icon="more"
      label=${t("moreAbout", { name: title })}
      aria-haspopup="dialog"
      aria-expanded=${Boolean(anchor)}
      onClick=${(event) => setAnchor(event.currentTarget)}
    />
    ${
      anchor &&
      html`<${Menu}
        anchor=${anchor}
        label=${title}
        close=${() => setAnchor(null)}
        items=${[
          info && { icon: "info", text: t("information"), act: () => (location.hash = info) },
          ...choicesFor(model, conversation),
          { icon: "calendar", text: t("goToDate"), act: () => setDating(true) },
        ]}
      />`
    }
    ${dating && html`<${DateDialog} model=${model} conversation=${conversation} close=${() => setDating(false)} />`}
  </header>`;
}

function stateOf(model, conversation) {
  const { user, group } = conversation.place;
  const typing = [...conversation.typing.keys()].map((id) => model.people.name(id));
  if (typing.length) return group === undefined ? t("typing") : t("typingNames", { names: typing.slice(0, 3).join(", ") });
  if (group !== undefined) {
    const size = model.groups.get(group)?.size;
    return size ? t(size === 1 ? "oneMember" : "members", { count: size }) : "";
  }
  if (user === undefined) return t("announcementsHint");
  const person = model.people.known.get(user);
  return [model.online.has(user) && t("online"), isAway(person) && awayText(person)].filter(Boolean).join(" · ");
}
