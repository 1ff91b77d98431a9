/* The server's prediction for a galaxy of a file whose bins are noisy or missing. */

/** @import { Answer } from "./manifest.mjs" */
/** @import { Intrinsic, Widths } from "../network/network.mjs" */

/** @type {(values: (number | null)[]) => Float64Array} */
const numbers = (values) => Float64Array.from(values, (value) => value ?? NaN);

/**
 * @param {Answer} answer
 * @returns {Widths}
 */
export function widthsOf({ listed }) {
  const [ew, p16, p84] = listed.map(numbers);
  return { ew, p16, p84 };
}

/**
 * @param {Answer} answer
 * @returns {Intrinsic | null}
 */
export function intrinsicOf({ free }) {
  if (!free) return null;
  const [p16, p50, p84, pDetected] = free.map(numbers);
  return { p16, p50, p84, pDetected };
}
