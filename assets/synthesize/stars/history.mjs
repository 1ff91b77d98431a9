/* Star formation histories and the shares of stellar populations, as in model/dsps/stars.py and DSPS (Hearn et al. 2023,
 * MNRAS 521, 1741). A test compares the results with both. */
import { interpolate } from "../../shell/numerics.mjs";

/** @import { Numbers } from "../../network/layers.mjs" */
/** @import { HistoryConstants, Stars } from "../manifest.mjs" */

const LEAST_RATE = 1e-14; // DSPS's least star formation rate
const FIRST_BIRTH = 0.001; // DSPS's earliest birth of a star [Gyr]
const YEARS = 1e9; // per Gyr
const WIDEST = 10; // edges of DSPS's outermost bins of log metallicity

/**
 * @typedef {{times: Float64Array, rates: Float64Array, mass: Float64Array}} History   ages of the universe [Gyr], star
 *   formation rates of an arbitrary scale, and masses formed until then
 */

/**
 * Return the cumulative integral of y over x by the trapezium rule, from 0.
 * @param {Float64Array} x
 * @param {Float64Array} y
 * @param {number} [start]
 */
function integrated(x, y, start = 0) {
  const sums = new Float64Array(x.length);
  sums[0] = start;
  for (let i = 1; i < x.length; i++) sums[i] = sums[i - 1] + ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2;
  return sums;
}

/**
 * Return a galaxy's history; its last time is now, and its mass is 1.
 * @param {Stars} stars
 * @param {HistoryConstants} constants
 * @returns {History}
 */
export function historyOf(stars, { times: count, least, first, burst: width, quenching }) {
  const lookback = Float64Array.from({ length: count }, (_, i) => {
    const share = (1 + least) * (least / (1 + least)) ** (i / (count - 1));
    return (share - least) * stars.age;
  });
  const times = lookback.map((ago) => first + stars.age - ago);
  const smooth = lookback.map(
    (ago) => Math.exp(-(stars.age - ago) / stars.tau - Math.max(stars.quenched - ago, 0) / quenching),
  );
  const peak = lookback.map((ago) => {
    const at = Math.max(ago, least * stars.age);
    return Math.exp(-0.5 * ((Math.log(at) - Math.log(stars.burst_age)) / width) ** 2) / at;
  });
  const [whole, burst] = [smooth, peak].map((rate) => integrated(times, rate)[count - 1]);
  const rates = smooth.map((rate, i) => ((1 - stars.burst) * rate) / whole + (stars.burst * peak[i]) / Math.max(burst, 1e-30));
  return { times, rates, mass: integrated(times, rates) };
}

/**
 * Return log10 of the mass formed in the last 10 Myr, per year and per mass formed in all.
 * @param {History} history
 * @param {HistoryConstants} constants
 */
export function logSsfr({ times, mass }, { recent }) {
  const [now, all] = [times[times.length - 1], mass[mass.length - 1]];
  const formed = all - interpolate(now - recent, times, mass);
  return Math.log10(Math.max(formed / all, 1e-30) / (recent * YEARS));
}

/**
 * Return the share of the formed mass in populations of these ages.
 * @param {History} history
 * @param {Numbers} logAges   log10 [Gyr]
 */
export function ageShares({ times, rates }, logAges) {
  const floored = rates.map((rate) => Math.max(rate, LEAST_RATE));
  const before = ((times[0] - FIRST_BIRTH) * (LEAST_RATE + floored[0])) / 2;
  const logMass = integrated(times, floored, before).map((mass) => Math.log10(mass * YEARS));
  const logTimes = times.map(Math.log10);
  const now = times[times.length - 1];
  const formed = edgesOf(logAges).map((edge) => {
    const birth = Math.max(now - 10 ** edge, FIRST_BIRTH);
    return 10 ** interpolate(Math.log10(birth), logTimes, logMass);
  });
  return normed(Array.from(logAges, (_, i) => formed[i] - formed[i + 1]));
}

/**
 * Return the share of the formed mass in populations of these metallicities.
 * @param {number} logMetallicity
 * @param {number} scatter          [dex]
 * @param {Numbers} logMetals
 */
export function metalShares(logMetallicity, scatter, logMetals) {
  const edges = edgesOf(logMetals);
  edges[0] = -WIDEST;
  edges[edges.length - 1] = WIDEST;
  const above = edges.map((edge) => triweight((logMetallicity - edge) / scatter));
  return normed(Array.from(logMetals, (_, i) => above[i] - above[i + 1]));
}

/** @param {number[]} values */
function normed(values) {
  const sum = values.reduce((total, value) => total + value, 0);
  return Float64Array.from(values, (value) => value / sum);
}

/**
 * Return the integral of a triweight kernel, DSPS's substitute for a Gaussian.
 * @param {number} z
 */
function triweight(z) {
  if (z <= -3) return 0;
  if (z >= 3) return 1;
  return (-5 * z ** 7) / 69984 + (7 * z ** 5) / 2592 - (35 * z ** 3) / 864 + (35 * z) / 96 + 0.5;
}

/**
 * Return the edges of bins about nodes as DSPS has them: midway at the low end, half a step of midpoints elsewhere.
 * @param {Numbers} nodes
 */
function edgesOf(nodes) {
  const n = nodes.length;
  const middles = Array.from({ length: n - 1 }, (_, i) => (nodes[i] + nodes[i + 1]) / 2);
  const last = nodes[n - 1] + (middles[n - 2] - middles[n - 3]) / 2;
  const width = Array.from(nodes, (_, i) => {
    if (i === 0) return nodes[1] - nodes[0];
    return (i === n - 1 ? last : middles[i]) - middles[i - 1];
  });
  return [...Array.from(nodes, (node, i) => node - width[i] / 2), nodes[n - 1] + width[n - 1] / 2];
}
