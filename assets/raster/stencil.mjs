/* The shape of a point: how large, how opaque, which pixels it covers. */
import { FULL } from "./pixels.mjs";

const COVERAGE = 2.4; // points' total area over the panel's, when sizes are free to follow the number
const SMALLEST = 1.35; // CSS pixels
const LARGEST = 7;
const CRISP = 2.6; // below so many pixels a square is crisper, and faster, than a smeared disc

/** @typedef {{offsets: Int32Array, cover: Uint8Array}} Stencil   pixels around a point, and how far each is covered */

/**
 * Return the diameter of a point [CSS pixels] that keeps the panel readable: large for few points, small for many.
 * @param {number} visible
 * @param {number} width
 * @param {number} height
 */
export function pointSize(visible, width, height) {
  const free = Math.sqrt((COVERAGE * width * height) / Math.max(visible, 1) / Math.PI);
  return Math.min(LARGEST, Math.max(SMALLEST, free));
}

/**
 * Return the opacity, 0 to 255, that lets dense places show through where points are large enough to overlap.
 * @param {number} visible
 * @param {number} width
 * @param {number} height
 */
export function pointOpacity(visible, width, height) {
  const crowd = (visible * SMALLEST * SMALLEST) / (width * height); // 1: the smallest points would fill the panel
  return crowd > 1 ? FULL : Math.round(FULL * (1 - 0.35 * Math.min(1, crowd / 0.5) * (1 - crowd)));
}

/**
 * Return the pixels of a disc, as offsets in a buffer of the given stride.
 * @param {number} diameter
 * @param {number} stride
 * @param {number} [opacity]
 * @returns {Stencil}
 */
export function disc(diameter, stride, opacity = FULL) {
  const offsets = [];
  if (diameter < CRISP) {
    const side = Math.max(1, Math.round(diameter));
    const low = -((side - 1) >> 1);
    for (let y = low; y < low + side; y++) for (let x = low; x < low + side; x++) offsets.push(y * stride + x);
    return { offsets: Int32Array.from(offsets), cover: new Uint8Array(offsets.length).fill(opacity) };
  }
  const radius = diameter / 2;
  const reach = Math.ceil(radius);
  const cover = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const share = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y)));
      if (share < 0.06) continue;
      offsets.push(y * stride + x);
      cover.push(Math.round((share > 0.94 ? 1 : share) * opacity));
    }
  }
  return { offsets: Int32Array.from(offsets), cover: Uint8Array.from(cover) };
}
