// The v2 HTTP API with the session's token.
import { call } from "../hub/session.js";
import { language } from "../words/words.js";

export class Api {
  constructor(link) {
    this.link = link;
  }

  get = (path) => this.#call("GET", path);
  post = (path, body) => this.#call("POST", path, body);
  put = (path, body) => this.#call("PUT", path, body);
  patch = (path, body) => this.#call("PATCH", path, body);
  delete = (path) => this.#call("DELETE", path);

  // All pages of a list, up to so many items.
  async all(path, most = 1000) {
    const items = [];
    let cursor = "";
    do {
      const sign = path.includes("?") ? "&" : "?";
      const page = await this.get(`${path}${sign}limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      items.push(...page.items);
      cursor = page.next ?? "";
    } while (cursor && items.length < most);
    return items;
  }

  // A file with its progress: fetch has none.
  async upload(path, body, progress) {
    const token = await this.link.ask("token", false);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", path);
      request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.setRequestHeader("Accept-Language", language());
      request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
      request.onload = () => {
        const value = parsed(request.responseText);
        if (request.status < 300 && value) resolve(value);
        else reject(new Error(value?.detail ?? value?.Msg ?? value?.message ?? ""));
      };
      request.onerror = () => reject(new Error(""));
      request.send(body);
    });
  }

  async #call(method, path, body) {
    const token = await this.link.ask("token", false);
    const given = { body, language: language() };
    try {
      return await call(method, `/v2${path}`, { ...given, token });
    } catch (error) {
      if (error.code !== "unauthorized") throw error;
      return call(method, `/v2${path}`, { ...given, token: await this.link.ask("token", true) });
    }
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
