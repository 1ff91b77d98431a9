/* Whether a galaxy lies in the training domain, as model/domain.py judges. */

/** @import { Limits } from "./manifest.mjs" */

/** @typedef {"inside" | "edge" | "outside"} Verdict */

/** @type {Verdict[]} */
const VERDICTS = ["inside", "edge", "outside"];

/**
 * Return the worst of what colours, luminosity and redshift say.
 * @param {Limits} limits
 * @param {number} score               from `domainScore`
 * @param {number | null} luminosity
 * @param {number} redshift            NaN: not known
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

/** @type {Record<Verdict, {words: string, tone: string}>} how a badge shows it */
export const BADGES = {
  inside: { words: "inside training domain", tone: "good" },
  edge: { words: "edge of training domain", tone: "warn" },
  outside: { words: "outside training domain", tone: "bad" },
};
