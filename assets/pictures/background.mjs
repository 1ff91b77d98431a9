/* Medians of real galaxies behind a diagram. */

/** @import { Background } from "../network/types.mjs" */
/** @import { Point } from "../raster/shapes.mjs" */

/**
 * Return medians of real galaxies as the background of a diagram: x, y, and a weight by their number.
 * @param {Background} background
 * @param {(ew: number[]) => Point} placeOf
 * @returns {[number, number, number][]}
 */
export function medians(background, placeOf) {
  const most = Math.max(...background.n);
  return background.n.flatMap((n, cell) => {
    const [x, y] = placeOf(background.ew.map((values) => values[cell] ?? NaN));
    return Number.isFinite(x) && Number.isFinite(y) ? [[x, y, Math.sqrt(n / most)]] : [];
  });
}
