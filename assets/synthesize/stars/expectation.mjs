/* Whether the Hα that the stars ionise agrees with that of DESI's galaxies with this starlight, as in
 * model/predictions/domain/expectation.py. */

/** @import { SpectrumConstants } from "../manifest.mjs" */

/**
 * Return 0 where the expectation agrees, 1 at the edge, 2 outside.
 * @param {number} expected   [Å]
 * @param {Record<"p16" | "p50" | "p84", ArrayLike<number>>} usual
 * @param {number} halpha     index of the line
 * @param {SpectrumConstants["expectation"]} limits
 */
export function disagreement(expected, usual, halpha, { floor, edge, outside, sigma }) {
  const [low, middle, high] = [usual.p16, usual.p50, usual.p84].map((part) => Math.log10(part[halpha] + floor));
  const offset = Math.log10(Math.max(expected, 0) + floor) - middle;
  const apart = Math.abs(offset);
  const own = offset > 0 ? high - middle : middle - low;
  if (!(apart > edge) || apart <= sigma * own) return 0;
  return apart > outside ? 2 : 1;
}
