// Pictures, voice and files: on their way up, and the links by which a browser may fetch them.
import { explain } from "./problems.js";
import { ROOT } from "../hub/root.js";

import { sizeOf, t } from "../words/words.js";

const OWN_PICTURES = /^\/uploads\/[A-Za-z0-9_-]{22,80}\.(?:png|jpg|gif|webp)$/;
const OWN = /^\/uploads\/[A-Za-z0-9_-]{22,80}\.[a-z0-9]{2,8}$/;
const MEDIA = /^\/v2\/media\/([A-Za-z0-9_-]{22})$/;
// Refusals of a file that are the same however often it is sent.
const FINAL = new Set(["form_too_large", "empty_file", "damaged_picture", "picture_too_large", "quota_exceeded"]);
const LONGEST = 86_400; // seconds that a message says of an audio at most
const EARLY = 60_000; // milliseconds before its end at which a link counts as old

/**
 * What may be fetched for a while.
 *
 * @typedef {object} Link
 * @property {string} url empty: one may not see it
 * @property {number} expires
 * @property {string} [thumbnail]
 * @property {string} [type]
 * @property {string} [name]
 * @property {number} [size] bytes
 * @property {number} [width] pixels of a picture
 * @property {number} [height]
 */

/**
 * A file that is not on the server yet.
 *
 * @typedef {object} Upload
 * @property {string} key
 * @property {string} name of the conversation
 * @property {File} file
 * @property {string} kind
 * @property {string} preview
 * @property {{ text: string, seconds: number, replyTo?: number }} said
 * @property {number} time
 * @property {number} progress
 * @property {string | null} failure
 * @property {boolean} [failed]
 * @property {boolean} [final] whether to try again is of no use
 * @property {AbortController} [going] ends what is on its way
 */

