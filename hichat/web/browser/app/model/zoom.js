// How large a picture is shown, and which part of it: scale 1 is as large as there is room for, (x, y) is by how many
// pixels its middle is away from the middle of the view.
export const LARGEST = 8;
const STEP = 1.5;

/** @typedef {{ scale: number, x: number, y: number }} Zoom */

/** @type {Zoom} */
export const WHOLE = { scale: 1, x: 0, y: 0 };

/**
 * Larger or smaller by a factor; what is at a point stays there.
 *
 * @param {Zoom} zoom
 * @param {number} factor
 * @param {{ x: number, y: number }} at from the middle of the view
 * @returns {Zoom}
 */
export function zoomed(zoom, factor, at = { x: 0, y: 0 }) {
  const scale = Math.min(LARGEST, Math.max(1, zoom.scale * factor));
  if (scale === 1) return WHOLE;
  const by = scale / zoom.scale;
  return { scale, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by };
}

/**
 * Elsewhere; but some of it stays in view.
 *
 * @param {Zoom} zoom
 * @param {number} x
 * @param {number} y
 * @param {{ width: number, height: number }} room
 * @returns {Zoom}
 */
export function moved({ scale, ...from }, x, y, room) {
  const most = (/** @type {number} */ size) => (size * (scale - 1)) / 2;
  const within = (value, limit) => Math.min(limit, Math.max(-limit, value));
  return { scale, x: within(from.x + x, most(room.width)), y: within(from.y + y, most(room.height)) };
}

/** @type {Record<string, (zoom: Zoom) => Zoom>} what keys do */
export const KEYS = {
  "+": (zoom) => zoomed(zoom, STEP),
  "=": (zoom) => zoomed(zoom, STEP),
  "-": (zoom) => zoomed(zoom, 1 / STEP),
  0: () => WHOLE,
};
