// Files before they are sent, in this order: they become one message with one caption, or each one with its own.
import { html, useEffect, useState } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { Field } from "../../parts/Field.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { kindOf } from "../../model/media.js";
import { sizeOf, t } from "../../words/words.js";

const MOST = 10; // files of a message

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Preview({ model, conversation, files, close }) {
  const [items, setItems] = useState(() => files.map((file, key) => ({ key, file, text: "" })));
  const [together, setTogether] = useState(true);
  const [caption, setCaption] = useState("");
  const mayBeOne = items.length > 1 && items.length <= MOST;
  const whole = mayBeOne && together;
  const sendable = items.filter(({ file }) => !model.media.problemWith(file));
  const change = (at, text) => setItems(items.with(at, { ...items[at], text }));
  const remove = (at) => (items.length > 1 ? setItems(items.toSpliced(at, 1)) : close());
  const earlier = (at) => setItems(items.with(at - 1, items[at]).with(at, items[at - 1]));
  const send = (event) => {
    event.preventDefault();
    if (!sendable.length) return;
    let replyTo = conversation.draft.replyTo?.id;
    if (replyTo) conversation.draft.cancel();
    if (whole) model.media.send(conversation, sendable.map(({ file }) => file), { text: caption, replyTo });
    else {
      for (const { file, text } of sendable) {
        model.media.send(conversation, file, { text, replyTo });
        replyTo = undefined;
      }
    }
    close();
  };
  const alone = items.length === 1;
  const kind = t(kindOf(items[0].file) === "picture" ? "sendPicture" : "sendFile");
  return html`<${Dialog} title=${alone ? kind : t("sendFiles", { count: items.length })} close=${close}>
    <form onSubmit=${send}>
      ${items.map(
        ({ key, file, text }, at) =>
          html`<${Item} key=${key} model=${model} file=${file} text=${text} change=${whole ? null : (value) => change(at, value)}>
            ${at > 0 && html`<${IconButton} icon="up" label=${t("earlier", { name: file.name })} onClick=${() => earlier(at)} />`}
            ${!alone && html`<${IconButton} icon="close" label=${t("removeFile", { name: file.name })} onClick=${() => remove(at)} />`}
          <//>`,
      )}
      <div class="preview-foot">
        ${
          mayBeOne &&
          html`<label class="check"><input type="checkbox" checked=${together} onChange=${() => setTogether(!together)} />${t("asOneMessage")}</label>`
        }
        ${whole && html`<${Field} label=${t("caption")} value=${caption} change=${setCaption} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${close}>${t("cancel")}</button>
          ${sendable.length > 0 && html`<button class="primary">${t("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Item({ model, file, text, change, children }) {
  const [url, setUrl] = useState("");
  const [film, setFilm] = useState(file.type.startsWith("video/"));
  const kind = kindOf(file);
  const problem = model.media.problemWith(file);
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return html`<div class="preview-item">
    ${kind === "picture" && url && html`<img class="picture-preview" src=${url} alt=${file.name} />`}
    ${film && url && html`<video controls playsinline src=${url} aria-label=${file.name} onError=${() => setFilm(false)}></video>`}
    ${kind === "audio" && url && html`<audio controls src=${url} aria-label=${file.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${Icon} name="file" /></span>
      <span class="file-name" dir="auto">${file.name}</span><span class="dim">${sizeOf(file.size)}</span>${children}
    </p>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : change && html`<${Field} label=${t("caption")} value=${text} change=${change} maxlength="2000" />`}
  </div>`;
}
