// To whom a message is sent on: to some conversations, with a comment behind it.
import { html, useEffect, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { Dialog } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { WindowedRows } from "../../parts/WindowedRows.js";
import { findPeople, matching, useFound } from "../../parts/finding.js";
import { folded } from "../../model/folding.js";
import { nameOf } from "../../model/conversation.js";
import { mayWrite } from "./rights.js";
import { t } from "../../words/words.js";

const MOST = 20; // conversations at once

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Forward({ model, message, close }) {
  const [words, setWords] = useState("");
  const [comment, setComment] = useState("");
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const wanted = folded(words.trim());
  const people = useFound(model, words, (text) => (text ? findPeople(model, text, MOST) : []));
  const found = wanted
    ? withPeople(model, matching(model, choices(model, model.all), wanted), people ?? [])
    : choices(model, model.listed);
  // Who looks for one looks in all of them, those of the archive, too.
  useEffect(() => {
    if (wanted && model.overview.begun) model.overview.all().catch(() => {});
  }, [Boolean(wanted)]);
  const toggle = (name) => {
    if (chosen.includes(name)) setChosen(chosen.filter((each) => each !== name));
    else if (chosen.length < MOST) setChosen([...chosen, name]);
    else model.toast(t("tooManyChats", { most: MOST }), "problem");
  };
  const send = (event) => {
    event.preventDefault();
    if (!chosen.length) return;
    for (const name of chosen) model.forward(model.conversation(name), message, comment.trim());
    model.toast(t(chosen.length > 1 ? "forwardedToMany" : "forwardedTo", { name: model.titleOf(model.conversation(chosen[0])), count: chosen.length }));
    close();
  };
  const row = (each) =>
    html`<${Choice} key=${each.name} model=${model} conversation=${each} chosen=${chosen.includes(each.name)} toggle=${() => toggle(each.name)} />`;
  return html`<${Dialog} title=${t("forward")} close=${close}>
    <form class="forward" onSubmit=${send}>
      <p class="forwarded-text" dir="auto"><strong>${model.people.name(message.forwardedFrom ?? message.from)}</strong> ${model.describe(message).slice(0, 140)}</p>
      <${Field} label=${t("searchChats")} type="search" value=${words} change=${setWords} maxlength="64" autocomplete="off" />
      ${!found.length && (people || !wanted) && html`<p class="hint">${t("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${t("chats")}><${WindowedRows} items=${found} row=${row} /></div>
      <${Field} label=${t("comment")} value=${comment} change=${setComment} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        <button class="primary" disabled=${!chosen.length}>${chosen.length > 1 ? t("sendTo", { count: chosen.length }) : t("send")}</button>
      </div>
    </form>
  <//>`;
}

// Behind the conversations found stand the people found with whom one has none.
function withPeople(model, conversations, people) {
  const names = new Set(conversations.map(({ name }) => name));
  const others = people.map(({ id }) => model.conversation(nameOf({ user: id }))).filter((each) => !names.has(each.name));
  return [...conversations, ...others.filter((each) => mayWrite(model, each))];
}

// Those that one may write to of some conversations, in their order, and contacts with whom one has none.
function choices(model, conversations) {
  const listed = conversations.filter((each) => mayWrite(model, each));
  const names = new Set(listed.map(({ name }) => name));
  const contacts = model.lists
    .get("contacts")
    .map(({ user }) => model.conversation(nameOf({ user: user.id })))
    .filter((each) => !names.has(each.name) && mayWrite(model, each));
  return [...listed, ...contacts];
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Choice({ model, conversation, chosen, toggle }) {
  const title = model.titleOf(conversation);
  return html`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${chosen} onChange=${toggle} />
      <${Avatar}
        model=${model}
        id=${conversation.id}
        name=${title}
        picture=${model.pictureOf(conversation)}
        kind=${conversation.kind}
        size="small"
      />
      <span class="row-text"><span class="row-title">${title}</span></span>
    </label>
  </li>`;
}
