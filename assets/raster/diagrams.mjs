/* The BPT and WHAN diagrams: curves, coordinates and classes, with the limits in the page's manifest
 * (components/figures/diagram.py, model/physics/diagnostics.py). */

/** @import { Point } from "./shapes.mjs" */

/**
 * @typedef {"bpt" | "whan"} DiagramName
 * @typedef {{text: string, x: number, y: number}} Label   the name of a region and its position [dex]
 * @typedef {{points: Point[], dashed: boolean}} Stroke
 *
 * @typedef {object} DividingCurve   y = height / (x - pole) + level, left of its pole
 * @property {string} name
 * @property {number} height
 * @property {number} pole
 * @property {number} level
 * @property {boolean} dashed
 *
 * @typedef {object} Diagrams
 * @property {{halpha: number, hbeta: number, nii: number, oiii: number}} lines   indices of lines
 * @property {{curves: DividingCurve[], classes: string[], labels: Label[]}} bpt  curves and classes from bottom to top
 * @property {{ratio: number, strong: number, weak: number, passive: number, classes: string[], labels: Label[]}} whan
 *   ratio: log [N II]/Hα; the others: EW [Å] of Hα, of a passive galaxy's [N II] too; classes: star-forming, strong, weak, retired, passive
 */

const LEFT = -3; // beyond the range of all panels [dex]
const RIGHT = 2;
const TOP = 4;
const BPT_LEFT = -1.6;
const NEAR_POLE = 0.02; // distance from the pole at which a curve is below all panels [dex]
const STEPS = 120;

/** @type {(above: number, below: number) => number} */
const logRatio = (above, below) => (above > 0 && below > 0 ? Math.log10(above / below) : NaN);

/**
 * Return the height of a dividing curve at x < its pole.
 * @param {DividingCurve} curve
 * @param {number} x
 */
export const heightOf = ({ height, pole, level }, x) => height / (x - pole) + level;

/**
 * Return the curves that divide a diagram, in its axes' units.
 * @param {Diagrams} diagrams
 * @param {string} name   of a diagram; empty for other names
 * @returns {Stroke[]}
 */
export function strokesOf({ bpt, whan }, name) {
  if (name === "bpt") return bpt.curves.map((curve) => ({ points: sampled(curve), dashed: curve.dashed }));
  if (name !== "whan") return [];
  const [strong, weak, passive] = [whan.strong, whan.weak, whan.passive].map(Math.log10);
  return [
    { points: [[whan.ratio, strong], [RIGHT, strong]], dashed: true },
    { points: [[LEFT, weak], [RIGHT, weak]], dashed: false },
    { points: [[LEFT, passive], [0, passive], [RIGHT, passive - RIGHT]], dashed: true }, // Hα, then [N II]
    { points: [[whan.ratio, weak], [whan.ratio, TOP]], dashed: false },
  ];
}

/**
 * @param {DividingCurve} curve
 * @returns {Point[]}
 */
function sampled(curve) {
  const step = (curve.pole - NEAR_POLE - BPT_LEFT) / STEPS;
  return Array.from({ length: STEPS + 1 }, (_, i) => BPT_LEFT + i * step).map((x) => [x, heightOf(curve, x)]);
}

/**
 * Return a galaxy's coordinates in the BPT diagram [dex]; NaN if a line is missing.
 * @param {Diagrams} diagrams
 * @param {ArrayLike<number>} ew   equivalent widths [Å], one per line
 * @returns {Point}
 */
export function bptPlace({ lines: { halpha, hbeta, nii, oiii } }, ew) {
  return [logRatio(ew[nii], ew[halpha]), logRatio(ew[oiii], ew[hbeta])];
}

/**
 * Return a galaxy's coordinates in the WHAN diagram [dex]; NaN if a line is missing.
 * @param {Diagrams} diagrams
 * @param {ArrayLike<number>} ew   equivalent widths [Å], one per line
 * @returns {Point}
 */
export function whanPlace({ lines: { halpha, nii } }, ew) {
  return [logRatio(ew[nii], ew[halpha]), logRatio(ew[halpha], 1)];
}

/**
 * Return the class of a point in the BPT diagram; "" if a coordinate is not finite.
 * @param {Diagrams} diagrams
 * @param {Point} place
 */
export function bptClass({ bpt: { curves, classes } }, [x, y]) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
  const below = curves.findIndex((curve) => x < curve.pole && y <= heightOf(curve, x));
  return classes[below < 0 ? curves.length : below];
}

/**
 * Return the class of a point in the WHAN diagram; "" if a coordinate is not finite.
 * @param {Diagrams} diagrams
 * @param {Point} place
 */
export function whanClass({ whan }, [x, y]) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
  const [starForming, strong, weak, retired, passive] = whan.classes;
  if (Math.max(y, x + y) < Math.log10(whan.passive)) return passive; // x + y is log EW([N II])
  if (y <= Math.log10(whan.weak)) return retired;
  if (x < whan.ratio) return starForming;
  return y > Math.log10(whan.strong) ? strong : weak;
}

/**
 * Return the class of a predicted point, followed by the classes that the 68 % intervals of its lines reach:
 * "composite, or star-forming". A prediction has no signal-to-noise; its interval says how sure a class is.
 * @param {Diagrams} diagrams
 * @param {(diagrams: Diagrams, place: Point) => string} classOf   bptClass or whanClass
 * @param {(diagrams: Diagrams, ew: ArrayLike<number>) => Point} placeOf   bptPlace or whanPlace
 * @param {{ew: ArrayLike<number>, p16: ArrayLike<number>, p84: ArrayLike<number>}} predicted   [Å], one per line
 */
export function predictedClass(diagrams, classOf, placeOf, { ew, p16, p84 }) {
  const [x, y] = placeOf(diagrams, ew);
  const found = new Set([classOf(diagrams, [x, y])]);
  const { halpha, hbeta, nii, oiii } = diagrams.lines;
  for (const line of placeOf === bptPlace ? [nii, halpha, oiii, hbeta] : [nii, halpha]) {
    for (const end of [p16, p84]) {
      const moved = Array.from(ew);
      moved[line] = end[line];
      found.add(classOf(diagrams, placeOf(diagrams, moved)));
    }
  }
  const [first, ...others] = [...found];
  const reached = others.filter(Boolean);
  return first && reached.length ? `${first}, or ${reached.join(" or ")}` : first;
}
