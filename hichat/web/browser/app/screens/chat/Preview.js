// A file before it is sent.
import { html, useEffect, useState } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { Icon } from "../../parts/Icon.js";
import { kindOf } from "../../model/media.js";
import { sizeOf, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Preview({ model, conversation, file, close }) {
  const [text, setText] = useState("");
  const [url, setUrl] = useState("");
  const [film, setFilm] = useState(file.type.startsWith("video/"));
  const kind = kindOf(file);
  const problem = model.media.problemWith(file);
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  const send = (event) => {
    event.preventDefault();
    if (problem) return;
    const replyTo = conversation.draft.replyTo?.id;
    conversation.draft.replyTo = null;
    model.media.send(conversation, file, { text, replyTo });
    close();
  };
  return html`<${Dialog} title=${t(kind === "picture" ? "sendPicture" : "sendFile")} close=${close}>
    <form onSubmit=${send}>
      ${kind === "picture" && url && html`<img class="picture-preview" src=${url} alt=${file.name} />`}
      ${film && url && html`<video controls playsinline src=${url} aria-label=${file.name} onError=${() => setFilm(false)}></video>`}
      ${kind === "audio" && url && html`<audio controls src=${url} aria-label=${file.name}></audio>`}
      <p class="file">
        <span class="file-sign"><${Icon} name="file" /></span>
        <span class="file-name" dir="auto">${file.name}</span><span class="dim">${sizeOf(file.size)}</span>
      </p>
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : html`<${Field} label=${t("caption")} value=${text} change=${setText} maxlength="2000" />`}
      <div class="actions">
        <button type="button" onClick=${close}>${t("cancel")}</button>
        ${!problem && html`<button class="primary">${t("send")}</button>`}
      </div>
    </form>
  <//>`;
}
