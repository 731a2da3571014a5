// Where people are named in a text: @ and a name. Of two names that begin alike the longer one is meant, and @bobby is not
// @bob; after a name that does not end like a word in Latin letters anything may follow.

// @param people: {name, ...}. @return {...one of them, at} for each place, in order.
export function mentionsIn(text, people) {
  const named = people.filter(({ name }) => name).sort((a, b) => b.name.length - a.name.length);
  const found = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const person = named.find(({ name }) => text.startsWith(name, at + 1) && ends(name, text.slice(at + 1 + name.length)));
    if (person) found.push({ ...person, at });
  }
  return found;
}

const ends = (name, rest) => !(/\w$/.test(name) && /^\w/.test(rest));
