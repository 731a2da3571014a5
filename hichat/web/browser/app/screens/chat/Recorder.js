// A voice message is recorded.
import { html, useEffect, useElement, useRef, useState } from "../../rendering.js";
import { IconButton } from "../../parts/Icon.js";
import { t } from "../../words/words.js";

const LONGEST = 300; // seconds
const ENDS = { "audio/webm": ".webm", "audio/ogg": ".ogg", "audio/mp4": ".m4a" };
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

/** @param {import("../../rendering.js").Props & Record<string, any>} props */
export function Recorder({ model, conversation, close }) {
  const [seconds, setSeconds] = useState(0);
  const recorder = useElement();
  const sends = useRef(false);
  const begun = useRef(0);

  useEffect(() => {
    /** @type {MediaStream} */
    let stream;
    let gone = false;
    const timer = setInterval(() => {
      if (!begun.current) return;
      const now = (performance.now() - begun.current) / 1000;
      setSeconds(Math.floor(now));
      if (now >= LONGEST) finish(true);
    }, 250);
    const record = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch {
        model.toast(t("noMicrophone"), "problem");
        close();
        return;
      }
      const stop = () => stream.getTracks().forEach((track) => track.stop());
      if (gone) {
        stop();
        return;
      }
      const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
      /** @type {Blob[]} */
      const pieces = [];
      recorder.current = new MediaRecorder(stream, mimeType ? { mimeType } : {});
      recorder.current.ondataavailable = (event) => pieces.push(event.data);
      recorder.current.onstop = () => {
        stop();
        if (!sends.current) return;
        // Not every browser says which of its codecs it has chosen.
        const type = (recorder.current.mimeType || pieces[0]?.type || "").split(";")[0];
        const file = new File(pieces, `voice${ENDS[type] ?? ""}`, { type });
        model.media.send(conversation, file, { seconds: Math.max(1, (performance.now() - begun.current) / 1000) });
      };
      recorder.current.start();
      begun.current = performance.now();
    };
    record();
    return () => {
      gone = true;
      clearInterval(timer);
      if (recorder.current?.state === "recording") recorder.current.stop();
    };
  }, []);

  const finish = (sending) => {
    sends.current = sending;
    if (recorder.current?.state === "recording") recorder.current.stop();
    close();
  };
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return html`<div class="composer">
    <div class="composer-line recorder" role="group" aria-label=${t("recordVoice")}>
      <${IconButton} icon="recall" label=${t("discard")} onClick=${() => finish(false)} />
      <span class="recorder-time" role="timer"><span class="recorder-dot"></span>${t("recording")} ${time}</span>
      <button type="button" class="primary" onClick=${() => finish(true)}>${t("send")}</button>
    </div>
  </div>`;
}
