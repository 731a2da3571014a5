// What one may do in a conversation and with its messages, and why not. The server decides; this is what is offered.
import { t } from "../../words/words.js";

export function mayWrite(model, conversation) {
  const { user, group } = conversation.place;
  if (user !== undefined) return !model.people.get(user)?.deleted && !model.lists.has("blocks", user);
  if (group === undefined) return model.me?.administrator ?? false;
  const found = model.groups.get(group);
  return Boolean(found?.you.role) && !mutedIn(model, found);
}

// Whether it is a group, known by now, that one is no member of.
export function isOutside(model, { place: { group } }) {
  const found = group !== undefined && model.groups.get(group);
  return Boolean(found) && !found.you.role;
}

function mutedIn(model, group) {
  return group.archived !== undefined || model.lasts(group.you.muted) || (group.you.role === "member" && model.lasts(group.muted));
}

// Both of two pin, and so do the administrators where they write; in a group its owner and its admins.
export function mayPin(model, conversation) {
  const { group } = conversation.place;
  if (group === undefined) return mayWrite(model, conversation);
  const found = model.groups.get(group);
  return found?.archived === undefined && ["owner", "admin"].includes(found?.you.role ?? "");
}

// One's own text; what was forwarded keeps its author's words.
/** @param {any} model @param {import("../../model/conversation.js").Message} message */
export function mayEdit(model, message) {
  return message.from === model.state.user && message.text !== "" && !message.recalled && !message.forwardedFrom;
}

export function whyNot(model, conversation) {
  const { user, group } = conversation.place;
  const person = user !== undefined && model.people.get(user);
  if (person?.missing) return t("nobodyHint");
  if (user !== undefined) return t(person?.deleted ? "deletedAccountHint" : "youBlocked");
  if (group === undefined) return t("onlyAdministrators");
  const found = model.groups.get(group);
  if (!found) return t("loading");
  if (found.gone) return t(found.gone);
  if (found.archived !== undefined && found.you.role) return t("groupArchived");
  return t(found.you.role ? "mutedHere" : "notAMember");
}
