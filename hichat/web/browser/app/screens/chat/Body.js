// What a message says or shows.
import { html, useState } from "../../rendering.js";
import { useClosedByBack } from "../../parts/back.js";
import { Dialog } from "../../parts/Dialog.js";
import { Icon } from "../../parts/Icon.js";
import { ALL, ALL_NAMES } from "../../model/mentions.js";
import { Formatted } from "../../parts/Formatted.js";
import { Text, isEmojiOnly } from "../../parts/Text.js";
import { filesOf } from "../../model/pictures.js";
import { textOf } from "../../model/plain.js";
import { sizeOf, t } from "../../words/words.js";

const FILMS = /^video\/(?:mp4|webm|ogg|quicktime|3gpp2?|x-matroska)$/;
const LARGEST = 320; // pixels of a picture among the messages
const PDF = "application/pdf";
const OPENED = 60_000; // milliseconds that a document has to be opened
const PICTURES = /^image\/(?:avif|hei[cf](?:-sequence)?)$/;

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Body({ model, message }) {
  if (message.recalled) return html`<p class="said">${t(message.expired ? "expiredMessage" : "recalledMessage")}</p>`;
  const mentions = (message.mentions ?? []).flatMap((id) => {
    if (id === ALL) return ALL_NAMES.map((name) => ({ name, own: message.from !== model.state.user }));
    const own = id === model.state.user;
    return [model.people.name(id), ...model.people.namesOf({ id })].map((name) => ({ name, own }));
  });
  const large = message.media !== "file" && isEmojiOnly(message.text ?? "");
  return html`
    ${runsOf(filesOf(message)).map((run) =>
      run.length > 1
        ? html`<${Album} key=${run[0].url} model=${model} message=${message} pictures=${run} />`
        : html`<${One} key=${run[0].url} model=${model} message=${message} file=${run[0]} />`,
    )}
    ${message.text && html`<${Said} model=${model} message=${message} mentions=${mentions} large=${large && !message.me} />`}
  `;
}

// Files in their order; pictures that follow each other are together.
function runsOf(files) {
  /** @type {import("../../model/pictures.js").Attached[][]} */
  const runs = [];
  for (const file of files) {
    if (file.media === "picture" && runs.at(-1)?.[0].media === "picture") runs.at(-1)?.push(file);
    else runs.push([file]);
  }
  return runs;
}

