// The places of this page to which the browser comes back from the provider that signs people in; see
// hichat/web/browser/signing_on.py.
import { go, hrefOf, route } from "./route.js";
import { t } from "../words/words.js";

/** @type {Record<string, string>} */
const REASONS = {
  provider_away: "signOnAway",
  provider_refused: "signOnRefused",
  strange_return: "signOnOld",
  not_welcome: "signOnNotWelcome",
  disabled: "signOnDisabled",
  identity_taken: "signOnTaken",
  linked_already: "signOnLinked",
};

/** @returns {string} why the browser was not signed in, or nothing was linked; empty: that is not what the address says */
export function unwelcome() {
  const { section, detail } = route();
  return section === "unwelcome" ? t((Object.hasOwn(REASONS, detail) && REASONS[detail]) || "signOnFailed") : "";
}

/**
 * @param {any} model
 * @returns {boolean} whether the browser has just come back, and goes on from there
 */
export function comeBack(model) {
  const { section } = route();
  const { phase } = model.state;
  if (section === "came" && phase !== "starting") {
    // Another tab may have been here all the time, where nobody was logged in, or somebody else.
    model.link.ask("lookAgain").catch(() => {});
    location.replace(hrefOf("chats"));
    return true;
  }
  if (section === "unwelcome" && phase === "in") {
    model.toast(unwelcome(), "problem");
    go("settings", "security");
    return true;
  }
  return false;
}
