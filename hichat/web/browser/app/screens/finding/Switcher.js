// A way to any chat or person by some letters of the name: a field with a list below it, for the keyboard alone.
import { html, useEffect, useElement, useOwnId, useState } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { Count } from "../conversations/ConversationRow.js";
import { Dialog } from "../../parts/Dialog.js";
import { findPeople, useFound } from "../../parts/finding.js";
import { folded } from "../../model/folding.js";
import { named } from "../../model/mentions.js";
import { go } from "../../model/route.js";
import { t } from "../../words/words.js";

const MOST = 12;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Switcher({ model, close }) {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useElement();
  const id = useOwnId();
  const people = useFound(model, words, (text) => (text ? findPeople(model, text, MOST) : []));
  const wanted = folded(words.trim());
  // Who looks for one looks in all of them.
  useEffect(() => {
    if (wanted && model.overview.begun) model.overview.all().catch(() => {});
  }, [Boolean(wanted)]);
  const found = entries(model, words.trim(), people ?? []);
  const at = Math.min(chosen, found.length - 1);
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: "nearest" }), [at]);
  const choose = ({ name }) => {
    close();
    go("chats", name);
  };
  const key = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && found.length) setChosen((at + steps[event.key] + found.length) % found.length);
    else if (event.key === "Enter" && found.length) choose(found[at]);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title=${t("goTo")} close=${close}>
    <input
      type="search"
      role="combobox"
      value=${words}
      maxlength="64"
      autocomplete="off"
      placeholder=${t("goToHint")}
      aria-label=${t("goTo")}
      aria-autocomplete="list"
      aria-expanded=${found.length > 0}
      aria-controls=${id}
      aria-activedescendant=${found.length ? `${id}-${at}` : undefined}
      onKeyDown=${key}
      onInput=${(event) => {
        setWords(event.currentTarget.value);
        setChosen(0);
      }}
    />
    ${
      found.length > 0 &&
      html`<ul class="rows options" role="listbox" id=${id} ref=${list} aria-label=${t("goTo")}>
        ${found.map(
          (each, index) =>
            html`<li
              key=${each.name}
              id=${`${id}-${index}`}
              class=${index === at ? "row selected" : "row"}
              role="option"
              aria-selected=${index === at}
              onMouseDown=${(event) => event.preventDefault()}
              onClick=${() => choose(each)}
            >
              <span class="row-main">
                <${Avatar} model=${model} id=${each.id} name=${each.title} picture=${each.picture} kind=${each.kind} size="small" />
                <span class="row-title">${each.title}</span>
                ${each.why && html`<span class="row-note">${each.why}</span>`}
                <${Count} unread=${each.unread} quiet=${false} />
              </span>
            </li>`,
        )}
      </ul>`
    }
    <p class="hint" role="status">${people && wanted && !found.length ? t("nothingFound") : ""}</p>
  <//>`;
}

// Conversations come first, the one where something was said last before others, then contacts, then other people.
export function entries(model, words, people) {
  const time = (conversation) => Math.max(conversation.last?.time ?? 0, conversation.touched ?? 0);
  const talks = model.all
    .filter((each) => each !== model.watching || words)
    .sort((a, b) => time(b) - time(a))
    .map((each) => ({
      id: each.id,
      name: each.name,
      title: model.titleOf(each),
      picture: model.pictureOf(each),
      kind: each.kind,
      unread: each.unread,
      names: each.place.user !== undefined ? model.people.namesOf({ id: each.place.user }) : undefined,
    }));
  if (!words) return talks.slice(0, MOST);
  const person = ({ id, avatar }) => ({
    id,
    name: `user-${id}`,
    title: model.people.name(id),
    picture: avatar,
    kind: "person",
    unread: 0,
    names: model.people.namesOf({ id }),
  });
  const contacts = model.lists.get("contacts").map(({ user }) => person(user));
  const of = (list) => shownFirst(list.map((each) => ({ ...each, place: each.name, name: each.title })), words);
  // Of other people the server knows why they were found.
  const all = [...of(talks), ...of(contacts), ...people.map((each) => ({ ...person(each), place: `user-${each.id}` }))];
  const known = new Map();
  for (const each of all) if (!known.has(each.place)) known.set(each.place, { ...each, name: each.place });
  return [...known.values()].slice(0, MOST);
}

// Those with the words in the name that is shown come before those with another name that has them: that one is told.
function shownFirst(list, words) {
  const wanted = folded(words);
  const shown = named(list.map((each) => ({ ...each, names: [each.title] })), words);
  const there = new Set(shown.map(({ place }) => place));
  const others = named(list, words).filter(({ place }) => !there.has(place));
  return [...shown, ...others.map((each) => ({ ...each, why: each.names?.find((name) => folded(name).includes(wanted)) }))];
}
