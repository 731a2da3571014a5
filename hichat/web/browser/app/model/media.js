// Pictures, voice and files: on their way up, and the links by which a browser may fetch them.
import { freshKey } from "./keys.js";
import { filesOf } from "./pictures.js";
import { explain } from "./problems.js";
import { ROOT } from "../hub/root.js";

import { sizeOf, t } from "../words/words.js";

const OWN_PICTURES = /^\/uploads\/[A-Za-z0-9_-]{22,80}\.(?:png|jpg|gif|webp)$/;
const OWN = /^\/uploads\/[A-Za-z0-9_-]{22,80}\.[a-z0-9]{2,8}$/;
const MEDIA = /^\/v2\/media\/([A-Za-z0-9_-]{22})$/;
// Refusals of a file that are the same however often it is sent.
const FINAL = new Set(["form_too_large", "empty_file", "damaged_picture", "picture_too_large", "quota_exceeded"]);
const KEPT = 500; // files of which is kept what is known
const LONGEST = 86_400; // seconds that a message says of an audio at most
const EARLY = 60_000; // milliseconds before its end at which a link counts as old

/**
 * What may be fetched for a while.
 *
 * @typedef {object} Link
 * @property {string} [url] empty: one may not see it; absent: it has to be asked for
 * @property {number} expires
 * @property {string} [thumbnail]
 * @property {string} [type]
 * @property {string} [name]
 * @property {number} [size] bytes
 * @property {number} [width] pixels of a picture, or of the first page of a PDF
 * @property {number} [height]
 * @property {string} [preview] a picture of a few pixels, in base64
 */

/**
 * A file of a message that is not sent yet.
 *
 * @typedef {object} Part
 * @property {string} key
 * @property {File} file
 * @property {string} kind
 * @property {string} preview
 * @property {number} progress
 * @property {any} stored what the server says of it, once it is there
 * @property {AbortController} [going] ends what is on its way
 * @property {boolean} [final] whether it was refused, and to try again is of no use
 */

