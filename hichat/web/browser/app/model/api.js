// The v2 HTTP API with the session's token.
import { ROOT } from "../hub/root.js";
import { Problem, call } from "../hub/session.js";
import { language } from "../words/words.js";

const PAGE = 200; // items: the most that the server gives at once

export class Api {
  /** @param {import("./link.js").Link} link */
  constructor(link) {
    this.link = link;
  }

  get = (/** @type {string} */ path) => this.#call("GET", path);
  // With a key it is safe to repeat.
  post = (/** @type {string} */ path, /** @type {object | undefined} */ body = undefined, key = "") => this.#call("POST", path, body, key);
  put = (/** @type {string} */ path, /** @type {object | undefined} */ body = undefined) => this.#call("PUT", path, body);
  patch = (/** @type {string} */ path, /** @type {object | undefined} */ body = undefined) => this.#call("PATCH", path, body);
  delete = (/** @type {string} */ path) => this.#call("DELETE", path);

  // All pages of a list, up to so many items: more than anybody may have of what is asked for without a number.
  async all(path, most = 10_000) {
    const items = [];
    let cursor = "";
    do {
      const sign = path.includes("?") ? "&" : "?";
      /** @type {{ items: any[], next?: string }} */
      const page = await this.get(`${path}${sign}limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      items.push(...page.items);
      cursor = page.next ?? "";
    } while (cursor && items.length < most);
    return items;
  }

  // A file with its progress: fetch has none.
  upload(path, body, progress, signal) {
    return this.#authorized((token) => sent(path, body, token, progress, signal));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {string} [key]
   */
  #call(method, path, body, key) {
    const given = { body, language: language(), key };
    return this.#authorized((token) => call(method, `/v2${path}`, { ...given, token }));
  }

  // Whether a token is still good only the server knows: once, another is tried.
  async #authorized(work) {
    try {
      return await work(await this.link.ask("token", false));
    } catch (error) {
      if (error.code !== "unauthorized") throw error;
      return work(await this.link.ask("token", true));
    }
  }
}

function sent(path, body, token, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", ROOT + path);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Accept-Language", language());
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      const value = parsed(request.responseText);
      const { status } = request;
      if (status < 300 && value) resolve(value);
      else reject(new Problem(status === 401 ? "unauthorized" : (value?.code ?? "broken"), reasonIn(value)));
    };
    request.onerror = () => reject(new Problem("offline", ""));
    request.onabort = () => reject(new Problem("cancelled", ""));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

const reasonIn = (value) => value?.detail ?? "";

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
