// What the page and the browser say of passkeys to each other.
import "./support/page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, makePasskey, showPasskey, textOf } from "../../hichat/web/browser/app/model/passkeys.js";

const buffer = (...bytes) => Uint8Array.from(bytes).buffer;
const ALL = Uint8Array.from({ length: 256 }, (_, number) => number);

/** @param {(how: "create" | "get", given: any) => any} answer */
function browserAnswers(answer) {
  const credentials = { create: async (given) => answer("create", given), get: async (given) => answer("get", given) };
  Object.defineProperty(globalThis.navigator, "credentials", { value: credentials, configurable: true });
}

const refuses = (name) => () => {
  throw Object.assign(new Error(name), { name });
};

const CREATION = {
  rp: { id: "chat.example", name: "HiChat" },
  user: { id: "AAEC", name: "ann", displayName: "Ann" },
  challenge: "_-8",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  excludeCredentials: [{ type: "public-key", id: "AwQ", transports: ["usb"] }],
  authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
  timeout: 300000,
  attestation: "none",
};

test("bytes become Base64URL and come back", () => {
  for (const length of [0, 1, 2, 3, 4, 255, 256]) {
    const bytes = ALL.slice(0, length);
    assert.match(textOf(bytes.buffer), /^[A-Za-z0-9_-]*$/);
    assert.deepEqual(bytesOf(textOf(bytes.buffer)), bytes);
  }
});

test("a passkey is made", async () => {
  let told;
  browserAnswers((how, given) => {
    told = [how, given];
    const response = { attestationObject: buffer(1), clientDataJSON: buffer(2), getTransports: () => ["internal"] };
    return { id: "Bwg", rawId: buffer(7, 8), type: "public-key", response };
  });
  assert.deepEqual(await makePasskey(CREATION), {
    id: "Bwg",
    rawId: "Bwg",
    type: "public-key",
    response: { attestationObject: "AQ", clientDataJSON: "Ag", transports: ["internal"] },
  });
  const { rp, pubKeyCredParams, authenticatorSelection, timeout, attestation } = CREATION;
  const publicKey = {
    rp,
    pubKeyCredParams,
    authenticatorSelection,
    timeout,
    attestation,
    challenge: Uint8Array.of(255, 239),
    user: { id: Uint8Array.of(0, 1, 2), name: "ann", displayName: "Ann" },
    excludeCredentials: [{ type: "public-key", id: Uint8Array.of(3, 4), transports: ["usb"] }],
  };
  assert.deepEqual(told, ["create", { publicKey }]);
});

test("a passkey is shown", async () => {
  const answer = (userHandle) => {
    const given = { authenticatorData: buffer(1), clientDataJSON: buffer(2), signature: buffer(3), userHandle };
    return { id: "Bwg", rawId: buffer(7, 8), type: "public-key", response: given };
  };
  const options = { rpId: "chat.example", challenge: "_-8", allowCredentials: [], userVerification: "required", timeout: 1 };
  let told;
  browserAnswers((how, given) => {
    told = [how, given];
    return answer(buffer(9));
  });
  const response = { authenticatorData: "AQ", clientDataJSON: "Ag", signature: "Aw" };
  const shown = { id: "Bwg", rawId: "Bwg", type: "public-key" };
  assert.deepEqual(await showPasskey(options), { ...shown, response: { ...response, userHandle: "CQ" } });
  assert.deepEqual(told, ["get", { publicKey: { ...options, challenge: Uint8Array.of(255, 239) } }]);
  browserAnswers(() => answer(null));
  assert.deepEqual(await showPasskey(options), { ...shown, response });
});

test("why there is no passkey is said in words", async () => {
  const codes = { InvalidStateError: "passkey", NotAllowedError: "passkey", OtherError: "passkey", AbortError: "cancelled" };
  for (const [name, code] of Object.entries(codes)) {
    browserAnswers(refuses(name));
    await assert.rejects(makePasskey(CREATION), (error) => {
      assert.equal(error.code, code);
      assert.equal(error.message === "", code === "cancelled");
      return true;
    });
  }
  browserAnswers(() => null);
  await assert.rejects(makePasskey(CREATION), { code: "passkey" });
});
