// The roles of users on this server, each with what those before it may do.
export const ROLES = ["guest", "member", "moderator", "administrator", "owner"];

/** @param {{ role?: string, administrator?: boolean } | null} user oneself, or somebody whom the server tells this of */
export const roleOf = (user) => user?.role ?? (user?.administrator ? "administrator" : "member");

// Guests are only where others have invited them: what they cannot do is not offered to them.
/** @param {{ role?: string, administrator?: boolean } | null} user */
export const isGuest = (user) => roleOf(user) === "guest";

/**
 * @param {{ role?: string, administrator?: boolean } | null} user
 * @param {string} least
 */
export const isAtLeast = (user, least) => ROLES.indexOf(roleOf(user)) >= ROLES.indexOf(least);
