/* Paint a panel's galaxies into pixels. Painting 12 panels of 86,594 galaxies takes milliseconds without a GPU, and
 * needs no WebGL context. */
import { FULL, blend } from "./pixels.mjs";
import { MARGIN } from "./raster.mjs";
import { disc } from "./stencil.mjs";

/** @import { Raster } from "./raster.mjs" */
/** @import { Stencil } from "./stencil.mjs" */

/**
 * @typedef {object} Cells   hexagons of the map with a corner at the top
 * @property {number[]} x
 * @property {number[]} y
 * @property {number} halfWidth
 * @property {number} halfHeight
 *
 * @typedef {object} Colors   data of one panel's points, cells, or both
 * @property {Uint8Array | null} codes         of the points, in draw order
 * @property {Uint32Array} table               256 pixels, one per code
 * @property {Uint8Array | null} [chosen]      0 or 1 per galaxy, in draw order
 * @property {Uint32Array} [dimTable]          colours of galaxies that are not chosen, which are painted first
 * @property {Cells | null} [cells]
 * @property {ArrayLike<number> | null} [cellCodes]
 * @property {Uint32Array} [cellTable]
 * @property {number} [opacity]
 */

const SHRINK = 0.55; // factor of the size of points over cells, so that the cells are visible between them

/**
 * Paint one panel: cells, and points over them. Either may be missing.
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
 * @param {number} which   value in `chosen` of the galaxies to paint
 */
function writePoints(raster, codes, table, { offsets, cover }, chosen, which) {
  const { visiblePixels, visibleRanks, visible, pixels } = raster;
  const cells = offsets.length;
  const solid = cover.every((share) => share === FULL);
  if (solid && cells === 1 && chosen === null) {
    // A fast path for opaque points of one pixel, the usual case for large catalogues.
    for (let i = 0; i < visible; i++) {
      const color = table[codes[visibleRanks[i]]];
      if (color !== 0) pixels[visiblePixels[i] + offsets[0]] = color;
    }
    return;
  }
  for (let i = 0; i < visible; i++) {
    const galaxy = visibleRanks[i];
    if (chosen !== null && chosen[galaxy] !== which) continue;
    const color = table[codes[galaxy]];
    if (color === 0) continue;
    const center = visiblePixels[i];
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
