// Voices that are recorded, or were and are not sent yet: one for a conversation. Who goes to another conversation stops
// the recording; what was said until then waits where it was begun. Recordings live as long as the page.
import { warn } from "./media.js";
import { t } from "../words/words.js";

export const LONGEST = 300; // seconds
const ENDS = { "audio/webm": ".webm", "audio/ogg": ".ogg", "audio/mp4": ".m4a" };
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia) && "MediaRecorder" in self;

/**
 * @typedef {object} Recording
 * @property {"asking" | "recording" | "ending" | "kept"} phase asking: for the microphone, until it gives sound
 * @property {number} begun by the page's clock
 * @property {number} seconds that it lasts, once it is kept
 * @property {File | null} file once it is kept
 * @property {string} address of the file, for a player
 * @property {MediaRecorder | null} recorder
 * @property {boolean} sends whether it is sent when it has ended
 */

export class Recordings {
  /** @type {Map<string, Recording>} by conversation */
  all = new Map();

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    for (const name of [...this.all.keys()]) this.discard(name);
  }

  get(/** @type {string} */ name) {
    return this.all.get(name);
  }

  // Begin to record for a conversation. A microphone records for one conversation at a time. @return whether it does.
  async begin(/** @type {string} */ name) {
    if (this.all.has(name)) return true;
    for (const other of this.all.keys()) this.leave(other);
    /** @type {Recording} */
    const recording = { phase: "asking", begun: 0, seconds: 0, file: null, address: "", recorder: null, sends: false };
    this.all.set(name, recording);
    this.#changed();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const wanted = this.all.get(name) === recording;
      if (wanted) this.#record(name, recording, stream);
      else free(stream);
      return wanted;
    } catch {
      if (this.all.get(name) !== recording) return false;
      this.model.toast(t("noMicrophone"), "problem");
      this.discard(name);
      return false;
    }
  }

  // How many seconds it lasts by now.
  lengthOf(/** @type {Recording} */ { phase, begun, seconds }) {
    return phase === "recording" ? (performance.now() - begun) / 1000 : seconds;
  }

  // Send it: at once if it is kept, else as soon as the recorder has ended.
  send(/** @type {string} */ name) {
    const recording = this.all.get(name);
    if (!recording || recording.phase === "asking") return;
    recording.sends = true;
    if (recording.phase === "kept") this.#send(name, recording);
    else this.#stop(recording);
  }

  // The conversation is left: what was recorded is kept for it.
  leave(/** @type {string} */ name) {
    const recording = this.all.get(name);
    if (recording?.phase === "asking") this.discard(name);
    if (recording?.phase !== "recording") return;
    this.#stop(recording);
    this.model.toast(t("recordingKept", { name: this.model.titleOf(this.model.conversation(name)) }));
  }

  // Stop it; it can be heard before it is sent.
  stop(/** @type {string} */ name) {
    const recording = this.all.get(name);
    if (recording?.phase === "recording") this.#stop(recording);
  }

  discard(/** @type {string} */ name) {
    const recording = this.all.get(name);
    if (!recording) return;
    this.all.delete(name);
    if (recording.address) URL.revokeObjectURL(recording.address);
    if (recording.recorder?.state === "recording") recording.recorder.stop();
    this.#changed();
  }

  #record(name, recording, stream) {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    /** @type {Blob[]} */
    const pieces = [];
    const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
    let timer;
    // Only now is anything heard. Until then the person is asked to wait.
    recorder.onstart = () => {
      if (this.all.get(name) !== recording) return;
      timer = setTimeout(() => this.stop(name), LONGEST * 1000);
      Object.assign(recording, { phase: "recording", begun: performance.now() });
      this.#changed();
    };
    recorder.ondataavailable = (event) => pieces.push(event.data);
    // Also when the microphone is unplugged, or the browser takes it away.
    recorder.onstop = () => {
      clearTimeout(timer);
      free(stream);
      if (this.all.get(name) !== recording) return;
      if (recording.phase === "recording") this.#stop(recording);
      // Not every browser says which of its codecs it has chosen.
      const type = (recorder.mimeType || pieces[0]?.type || "").split(";")[0];
      recording.file = new File(pieces, `voice${ENDS[type] ?? ""}`, { type });
      this.#kept(name, recording);
    };
    recording.recorder = recorder;
    recorder.start();
  }

  #stop(recording) {
    recording.seconds = Math.max(1, this.lengthOf(recording));
    recording.phase = "ending";
    if (recording.recorder.state === "recording") recording.recorder.stop();
    this.#changed();
  }

  #kept(name, recording) {
    recording.phase = "kept";
    if (!recording.file.size) {
      this.model.toast(t("noMicrophone"), "problem");
      this.discard(name);
    } else if (recording.sends) this.#send(name, recording);
    else recording.address = URL.createObjectURL(recording.file);
    this.#changed();
  }

  #send(name, recording) {
    const { file, seconds } = recording;
    this.discard(name);
    this.model.media.send(this.model.conversation(name), file, { seconds });
  }

  #changed() {
    if (this.all.size) addEventListener("beforeunload", warn);
    else if (!this.model.media.uploads.length) removeEventListener("beforeunload", warn);
    this.model.changed();
  }
}

function free(stream) {
  for (const track of stream.getTracks()) track.stop();
}
