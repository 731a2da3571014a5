// Who is logged in. The refresh token is in a cookie that no script sees; the access token is here, in memory.
import { ROOT } from "./root.js";

export class Problem extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} [retryAfter] seconds
   * @param {string} [field] the name of the field that is wrong, if one is
   * @param {{ ticket?: string, factors?: string[] }} [next] of a log-in: what its next step shows
   */
  constructor(code, message, retryAfter, field, next = {}) {
    super(message);
    this.next = next;
    this.code = code;
    this.retryAfter = retryAfter;
    this.field = field;
  }
}

const EARLY = 60_000; // milliseconds before its end at which a token counts as old

/**
 * @param {string} method
 * @param {string} path
 * @param {{ body?: any, token?: string, language?: string, key?: string }} [given]
 */
export async function call(method, path, { body, token, language, key } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (language) headers["Accept-Language"] = language;
  if (key) headers["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(ROOT + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem("offline", "");
  }
  const text = await response.text();
  let value;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    throw new Problem("broken", text.slice(0, 200));
  }
  if (!response.ok) {
    const field = value?.errors?.[0]?.pointer?.slice(1);
    const next = { ticket: value?.ticket, factors: value?.factors };
    throw new Problem(value?.code ?? "broken", value?.detail ?? "", value?.retryAfter, field, next);
  }
  return value;
}

export class Session {
  user = 0;
  made = 0; // when the account was made: another account that has the same id was made at another time; 0: nobody knows
  device = "";
  access = "";
  until = 0;
  /** @type {Promise<void> | null} */
  refreshing = null;

  forget() {
    this.user = 0;
    this.made = 0;
    this.device = "";
    this.access = "";
    this.until = 0;
  }

  // The access token; a new one if it is old. Empty: nobody is logged in. All who ask meanwhile wait for one refresh.
  async token(fresh = false) {
    if (!fresh && this.access && performance.now() < this.until - EARLY) return this.access;
    this.refreshing ??= this.#refresh().finally(() => (this.refreshing = null));
    await this.refreshing;
    return this.access;
  }

  async logIn(name, password, label, language) {
    this.#granted(await call("POST", "/session", { body: { name, password, label }, language }));
  }

  /** @param {{ ticket: string, remember: boolean } & Record<string, any>} shown a second factor */
  async showFactor(shown, language) {
    this.#granted(await call("POST", "/session/factor", { body: shown, language }));
  }

  // An app is set up in the middle of a log-in. It gives the recovery codes.
  async confirmApp(ticket, code, language) {
    const granted = await call("POST", "/session/enrol/confirm", { body: { ticket, code }, language });
    this.#granted(granted);
    return granted.recoveryCodes;
  }

  /** @param {{ state: string, credential: object, label: string }} shown */
  async comeByPasskey(shown, language) {
    this.#granted(await call("POST", "/session/passkey", { body: shown, language }));
  }

  async changePassword(old, fresh, language) {
    const token = await this.token();
    this.#granted(await call("POST", "/session/password", { body: { old, new: fresh }, token, language }));
  }

  async logOut() {
    const token = await this.token();
    if (token) await call("DELETE", "/session", { token });
    this.forget();
  }

  async #refresh() {
    const granted = await call("POST", "/session/refresh", { body: {} });
    if (granted) this.#granted(granted);
    else this.forget();
  }

  #granted(granted) {
    this.user = granted.user;
    this.made = granted.made;
    this.device = granted.device;
    this.access = granted.accessToken;
    this.until = performance.now() + granted.expiresIn * 1000;
  }
}
