// The roles of the server, as people call them.
import { ROLES, roleOf } from "../../model/roles.js";
import { t } from "../../words/words.js";

/** @returns {Record<string, string>} by role */
export const roleNames = (/** @type {string[]} */ roles) => Object.fromEntries(roles.map((role) => [role, t(`role_${role}`)]));

/** Whether one may do something about somebody: the role has to be lower than one's own, but for an owner. */
export function isAbove(/** @type {any} */ me, /** @type {string} */ role) {
  return roleOf(me) === "owner" || ROLES.indexOf(role) < ROLES.indexOf(roleOf(me));
}

/** @returns {string[]} the roles that one may give */
export const rolesToGive = (/** @type {any} */ me) => ROLES.filter((role) => isAbove(me, role));
