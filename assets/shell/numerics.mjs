/* Numerical functions. */

/**
 * Interpolate linearly between increasing knots; constant beyond them.
 * @param {number} x
 * @param {ArrayLike<number>} knots
 * @param {ArrayLike<number>} values
 */
export function interpolate(x, knots, values) {
  const last = knots.length - 1;
  if (!(x > knots[0])) return Number.isNaN(x) ? NaN : values[0];
  if (x >= knots[last]) return values[last];
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle] <= x) low = middle;
    else high = middle;
  }
  const share = (x - knots[low]) / (knots[high] - knots[low]);
  return values[low] + share * (values[high] - values[low]);
}

/**
 * Return the error function, to 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26).
 * @param {number} x
 */
export function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
