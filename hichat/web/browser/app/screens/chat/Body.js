// What a message says or shows.
import { html, useState } from "../../rendering.js";
import { Dialog } from "../../parts/Dialog.js";
import { Icon } from "../../parts/Icon.js";
import { Text, isEmojiOnly } from "../../parts/Text.js";
import { t } from "../../words/words.js";

export function Body({ model, message }) {
  if (message.recalled) return html`<p class="said">${t("recalledMessage")}</p>`;
  const mentions = (message.mentions ?? []).flatMap((id) => {
    const own = id === model.state.user;
    const names = new Set([model.people.name(id), model.people.get(id)?.name]);
    return [...names].filter(Boolean).map((name) => ({ name, own }));
  });
  const large = message.media !== "file" && isEmojiOnly(message.text ?? "");
  return html`
    ${message.media === "picture" && html`<${Picture} model=${model} message=${message} />`}
    ${message.media === "audio" && html`<${Voice} model=${model} message=${message} />`}
    ${message.media === "file" && html`<${File} model=${model} message=${message} />`}
    ${message.text && html`<p class=${large ? "said large" : "said"} dir="auto"><${Text} text=${message.text} mentions=${mentions} /></p>`}
  `;
}

function Picture({ model, message }) {
  const [open, setOpen] = useState(false);
  const [broken, setBroken] = useState(false);
  const small = model.media.link(message.url, true);
  const alt = message.text || t("aPicture");
  if (!model.media.isOwn(message.url)) return html`<${Elsewhere} url=${message.url} />`;
  if (broken || model.media.isMissing(message.url)) return html`<p class="said dim">${t("pictureBroken")}</p>`;
  return html`<button type="button" class="picture" aria-label=${t("showLarge", { name: alt })} onClick=${() => setOpen(true)}>
      ${small ? html`<img src=${small} alt=${alt} loading="lazy" onError=${() => setBroken(true)} />` : html`<span class="spinner small"></span>`}
    </button>
    ${
      open &&
      html`<${Dialog} title=${alt} wide close=${() => setOpen(false)}>
        <img class="picture-full" src=${model.media.link(message.url)} alt=${alt} />
        <div class="actions">
          <a class="button" href=${model.media.link(message.url)} download>${t("download")}</a>
        </div>
      <//>`
    }`;
}

function Voice({ model, message }) {
  const link = model.media.link(message.url);
  if (!model.media.isOwn(message.url)) return html`<${Elsewhere} url=${message.url} />`;
  const label = message.seconds ? t("voiceOf", { seconds: message.seconds }) : t("aVoiceMessage");
  return html`<audio controls preload="metadata" src=${link || undefined} aria-label=${label}></audio>`;
}

function File({ model, message }) {
  const link = model.media.link(message.url);
  if (!model.media.isOwn(message.url)) return html`<${Elsewhere} url=${message.url} />`;
  return html`<a class="file" href=${link || undefined} download=${message.name}>
    <span class="file-sign"><${Icon} name="file" /></span>
    <span class="file-name">${message.name || t("aFile")}</span>
    <${Icon} name="download" />
  </a>`;
}

// Something of another server is not loaded: it would learn who reads it.
function Elsewhere({ url }) {
  return html`<p class="said"><${Text} text=${url} /></p>`;
}
