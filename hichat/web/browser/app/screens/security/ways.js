// Ways in, and what became of somebody who tried one, in words.
import { t } from "../../words/words.js";

const WAYS = {
  password: "byPassword",
  app_password: "byAppPassword",
  oidc: "byOidc",
  passkey: "byPasskey",
  device_flow: "byDeviceFlow",
  token: "byToken",
};

/** @returns {string} a way in, as the server calls it, in words; empty: it is none of these */
export const wayIn = (/** @type {string | undefined} */ via) => (via && Object.hasOwn(WAYS, via) ? t(WAYS[via]) : "");

const REFUSALS = {
  wrong_password: "refusedPassword",
  too_many_attempts: "refusedOften",
  disabled: "refusedDisabled",
  second_factor_needed: "askedFactor",
  enrolment_needed: "askedEnrolment",
  wrong_code: "refusedCode",
  clock_skewed: "refusedCode",
  bad_ticket: "refusedTicket",
  app_password_needed: "refusedV1",
  device_revoked: "refusedDevice",
  too_many_devices: "refusedDevices",
  unknown: "brokenOff",
};

const DONE = { log_in: "wasLoggedIn", new_device: "loggedInAnew", stolen: "tokenStolen", new_password: "newPasswordSet" };

/**
 * @param {{ what: string, outcome: string }} signIn as the server tells it
 * @returns {string} what happened, in words
 */
export function happened({ what, outcome }) {
  if (outcome === "ok") return t(DONE[what]);
  return t(Object.hasOwn(REFUSALS, outcome) ? REFUSALS[outcome] : "refusedOtherwise");
}

// Whether somebody who was not let in had shown the password all the same.
const ASKED = new Set(["second_factor_needed", "enrolment_needed"]);

/** @returns {"ok" | "asked" | "refused"} */
export const kindOf = ({ what, outcome }) => (outcome !== "ok" ? (ASKED.has(outcome) ? "asked" : "refused") : what === "stolen" ? "refused" : "ok");

const SOON = 5000; // milliseconds in which the log-in of a new device is noted behind the device

/**
 * A new device is noted, and its log-in: they are one.
 *
 * @param {any[]} items the newest first
 */
export function joined(items) {
  const isOf = (login, device) =>
    login?.what === "log_in" && login.outcome === "ok" && login.device === device.device && login.at - device.at < SOON;
  const before = (index) => items[index - 1];
  const behind = (index) => items[index + 1];
  return items
    .map((each, index) => (behind(index)?.what === "new_device" && isOf(each, behind(index)) ? { ...each, what: "new_device" } : each))
    .filter((each, index) => each.what !== "new_device" || items[index].what !== "new_device" || !isOf(before(index), each));
}
