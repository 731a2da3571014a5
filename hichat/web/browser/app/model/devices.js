// The devices of one's own that came since one was here last.
const KEPT = "hichat.devices"; // what this browser's last visitor has seen, by account

const keyOf = ({ state }) => `${KEPT}.${state.user}.${state.made}`;

/** From now on the device of this number, and all before it, are no news. */
export function seeDevices(/** @type {any} */ model, /** @type {number} */ id) {
  localStorage.setItem(keyOf(model), String(id));
}

/**
 * The sessions of devices that came since the last visit, the oldest first. At the first visit none is news.
 *
 * @param {any} model
 * @returns {Promise<any[]>}
 */
export async function newDevices(model) {
  const newest = model.me?.newestDevice;
  if (!newest) return [];
  const seen = localStorage.getItem(keyOf(model));
  // After an older copy of the store was put back numbers are smaller.
  if (seen === null || Number(seen) > newest) seeDevices(model, newest);
  if (seen === null || Number(seen) >= newest) return [];
  const all = await model.api.all("/me/sessions");
  const news = all.filter(({ id, current, loggedIn }) => id > Number(seen) && !current && loggedIn);
  if (!news.length) seeDevices(model, newest);
  return news;
}
