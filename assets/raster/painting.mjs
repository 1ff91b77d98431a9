/* One panel's colours written into pixels. Painting 12 panels of 86,594 galaxies takes milliseconds without a GPU, and
 * needs no WebGL context. */
import { FULL, blend } from "./pixels.mjs";
import { MARGIN } from "./raster.mjs";
import { disc } from "./stencil.mjs";

/** @import { Raster } from "./raster.mjs" */
/** @import { Stencil } from "./stencil.mjs" */

/**
 * @typedef {object} Cells   hexagons with a corner up, on the map
 * @property {number[]} x
 * @property {number[]} y
 * @property {number} halfWidth
 * @property {number} halfHeight
 *
 * @typedef {object} Colors   what one panel is painted with; points, cells, or both
 * @property {Uint8Array | null} codes         of the points, in draw order
 * @property {Uint32Array} table               256 pixels, one a code
 * @property {Uint8Array | null} [chosen]      0 or 1 a galaxy, in draw order
 * @property {Uint32Array} [dimTable]          colours of the galaxies that are not chosen, which lie below
 * @property {Cells | null} [cells]
 * @property {ArrayLike<number> | null} [cellCodes]
 * @property {Uint32Array} [cellTable]
 * @property {number} [opacity]
 */

const SHRINK = 0.55; // of points over cells, so that what lies below shows between them

/**
 * Paint one panel: cells below, points above. Either may be left out.
 * @param {Raster} raster
 * @param {CanvasRenderingContext2D} context
 * @param {Colors} colors
 */
export function paint(raster, context, { codes, table, chosen, dimTable, cells, cellCodes, cellTable, opacity = 1 }) {
  if (!raster.image) return;
  raster.pixels.fill(0);
  if (cells && cellCodes && cellTable) writeCells(raster, cells, cellCodes, cellTable);
  if (codes) {
    const size = cells ? SHRINK * raster.size : raster.size;
    const stencil = disc(size, raster.stride, Math.round(raster.opacity * opacity));
    if (chosen && dimTable) {
      writePoints(raster, codes, dimTable, stencil, chosen, 0);
      writePoints(raster, codes, table, disc(Math.max(size, 2), raster.stride), chosen, 1);
    } else writePoints(raster, codes, table, stencil, null, 0);
  }
  context.putImageData(raster.image, -MARGIN, -MARGIN);
}

/**
 * @param {Raster} raster
 * @param {Uint8Array} codes
 * @param {Uint32Array} table
 * @param {Stencil} stencil
 * @param {Uint8Array | null} chosen
 * @param {number} which   of the chosen: 0 or 1
 */
function writePoints(raster, codes, table, { offsets, cover }, chosen, which) {
  const { at, who, visible, pixels } = raster;
  const cells = offsets.length;
  const solid = cover.every((share) => share === FULL);
  if (solid && cells === 1 && chosen === null) {
    // Many small points, the usual case of a large catalogue: nothing but the colour and its place.
    for (let i = 0; i < visible; i++) {
      const color = table[codes[who[i]]];
      if (color !== 0) pixels[at[i] + offsets[0]] = color;
    }
    return;
  }
  for (let i = 0; i < visible; i++) {
    const galaxy = who[i];
    if (chosen !== null && chosen[galaxy] !== which) continue;
    const color = table[codes[galaxy]];
    if (color === 0) continue;
    const center = at[i];
    if (solid) {
      for (let k = 0; k < cells; k++) pixels[center + offsets[k]] = color;
    } else {
      for (let k = 0; k < cells; k++) {
        const place = center + offsets[k];
        pixels[place] = cover[k] === FULL ? color : blend(pixels[place], color, cover[k]);
      }
    }
  }
}

/**
 * Fill hexagons.
 * @param {Raster} raster
 * @param {Cells} cells
 * @param {ArrayLike<number>} codes
 * @param {Uint32Array} table
 */
function writeCells(raster, { x, y, halfWidth, halfHeight }, codes, table) {
  const { pixels, stride, xScale, yScale, view, h } = raster;
  if (!view) return;
  const halfW = halfWidth * xScale;
  const halfH = halfHeight * yScale;
  const rows = h + 2 * MARGIN;
  for (let i = 0; i < x.length; i++) {
    const color = table[codes[i]];
    if (color === 0) continue;
    const cx = (x[i] - view.x0) * xScale + MARGIN;
    const cy = h - (y[i] - view.y0) * yScale + MARGIN;
    const last = Math.min(rows - 1, Math.ceil(cy + halfH - 0.5) - 1);
    for (let row = Math.max(0, Math.ceil(cy - halfH - 0.5)); row <= last; row++) {
      const up = Math.abs(row + 0.5 - cy) / halfH; // 0 at the middle, 1 at the corners above and below
      const reach = up <= 0.5 ? halfW : 2 * halfW * (1 - up);
      const from = Math.max(0, Math.ceil(cx - reach - 0.5));
      const to = Math.min(stride, Math.ceil(cx + reach - 0.5));
      if (to > from) pixels.fill(color, row * stride + from, row * stride + to);
    }
  }
}
