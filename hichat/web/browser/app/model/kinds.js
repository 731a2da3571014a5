// What kinds of events are like, by their names. Made from hichat/core/kinds.py by hichat/web/browser/kinds.py: a test
// compares the two.
export const MESSAGES = new Set(["message"]); // shown among the messages
export const FOLDED = new Set(["edited", "recalled", "reacted"]); // shown in the message that they are about
export const LINES = new Set(["pinned", "joined", "left", "removed", "banned", "changed", "dissolved", "archived", "unarchived"]); // shown between the messages, as t("joinedLine")
export const COUNTED = new Set(["message"]); // count as unread
export const RECALLS = new Set(["recalled"]); // take a message back
export const ERASURES = new Set(["erased"]); // take all earlier messages of their sender back
export const CALLS = new Set(["commanded", "pressed", "answered"]); // are between somebody and a bot, wherever that was
export const BEGINNINGS = new Set(["joined"]); // make somebody a member
export const ENDINGS = new Set(["left", "removed", "banned"]); // end a membership
export const DISSOLUTIONS = new Set(["dissolved"]); // end all memberships
