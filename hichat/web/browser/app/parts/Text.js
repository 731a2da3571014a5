// What somebody wrote. It is only ever text: links and mentions are elements that we make around pieces of it.
import { html } from "../rendering.js";
import { mentionsIn } from "../model/mentions.js";

const LINK = /https?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef]+/g;
const TRAILING = /[.,:;!?)\]}'"]+$/;
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\ufe0f|\u200d|\p{Emoji_Modifier}|\p{Extended_Pictographic})*\s*){1,3}$/u;

export const isEmojiOnly = (text) => ONLY_EMOJI.test(text);

export function Text({ text, mentions = [] }) {
  return pieces(text, mentions).map((piece) => {
    if (piece.link) {
      return html`<a href=${piece.link} target="_blank" rel="noopener noreferrer nofollow">${piece.text}</a>`;
    }
    return piece.mention ? html`<span class=${piece.own ? "mention own" : "mention"}>${piece.text}</span>` : piece.text;
  });
}

// @param mentions: {name, own} of those mentioned.
function pieces(text, mentions) {
  const found = [];
  for (const match of text.matchAll(LINK)) {
    const address = balanced(match[0]);
    if (safe(address)) found.push({ at: match.index, text: address, link: address });
  }
  for (const { at, name, own } of mentionsIn(text, mentions)) found.push({ at, text: `@${name}`, mention: true, own });
  found.sort((a, b) => a.at - b.at);
  const result = [];
  let done = 0;
  for (const piece of found) {
    if (piece.at < done) continue;
    if (piece.at > done) result.push({ text: text.slice(done, piece.at) });
    result.push(piece);
    done = piece.at + piece.text.length;
  }
  if (done < text.length) result.push({ text: text.slice(done) });
  return result;
}

// Without the full stop or the bracket that ends the sentence around it.
function balanced(address) {
  const short = address.replace(TRAILING, "");
  return address[short.length] === ")" && short.includes("(") ? `${short})` : short;
}

function safe(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}
