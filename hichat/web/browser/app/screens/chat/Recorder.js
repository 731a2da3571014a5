// A voice message is recorded, or was and is not sent yet.
import { html, useEffect, useState } from "../../rendering.js";
import { IconButton } from "../../parts/Icon.js";
import { t } from "../../words/words.js";

const TICK = 250; // milliseconds

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Recorder({ model, conversation, recording }) {
  const { recordings } = model;
  const { name } = conversation;
  const [, tick] = useState(0);
  const { phase } = recording;

  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), TICK);
    return () => clearInterval(timer);
  }, []);
  // Of another conversation it would not be seen that the microphone is on.
  useEffect(() => () => recordings.leave(name), []);

  const seconds = Math.floor(recordings.lengthOf(recording));
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return html`<div class="composer">
    <div class="composer-line recorder" role="group" aria-label=${t("recordVoice")}>
      <${IconButton} icon="recall" label=${t("discard")} onClick=${() => recordings.discard(name)} />
      ${phase === "asking" && html`<span class="recorder-time" role="status">${t("askingMicrophone")}</span>`}
      ${phase === "kept" && html`<audio class="recorder-time" controls src=${recording.address} aria-label=${t("notSentYet")}></audio>`}
      ${(phase === "recording" || phase === "ending") &&
      html`<span class="recorder-time" role="timer"><span class="recorder-dot"></span>${t("recording")} ${time}</span>
        <${IconButton} icon="stop" label=${t("stopRecording")} onClick=${() => recordings.stop(name)} />`}
      <button type="button" class="primary" disabled=${phase === "asking"} onClick=${() => recordings.send(name)}>
        ${t("send")}
      </button>
    </div>
  </div>`;
}
