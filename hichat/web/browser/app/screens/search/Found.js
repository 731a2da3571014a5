// A message that was found, in its list.
import { html } from "../../rendering.js";
import { Avatar } from "../../parts/Avatar.js";
import { hrefOf } from "../../model/route.js";
import { nameOf } from "../../model/conversation.js";
import { fullTime } from "../../words/words.js";

/** @param {Record<string, any>} props */
export function Found({ model, found: { message, snippet } }) {
  const { from, user, group } = message;
  const other = user === model.state.user ? from : user;
  const name = nameOf(group !== undefined ? { group } : user !== undefined ? { user: other } : {});
  const conversation = model.conversation(name);
  const unread = conversation.mentions.includes(message.id);
  return html`<li class=${unread ? "row unread" : "row"}>
    <a class="row-main" href=${hrefOf("chats", name, message.id)}>
      <${Avatar} model=${model} id=${conversation.id} name=${model.titleOf(conversation)} picture=${model.pictureOf(conversation)} kind=${conversation.kind} />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${model.titleOf(conversation)}</span>
          <time class="row-time">${fullTime(message.time)}</time>
        </span>
        <span class="row-note wrap">
          ${model.people.author(message)}: ${(snippet?.length ? snippet : [{ text: model.describe(message) }]).map((piece) => (piece.match ? html`<mark>${piece.text}</mark>` : piece.text))}
        </span>
      </span>
    </a>
  </li>`;
}