export class Media {
  largest = Infinity; // bytes of a file that the server takes
  /** @type {Map<string, Link>} by id */
  links = new Map();
  /** @type {Set<string>} ids whose links are to be asked for */
  wanted = new Set();
  /** @type {Set<string>} or are on their way */
  asked = new Set();
  /** @type {Map<string, { width: number, height: number }>} sizes of pictures by address, where no link says them */
  sizes = new Map();
  /** @type {Upload[]} */
  waiting = [];
  /** @type {Map<string, Promise<void>>} by conversation, what is done when the upload before is */
  turns = new Map();

  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
  }

  forget() {
    this.links = new Map();
    this.wanted = new Set();
    this.asked = new Set();
    for (const upload of this.uploads) upload.going?.abort();
    this.sizes = new Map();
    this.uploads = [];
    this.turns = new Map();
  }

  // Files that are not on the server yet. They live as long as the page, so that whoever leaves it then is asked first.
  get uploads() {
    return this.waiting;
  }

  set uploads(uploads) {
    this.waiting = uploads;
    if (uploads.length) addEventListener("beforeunload", warn);
    else if (!this.model.recordings.all.size) removeEventListener("beforeunload", warn);
  }

  // Where the browser finds a file of this server; empty: nowhere, or not yet. Nothing is loaded from elsewhere.
  link(url = "", thumbnail = false) {
    if (OWN.test(url)) return ROOT + url;
    const id = MEDIA.exec(url)?.[1];
    if (!id) return "";
    const link = this.links.get(id);
    if (!link || link.expires - EARLY < this.model.now()) this.#ask(id);
    const found = (thumbnail && link?.thumbnail) || link?.url;
    return found ? ROOT + found : "";
  }

  /**
   * What is known of a file of this server: its type, its name to save it as, its size in bytes. Nothing yet: {}.
   *
   * @param {string} [url]
   * @returns {Partial<Link>}
   */
  about(url = "") {
    return this.links.get(MEDIA.exec(url)?.[1] ?? "") ?? {};
  }

  // How large a picture is, in pixels, if that is known.
  sizeOf(url = "") {
    const { width, height } = this.about(url);
    return width && height ? { width, height } : this.sizes.get(url);
  }

  // Whether it is known that one may not see it, or that it is gone.
  isMissing(url) {
    return this.about(url).url === "";
  }

  // A picture that everybody may see: of a person or a group.
  open(url) {
    return OWN_PICTURES.test(url) ? ROOT + url : "";
  }

  isOwn(url) {
    return OWN.test(url) || MEDIA.test(url);
  }

  #ask(id) {
    if (this.asked.has(id)) return;
    this.asked.add(id);
    if (!this.wanted.size) setTimeout(() => this.#fetch());
    this.wanted.add(id);
  }

  async #fetch() {
    const ids = [...this.wanted];
    this.wanted.clear();
    while (ids.length) await this.#fetchSome(ids.splice(0, 100));
  }

  async #fetchSome(ids) {
    try {
      const { items } = await this.model.api.post("/media/links", { ids });
      // Even if the clock is put forward meanwhile it is not asked for again at once.
      const soonest = this.model.now() + 2 * EARLY;
      const found = new Map(items.map((item) => [item.id, { ...item, expires: Math.max(item.expires, soonest) }]));
      const missing = { url: "", expires: soonest };
      // Another map: who shows messages sees by that that there is something new.
      this.links = new Map([...this.links, ...ids.map((id) => [id, found.get(id) ?? missing])]);
      for (const id of ids) this.asked.delete(id);
    } catch {
      this.model.postpone(() => {
        for (const id of ids) this.asked.delete(id);
      });
    }
    this.model.changed();
  }

  // Why the server would refuse a file; empty: nothing is known against it.
  problemWith(file) {
    if (!file.size) return t("emptyFile");
    if (file.size <= this.largest) return "";
    return t("fileTooLarge", { size: sizeOf(file.size), most: sizeOf(this.largest) });
  }

  /**
   * Send a file: it is shown at once, loaded up, then said.
   *
   * @param {import("./conversation.js").Conversation} conversation
   * @param {File} file
   * @param {{ text?: string, seconds?: number, replyTo?: number }} [said]
   */
  send(conversation, file, { text = "", seconds = 0, replyTo } = {}) {
    const kind = kindOf(file);
    const upload = {
      key: `upload-${Math.random()}`,
      name: conversation.name,
      file,
      kind,
      preview: kind === "file" ? "" : URL.createObjectURL(file),
      said: { text, seconds, replyTo, ...(text && { format: "markdown" }) },
      time: Date.now(),
      progress: 0,
      failure: null,
    };
    this.uploads = [...this.uploads, upload];
    conversation.wantsEnd = true;
    return this.run(upload);
  }

  // One after the other in a conversation: they come in the order in which they were sent.
  /** @param {Upload} upload */
  run(upload) {
    upload.failure = null;
    this.uploads = [...this.uploads];
    this.model.changed();
    const before = this.turns.get(upload.name);
    const turn = (before ? before.then(() => this.#run(upload)) : this.#run(upload)).finally(() => {
      if (this.turns.get(upload.name) === turn) this.turns.delete(upload.name);
    });
    this.turns.set(upload.name, turn);
    return turn;
  }

  /** @param {Upload} upload */
  async #run(upload) {
    if (!this.uploads.includes(upload)) return;
    upload.going = new AbortController();
    const tell = (progress) => {
      upload.progress = progress;
      this.uploads = [...this.uploads];
      this.model.changed();
    };
    try {
      const stored = await this.store(upload.file, tell, upload.going.signal);
      // It was thrown away meanwhile, or somebody else is logged in.
      if (!this.uploads.includes(upload)) return;
      if (stored.width && stored.height) this.sizes.set(stored.url, { width: stored.width, height: stored.height });
      const { text, seconds, replyTo } = upload.said;
      /** @type {Record<string, any>} */
      const said = { media: stored.kind, url: stored.url, text };
      if (stored.kind === "file") said.name = stored.name;
      // The server counts what is in it; what is shorter than a second lasts, too.
      const length = stored.seconds ?? seconds;
      if (stored.kind === "audio" && length) said.seconds = Math.min(Math.max(1, Math.round(length)), LONGEST);
      if (replyTo) said.replyTo = replyTo;
      await this.model.say(this.model.conversation(upload.name), said);
      this.drop(upload);
    } catch (error) {
      if (!this.uploads.includes(upload)) return;
      upload.failure = explain(error);
      upload.failed = true;
      upload.final = FINAL.has(error.code);
      this.uploads = [...this.uploads];
    }
    this.model.changed();
  }

  /** @param {Upload} upload */
  drop(upload) {
    upload.going?.abort();
    this.uploads = this.uploads.filter((other) => other !== upload);
    if (upload.preview) URL.revokeObjectURL(upload.preview);
    this.model.changed();
  }

  of(conversation) {
    return this.uploads.filter((upload) => upload.name === conversation.name);
  }

  /**
   * Put a file on the server.
   *
   * @param {File} file
   * @param {(part: number) => void} [progress]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>} its url, kind and name
   */
  store(file, progress = () => {}, signal = undefined) {
    // Half of a surrogate pair cannot be sent. What is too long the server cuts, where a character ends.
    const name = encodeURIComponent((file.name || "file").replace(/\p{Surrogate}/gu, ""));
    return this.model.api.upload(`/v2/media?name=${name}`, file, progress, signal);
  }

  /**
   * The same, but whoever has the link may see it.
   *
   * @param {File} file
   * @param {(part: number) => void} [progress]
   * @returns {Promise<string>} its url
   */
  async storeOpen(file, progress = () => {}) {
    return (await this.store(file, progress)).open;
  }
}

export function warn(event) {
  event.preventDefault();
  event.returnValue = true; // for browsers that know only this
}

export function kindOf(file) {
  if (/^image\/(?:png|jpeg|gif|webp)$/.test(file.type)) return "picture";
  return file.type.startsWith("audio/") ? "audio" : "file";
}
