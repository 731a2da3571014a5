// A message on its way: to the server, or refused by it.
import { OF_OTHER_LOG } from "../../hub/outbox.js";
import { html } from "../../rendering.js";
import { Body, Said } from "./Body.js";
import { Icon, IconButton } from "../../parts/Icon.js";
import { FootRoom, Ticks } from "./Message.js";
import { clock, t } from "../../words/words.js";

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Waiting({ model, item, upload }) {
  const failed = item ? item.failure : upload.failed;
  const final = item ? item.failure?.code === OF_OTHER_LOG : upload.parts.some((part) => part.final);
  const reason = (item ? item.failure?.message : upload.failure) || t("notSent");
  const again = () => (item ? model.link.ask("retry", item.key) : model.media.run(upload));
  const drop = () => (item ? model.link.ask("discard", item.key) : model.media.drop(upload));
  return html`<article class=${failed ? "message own failed" : "message own waiting"}>
    <div class="message-main">
      <div class="bubble">
        ${item ? html`<${Body} model=${model} message=${{ media: "text", ...item.frame, ...item.shown }} />` : html`<${Upload} model=${model} upload=${upload} />`}
        <${FootRoom} words=${[clock(item?.time ?? upload.time)]} state />
        <span class="message-foot">${" "}
          <time>${clock(item?.time ?? upload.time)}</time>
          ${
            failed
              ? html`<span class="state" role="img" aria-label=${t("failed")}><${Icon} name="failed" /></span>`
              : html`<span class="state sending" role="img" aria-label=${t("sending")} title=${t("sending")}><${Ticks} state="sending" /></span>`
          }
        </span>
      </div>
      ${
        failed &&
        html`<div class="failure" role="alert">
          <span class="failure-reason">${reason}</span>
          ${!final && html`<button type="button" class="plain" onClick=${again}>${t("tryAgain")}</button>`}
          <button type="button" class="plain" onClick=${drop}>${t("discard")}</button>
        </div>`
      }
    </div>
  </article>`;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Upload({ model, upload }) {
  return html`
    ${upload.parts.map((part) => html`<${Part} key=${part.key} model=${model} upload=${upload} part=${part} />`)}
    ${upload.said.text && html`<${Said} model=${model} message=${upload.said} />`}
  `;
}

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
function Part({ model, upload, part }) {
  const { kind, preview, progress, stored, file } = part;
  const alone = upload.parts.length === 1;
  return html`
    ${kind === "picture" && html`<span class=${alone ? "picture" : "picture of-several"}><img src=${preview} alt=${file.name} /></span>`}
    ${kind !== "picture" && html`<span class="file"><span class="file-sign"><${Icon} name="file" /></span><span class="file-name" dir="auto">${file.name}</span></span>`}
    ${
      !(alone && upload.failed) &&
      html`<span class="upload-progress">
        <progress value=${stored ? 1 : progress} max="1" aria-label=${alone ? t("sending") : file.name}></progress>
        <${IconButton} icon="close" label=${t("cancelUpload", { name: file.name })} onClick=${() => model.media.leaveOut(upload, part)} />
      </span>`
    }
  `;
}