/**
 * A message whose files are not all on the server yet.
 *
 * @typedef {object} Upload
 * @property {string} key
 * @property {string} name of the conversation
 * @property {Part[]} parts
 * @property {{ text: string, seconds: number, replyTo?: number, format?: string }} said
 * @property {number} time
 * @property {string | null} failure
 * @property {boolean} [failed]
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
  /** @type {Map<string, string>} the addresses of previews, by those of their pictures */
  previews = new Map();
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
    for (const upload of this.uploads) for (const part of upload.parts) forgetPart(part);
    this.sizes = new Map();
    for (const made of this.previews.values()) URL.revokeObjectURL(made);
    this.previews = new Map();
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

  // What is known of files, but no address of one: it is written down for a time without a network.
  kept() {
    return [...this.links].slice(-KEPT).map(([id, { type, name, size, width, height, preview }]) => [id, { type, name, size, width, height, preview }]);
  }

  // What was known last. The addresses are asked for as soon as that can be.
  recall(/** @type {[string, object][]} */ kept) {
    const known = kept.map(([id, facts]) => /** @type {[string, Link]} */ ([id, { ...facts, expires: 0 }]));
    this.links = new Map([...known, ...this.links]);
  }

  // The address of a picture of a few pixels, to be shown until the thumbnail has come; empty: there is none.
  preview(url = "") {
    const { preview } = this.about(url);
    if (!preview) return "";
    let made = this.previews.get(url);
    if (!made) {
      const bytes = Uint8Array.from(atob(preview), (each) => each.charCodeAt(0));
      made = URL.createObjectURL(new Blob([bytes], { type: "image/webp" }));
      this.previews.set(url, made);
    }
    return made;
  }

  // The account of who has sent these was deleted, and the files with it: the links are asked for anew.
  lose(/** @type {import("./conversation.js").Message[]} */ messages) {
    const links = new Map(this.links);
    for (const { url } of messages.flatMap(filesOf)) links.delete(MEDIA.exec(url ?? "")?.[1] ?? "");
    this.links = links;
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
   * Send a message with files: it is shown at once, the files are loaded up, then it is said.
   *
   * @param {import("./conversation.js").Conversation} conversation
   * @param {File | File[]} files ten at most
   * @param {{ text?: string, seconds?: number, replyTo?: number }} [said]
   */
  send(conversation, files, { text = "", seconds = 0, replyTo } = {}) {
    const key = freshKey();
    const parts = [files].flat().map((file, at) => partOf(file, `${key} ${at}`));
    /** @type {Upload} */
    const upload = { key, name: conversation.name, parts, said: { text, seconds, replyTo, ...(text && { format: "markdown" }) }, time: Date.now(), failure: null };
    this.uploads = [...this.uploads, upload];
    conversation.wantsEnd = true;
    return this.run(upload);
  }

  // One after the other in a conversation: they come in the order in which they were sent. What is on the server already
  // is not loaded up again.
  /** @param {Upload} upload */
  run(upload) {
    upload.failure = null;
    upload.failed = false;
    this.#draw();
    const before = this.turns.get(upload.name);
    const turn = (before ? before.then(() => this.#run(upload)) : this.#run(upload)).finally(() => {
      if (this.turns.get(upload.name) === turn) this.turns.delete(upload.name);
    });
    this.turns.set(upload.name, turn);
    return turn;
  }

  /** @param {Upload} upload */
  async #run(upload) {
    try {
      for (let part = this.#next(upload); part; part = this.#next(upload)) await this.#load(upload, part);
      // It was thrown away meanwhile, or somebody else is logged in.
      if (!this.uploads.includes(upload)) return;
      // Under the same key it is said once, however often.
      await this.model.say(this.model.conversation(upload.name), saidOf(upload), upload.key);
      this.drop(upload);
    } catch (error) {
      if (!this.uploads.includes(upload)) return;
      upload.failure = explain(error);
      upload.failed = true;
      this.#draw();
    }
  }

  // The next file that is to be loaded up.
  #next(upload) {
    return this.uploads.includes(upload) ? upload.parts.find(({ stored }) => !stored) : undefined;
  }

  async #load(upload, part) {
    part.going = new AbortController();
    const tell = (progress) => {
      part.progress = progress;
      this.#draw();
    };
    try {
      part.stored = await this.store(part.file, tell, part.going.signal);
    } catch (error) {
      // It was taken out.
      if (!upload.parts.includes(part)) return;
      part.final = FINAL.has(error.code);
      throw error;
    }
    const { url, width, height } = part.stored;
    if (width && height) this.sizes.set(url, { width, height });
    this.#draw();
  }

  /**
   * Leave a file out of its message.
   *
   * @param {Upload} upload
   * @param {Part} part
   */
  leaveOut(upload, part) {
    if (upload.parts.length === 1) {
      this.drop(upload);
      return;
    }
    upload.parts = upload.parts.filter((other) => other !== part);
    forgetPart(part);
    if (upload.failed && part.final) this.run(upload);
    this.#draw();
  }

  /** @param {Upload} upload */
  drop(upload) {
    this.uploads = this.uploads.filter((other) => other !== upload);
    for (const part of upload.parts) forgetPart(part);
    this.model.changed();
  }

  #draw() {
    this.uploads = [...this.uploads];
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

/** @returns {Part} */
function partOf(file, key) {
  const kind = kindOf(file);
  return { key, file, kind, preview: kind === "file" ? "" : URL.createObjectURL(file), progress: 0, stored: null };
}

function forgetPart(/** @type {Part} */ { going, preview }) {
  going?.abort();
  if (preview) URL.revokeObjectURL(preview);
}

// What a message says whose files are on the server: the first file, and the others.
function saidOf({ parts, said: { seconds, ...said } }) {
  const [first, ...more] = parts.map(({ stored }) => fileOf(stored, seconds));
  return { ...first, ...said, ...(more.length && { moreFiles: more }) };
}

function fileOf(stored, recorded) {
  /** @type {import("./pictures.js").Attached} */
  const file = { media: stored.kind, url: stored.url };
  if (stored.kind === "file") file.name = stored.name;
  // The server counts what is in it; what is shorter than a second lasts, too.
  const length = stored.seconds ?? recorded;
  if (stored.kind === "audio" && length) file.seconds = Math.min(Math.max(1, Math.round(length)), LONGEST);
  return file;
}

export function warn(event) {
  event.preventDefault();
  event.returnValue = true; // for browsers that know only this
}

export function kindOf(file) {
  if (/^image\/(?:png|jpeg|gif|webp)$/.test(file.type)) return "picture";
  return file.type.startsWith("audio/") ? "audio" : "file";
}
