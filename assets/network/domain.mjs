/* Whether a galaxy lies in the training domain, as in model/predictions/domain.py. */

/** @import { Limits } from "./types.mjs" */

/** @typedef {"inside" | "edge" | "outside"} Verdict */

/** @type {Verdict[]} */
const VERDICTS = ["inside", "edge", "outside"];

/**
 * Return the worst verdict on colours, luminosity and redshift.
 * @param {Limits} limits
 * @param {number} score               from `domainScore`
 * @param {number | null} luminosity
 * @param {number} redshift            NaN if unknown
 */
export function judge({ edge, outside, trained }, score, luminosity, redshift) {
  let level = score < outside ? 2 : score < edge ? 1 : 0;
  if (trained.redshift && (redshift < trained.redshift[0] || redshift > trained.redshift[1])) level = 2;
  if (trained.luminosity && luminosity !== null) {
    const [lowest, low, high, highest] = trained.luminosity;
    if (luminosity < lowest || luminosity > highest) level = 2;
    else if (luminosity < low || luminosity > high) level = Math.max(level, 1);
  }
  return VERDICTS[level];
}

/** @type {Record<Verdict, {words: string, tone: string}>} text and tone of the badge */
export const BADGES = {
  inside: { words: "inside training domain", tone: "good" },
  edge: { words: "edge of training domain", tone: "warn" },
  outside: { words: "outside training domain", tone: "bad" },
};
