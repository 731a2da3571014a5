// What the server finds for the beginning of a name, a moment after it was typed.
import { useEffect, useState } from "../rendering.js";

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

// People whose names begin so, without oneself.
export async function findPeople(model, words, limit) {
  const { items } = await model.api.get(`/users?limit=${limit}&prefix=${encodeURIComponent(words)}`);
  for (const person of items) model.people.know(person);
  return items.filter((person) => person.id !== model.state.user);
}