const SHOWN = { picture: Picture, audio: Voice, file: File };

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function One({ model, message, file }) {
  if (model.media.isMissing(file.url)) return html`<p class="said dim">${t("fileGone")}</p>`;
  const Shown = SHOWN[file.media];
  return Shown && html`<${Shown} model=${model} message=${message.moreFiles ? { ...message, ...file } : message} />`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Album({ model, message, pictures }) {
  const count = pictures.length;
  const form = count === 2 || count === 4 ? "two" : `three ${["", "one-left", "two-left"][count % 3]}`;
  return html`<div class="album ${form}" role="group" aria-label=${t("countPictures", { count })}>
    ${pictures.map(
      (file, at) =>
        html`<${Picture} key=${file.url} model=${model} message=${{ ...message, ...file }} label=${t("pictureOf", { at: at + 1, count })} />`,
    )}
  </div>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Said({ model, message: { text, format, me, from, forwardedFrom }, mentions = [], large = false }) {
  const tree = format === "markdown" && !large ? model.formatting.treeOf(text, mentions) : null;
  const who = me && html`<strong>${model.people.name(forwardedFrom ?? from ?? model.state.user)} </strong>`;
  if (tree) return html`<div class=${me ? "said formatted does" : "said formatted"}>${who}<${Formatted} tree=${tree} mentions=${mentions} /></div>`;
  return html`<p class=${["said", large && "large", me && "does"].filter(Boolean).join(" ")} dir="auto">${who}<${Text} text=${text} mentions=${mentions} /></p>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Picture({ model, message, label = "" }) {
  const [broken, setBroken] = useState(false);
  const [come, setCome] = useState("");
  const small = model.media.link(message.url, true);
  const alt = label || textOf(message) || t("aPicture");
  if (!model.media.isOwn(message.url)) return html`<${Elsewhere} url=${message.url} />`;
  if (model.media.isMissing(message.url)) return html`<p class="said dim">${t("fileGone")}</p>`;
  if (broken) return html`<p class="said dim">${t("pictureBroken")}</p>`;
  const size = fitted(model.media.sizeOf(message.url));
  const learn = ({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => {
    setCome(small);
    if (!size && width) model.media.sizes.set(message.url ?? "", { width, height });
  };
  const preview = small && come === small ? "" : model.media.preview(message.url);
  const coming = preview && { class: "coming", style: { backgroundImage: `url("${preview}")` } };
  return html`<button type="button" class="picture" aria-label=${t("showLarge", { name: alt })} onClick=${() => model.view(message, message.url)}>
      ${
        small
          ? html`<img src=${small} alt=${alt} loading="lazy" ...${size} ...${coming} onLoad=${learn} onError=${() => setBroken(true)} />`
          : preview
            ? html`<img class="coming" src=${preview} alt=${alt} ...${size} />`
            : html`<span class="spinner small"></span>`
      }
    </button>`;
}

// The size in which a picture is shown.
function fitted(size) {
  if (!size) return undefined;
  const scale = Math.min(1, LARGEST / size.width, LARGEST / size.height);
  return { width: Math.max(1, Math.round(size.width * scale)), height: Math.max(1, Math.round(size.height * scale)) };
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Voice({ model, message }) {
  const [failed, setFailed] = useState("");
  const link = model.media.link(message.url);
  if (!model.media.isOwn(message.url)) return html`<${Elsewhere} url=${message.url} />`;
  // No browser plays all that others record; what it does not play can be saved.
  if (link && failed === link) return html`<${Save} model=${model} message=${message} otherwise=${t("aVoiceMessage")} />`;
  const label = message.seconds ? t("voiceOf", { seconds: message.seconds }) : t("aVoiceMessage");
  return html`<audio
    controls
    preload="metadata"
    src=${link || undefined}
    aria-label=${label}
    onLoadedMetadata=${learnLength}
    onError=${() => setFailed(link)}
  ></audio>`;
}

// A film is tried; what fails can be saved, as can all else. A picture that only some browsers show, and that the server
// has not looked at, is shown to who asks for it.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function File({ model, message }) {
  const [failed, setFailed] = useState("");
  const link = model.media.link(message.url);
  if (!model.media.isOwn(message.url)) return html`<${Elsewhere} url=${message.url} />`;
  const { type = "" } = model.media.about(message.url);
  const fail = () => setFailed(link);
  const label = message.name || t("aFile");
  const started = (event) => {
    // Of a film in a code that it does not know, a browser plays the sound alone.
    if (event.currentTarget.videoWidth) learnLength(event);
    else fail();
  };
  const tries = link && failed !== link;
  const isPdf = type === PDF;
  return html`
    ${isPdf && html`<${FirstPage} model=${model} link=${link} url=${message.url} label=${label} />`}
    ${
      tries &&
      FILMS.test(type) &&
      html`<video controls playsinline preload="metadata" src=${link} aria-label=${label} onLoadedMetadata=${started} onError=${fail}></video>`
    }
    <${Save} model=${model} message=${message} otherwise=${t("aFile")} />
    ${link && isPdf && html`<${Open} model=${model} link=${link} label=${label} />`}
    ${tries && PICTURES.test(type) && html`<${Show} link=${link} label=${label} fail=${fail} />`}
  `;
}

// The server sends documents to be saved. A browser shows this kind, from a copy that is nothing else whatever is in it.
async function openPdf(model, link) {
  // At once: later the browser would take it for something that nobody has asked for.
  const view = window.open("about:blank");
  const shown = await model.attempt(async () => {
    const answer = await fetch(link);
    if (!answer.ok) throw new Error(answer.statusText);
    const copy = URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: PDF }));
    setTimeout(() => URL.revokeObjectURL(copy), OPENED);
    view?.location.replace(copy);
  });
  if (!shown) view?.close();
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Open({ model, link, label }) {
  return html`<button type="button" class="plain" onClick=${() => openPdf(model, link)}>${t("openFile", { name: label })}</button>`;
}

// The first page, which the server has drawn; not of every document. It opens the document, as the button does.
/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function FirstPage({ model, link, url, label }) {
  const [failed, setFailed] = useState("");
  const [come, setCome] = useState("");
  const size = fitted(model.media.sizeOf(url));
  if (!size) return null;
  const found = model.media.about(url).thumbnail ? model.media.link(url, true) : "";
  const small = found === failed ? "" : found;
  const preview = small && come === small ? "" : model.media.preview(url);
  const coming = preview && { class: "coming", style: { backgroundImage: `url("${preview}")` } };
  return html`<button type="button" class="picture first-page" disabled=${!link} title=${t("openFile", { name: label })} onClick=${() => openPdf(model, link)}>
    <img
      src=${small || preview || undefined}
      alt=${t("firstPage", { name: label })}
      loading="lazy"
      ...${size}
      ...${coming}
      onLoad=${() => setCome(small)}
      onError=${() => setFailed(small)}
    />
  </button>`;
}

// A picture, as large as the window.
function Large({ title, close, children }) {
  useClosedByBack(close);
  return html`<${Dialog} title=${title} wide close=${close}>${children}<//>`;
}

function Show({ link, label, fail }) {
  const [open, setOpen] = useState(false);
  return html`<button type="button" class="plain" onClick=${() => setOpen(true)}>${t("showLarge", { name: label })}</button>
    ${
      open &&
      html`<${Large} title=${label} close=${() => setOpen(false)}>
        <img class="picture-full" src=${link} alt=${label} onError=${fail} />
      <//>`
    }`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Save({ model, message, otherwise }) {
  const { name, size } = model.media.about(message.url);
  return html`<a class="file" href=${model.media.link(message.url) || undefined} download=${message.name || name || ""}>
    <span class="file-sign"><${Icon} name="file" /></span>
    <span class="file-name" dir="auto">${message.name || name || otherwise}</span>
    ${size && html`<span class="file-size dim">${sizeOf(size)}</span>`}
    <${Icon} name="download" />
  </a>`;
}

// A recording that was made by a browser may not say how long it is: whoever plays it learns that at its end
// (https://crbug.com/642012).
function learnLength(event) {
  const player = event.currentTarget;
  if (player.duration !== Infinity) return;
  const plays = !player.paused;
  const learned = () => {
    if (player.duration === Infinity) return;
    player.removeEventListener("durationchange", learned);
    player.currentTime = 0;
    if (plays) player.play();
  };
  player.addEventListener("durationchange", learned);
  player.currentTime = Number.MAX_SAFE_INTEGER;
}

// Something of another server is not loaded: it would learn who reads it.
function Elsewhere({ url }) {
  return html`<p class="said"><${Text} text=${url} /></p>`;
}
