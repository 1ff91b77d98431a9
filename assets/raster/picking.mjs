/* Find galaxies by their position in a panel. */
import { MARGIN, PLACE_STEPS } from "./raster.mjs";
import { contains } from "./shapes.mjs";

/** @import { Raster } from "./raster.mjs" */
/** @import { Point } from "./shapes.mjs" */

/**
 * Return the rows of the galaxies nearest to a point in the panel [CSS pixels], nearest first, and none beyond `reach`.
 * @param {Raster} raster
 * @param {number} left
 * @param {number} top
 * @param {number} [count]
 * @param {number} [reach]
 */
export function nearest(raster, left, top, count = 1, reach = 14) {
  const { visiblePixels, visibleRanks, visible, stride, density } = raster;
  const px = left * density + MARGIN;
  const py = top * density + MARGIN;
  const limit = (reach * density) ** 2;
  /** @type {[number, number][]} distance and galaxy, at most `count`, sorted */
  const found = [];
  for (let i = 0; i < visible; i++) {
    const y = Math.floor(visiblePixels[i] / stride);
    const dy = y + 0.5 - py;
    if (dy * dy > limit) continue;
    const dx = visiblePixels[i] - y * stride + 0.5 - px;
    const distance = dx * dx + dy * dy;
    // Of equal distances the later galaxy comes first, because it is painted on top.
    if (distance > (found.length < count ? limit : found[found.length - 1][0])) continue;
    let k = found.length;
    while (k > 0 && found[k - 1][0] >= distance) k--;
    found.splice(k, 0, [distance, visibleRanks[i]]);
    if (found.length > count) found.pop();
  }
  return found.map(([, galaxy]) => raster.order[galaxy]);
}

/**
 * Return the row of the galaxy nearest to a point in the panel [CSS pixels], or -1.
 * @param {Raster} raster
 * @param {number} left
 * @param {number} top
 * @param {number} [reach]
 */
export function pick(raster, left, top, reach = 14) {
  const [row = -1] = nearest(raster, left, top, 1, reach);
  return row;
}

/**
 * Return the rows inside a polygon given in the axes' units, ascending.
 * @param {Raster} raster
 * @param {Point[]} polygon
 */
export function inside(raster, polygon) {
  const rows = [];
  const [xLow, xHigh] = raster.xRange;
  const [yLow, yHigh] = raster.yRange;
  for (let i = 0; i < raster.n; i++) {
    if (!raster.x[i] || !raster.y[i]) continue;
    const x = xLow + ((raster.x[i] - 1) / PLACE_STEPS) * (xHigh - xLow);
    const y = yLow + ((raster.y[i] - 1) / PLACE_STEPS) * (yHigh - yLow);
    if (contains(polygon, x, y)) rows.push(raster.order[i]);
  }
  return Uint32Array.from(rows).sort();
}

/**
 * Return the number of visible galaxies in each square of `side` device pixels.
 * @param {Raster} raster
 * @param {number} side
 */
export function density2d(raster, side) {
  const { visiblePixels, visible, stride, w, h } = raster;
  const columns = Math.ceil(w / side) + 1;
  const rows = Math.ceil(h / side) + 1;
  const counts = new Float32Array(columns * rows);
  for (let i = 0; i < visible; i++) {
    const y = Math.floor(visiblePixels[i] / stride);
    const cx = Math.floor((visiblePixels[i] - y * stride - MARGIN) / side);
    const cy = Math.floor((y - MARGIN) / side);
    if (cx >= 0 && cy >= 0 && cx < columns && cy < rows) counts[cy * columns + cx]++;
  }
  return { counts, columns, rows };
}
