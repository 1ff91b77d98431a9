/* Format numbers for the pages. */

export const NOTHING = "–";

/**
 * Return an equivalent width as text.
 * @param {number} value
 */
export function number(value) {
  if (!Number.isFinite(value)) return NOTHING;
  return value.toFixed(Math.abs(value) >= 1 ? 1 : 2).replace("-", "−");
}

/**
 * Return a probability as text, at most "> 99 %".
 * @param {number} share
 */
export function chance(share) {
  if (!Number.isFinite(share)) return NOTHING;
  return share < 0.995 ? `${Math.round(100 * share)} %` : "> 99 %";
}

/**
 * Return a number as text with up to four digits, below 1e-3 and from 1e5 with a power of ten.
 * @param {number} value
 */
export function tidy(value) {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e", " e").replaceAll("-", "−");
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/**
 * Return a number as text with two or three digits, for ticks.
 * @param {number} value
 */
export function short(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  const digits = size >= 100 ? 0 : size >= 9.95 ? Number(size % 1 > 0.05 && size < 20) : size >= 1 ? 1 : 2;
  const text = size.toFixed(digits);
  return (value < 0 ? "−" : "") + (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
}
