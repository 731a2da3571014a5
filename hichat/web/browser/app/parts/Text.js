// What somebody wrote. It is only ever text: links and mentions are elements that we make around pieces of it.
import { html } from "../rendering.js";
import { linksIn } from "../model/links.js";
import { mentionsIn } from "../model/mentions.js";

// One emoji: a flag, a key, or a picture with its skin and its tags, joined with others. There is one way to read it: what
// others write must not take this page longer than it takes to read.
const PICTURE = String.raw`(?!\p{EMod})\p{ExtPict}[\ufe0f\p{EMod}\u{e0020}-\u{e007f}]*`;
const EMOJI = String.raw`(?:\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3|${PICTURE}(?:\u200d${PICTURE})*)`;
const ONLY_EMOJI = new RegExp(`^(?:${EMOJI}\\s*){1,3}$`, "u");

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
  const named = mentionsIn(text, mentions).map(({ at, text: said, own }) => ({ at, text: said, mention: true, own }));
  const found = [...linksIn(text), ...named].sort((a, b) => a.at - b.at);
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
