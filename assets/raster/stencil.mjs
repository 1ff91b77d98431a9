/* The shape of points: diameter, opacity, and covered pixels. */
import { FULL } from "./pixels.mjs";

const COVERAGE = 2.4; // total area of the points over that of the panel, between the limits of their size
const SMALLEST = 1.35; // CSS pixels
const LARGEST = 7;
const CRISP = 2.6; // pixels; a smaller point is a square, which is sharper and faster than a disc

/** @typedef {{offsets: Int32Array, cover: Uint8Array}} Stencil   pixels of a point, and the coverage of each */

/**
 * Return the diameter of points [CSS pixels], which decreases with their number.
 * @param {number} visible
 * @param {number} width
 * @param {number} height
 */
export function pointSize(visible, width, height) {
  const free = Math.sqrt((COVERAGE * width * height) / Math.max(visible, 1) / Math.PI);
  return Math.min(LARGEST, Math.max(SMALLEST, free));
}

/**
 * Return the opacity of points, 0 to 255; it is lower where overlapping points would hide the density.
 * @param {number} visible
 * @param {number} width
 * @param {number} height
 */
export function pointOpacity(visible, width, height) {
  const crowd = (visible * SMALLEST * SMALLEST) / (width * height); // 1: the smallest points would fill the panel
  return crowd > 1 ? FULL : Math.round(FULL * (1 - 0.35 * Math.min(1, crowd / 0.5) * (1 - crowd)));
}

/**
 * Return the pixels of a disc as offsets in a buffer of this stride.
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
