// Passkeys: what the server and the browser say of them to each other (WebAuthn, Level 3). The browser has bytes where the
// server has Base64URL.
import { Problem } from "../hub/session.js";
import { t } from "../words/words.js";

// Whether this browser can use passkeys on this page.
export const takesPasskeys = () => isSecureContext && "PublicKeyCredential" in window && "credentials" in navigator;

// Whether the browser shows passkeys among the names at a field.
export const offersPasskeys = async () => (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;

/**
 * Make a passkey.
 *
 * @param {any} options what the server has told
 * @returns {Promise<object>} the new passkey, for the server
 */
export async function makePasskey(options) {
  const { challenge, user, excludeCredentials, ...rest } = options;
  const publicKey = {
    ...rest,
    challenge: bytesOf(challenge),
    user: { ...user, id: bytesOf(user.id) },
    excludeCredentials: excludeCredentials.map(reference),
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const { response } = made;
  return said(made, {
    attestationObject: textOf(response.attestationObject),
    clientDataJSON: textOf(response.clientDataJSON),
    transports: response.getTransports?.() ?? [],
  });
}

/**
 * Show a passkey.
 *
 * @param {any} options what the server has told
 * @param {CredentialRequestOptions} [more] further wishes of the page
 * @returns {Promise<object>} the answer of the passkey, for the server
 */
export async function showPasskey(options, more = {}) {
  const { challenge, allowCredentials, ...rest } = options;
  const publicKey = { ...rest, challenge: bytesOf(challenge), allowCredentials: allowCredentials.map(reference) };
  const shown = await asked(() => navigator.credentials.get({ ...more, publicKey }));
  const { response } = shown;
  return said(shown, {
    authenticatorData: textOf(response.authenticatorData),
    clientDataJSON: textOf(response.clientDataJSON),
    signature: textOf(response.signature),
    ...(response.userHandle?.byteLength && { userHandle: textOf(response.userHandle) }),
  });
}

const PROBLEMS = { InvalidStateError: "passkeyKnown", NotAllowedError: "passkeyCancelled", SecurityError: "passkeyElsewhere" };

/**
 * @param {() => Promise<any>} work
 * @returns {Promise<any>} the credential
 */
async function asked(work) {
  let found;
  try {
    found = await work();
  } catch (error) {
    if (error.name === "AbortError") throw new Problem("cancelled", "");
    throw new Problem("passkey", t(PROBLEMS[error.name] ?? "passkeyFailed"));
  }
  if (!found) throw new Problem("passkey", t("passkeyFailed"));
  return found;
}

const said = ({ id, rawId, type }, response) => ({ id, rawId: textOf(rawId), type, response });

const reference = (each) => ({ ...each, id: bytesOf(each.id) });

/** @param {string} text Base64URL */
export function bytesOf(text) {
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
export function textOf(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
