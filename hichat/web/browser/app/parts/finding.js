// What the server finds for a part of a name, a moment after it was typed.
import { useEffect, useState } from "../rendering.js";
import { folded } from "../model/folding.js";
import { whole } from "../model/people.js";

const PAUSE = 200; // milliseconds

// @param find: from the words to a promise of what was found. @return null until something was asked for.
export function useFound(model, words, find) {
  const [found, setFound] = useState(/** @type {any} */ (null));
  const wanted = words.trim();
  useEffect(() => {
    if (!model.ready) return undefined;
    let current = true;
    const ask = async () => {
      const items = await find(wanted);
      if (current) setFound(items);
    };
    const timer = setTimeout(() => model.attempt(ask), PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [wanted, model.ready]);
  return found;
}

// People with this in one of their names, the best first, without oneself.
export async function findPeople(model, words, limit) {
  const { items } = await model.api.get(`/users?limit=${limit}&text=${encodeURIComponent(words)}`);
  for (const person of items) model.people.know(whole(person));
  return items.filter((person) => person.id !== model.state.user);
}

// What stands below somebody's name in a list: the name to log in with, if it is another one, and what they say of
// themselves.
export const noteOf = ({ name, displayName, bio }) => [name !== displayName && name, bio].filter(Boolean).join(" · ");

// Conversations with the words in their titles, or in another name of the person; the one that is called so comes first.
export function matching(model, conversations, wanted) {
  const named = conversations
    .map((each) => ({ each, names: namesOf(model, each).map(folded) }))
    .filter(({ names }) => names.some((name) => name.includes(wanted)));
  const isCalledSo = ({ names }) => names.includes(wanted);
  return [...named.filter(isCalledSo), ...named.filter((found) => !isCalledSo(found))].map(({ each }) => each);
}

function namesOf(model, conversation) {
  const { user } = conversation.place;
  return [model.titleOf(conversation), ...(user === undefined ? [] : model.people.namesOf({ id: user }))];
}
