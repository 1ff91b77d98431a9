/* The networks of model/ evaluated in the browser. A test compares the results with JAX. */
import { interpolate } from "../shell/numerics.mjs";
import { colors, dense, featuresOf, ofLine, quantiles, softplus, trunk } from "./layers.mjs";

/** @import { Net } from "./safetensors.mjs" */
/** @import { Ready } from "./weights.mjs" */

/** Limit of the factor by which an interval widens, as in model/distribution/widening.py. */
const LARGEST_FACTOR = 4;

/** Limit of the factor of noise-free continua, as in model/predictions/undiluted.py. */
const LARGEST_UNDILUTION = 2;

/**
 * @typedef {{ew: Float64Array, p16: Float64Array, p84: Float64Array}} Widths   as catalogued given detection [Å]
 * @typedef {{p16: Float64Array, p50: Float64Array, p84: Float64Array, pDetected: Float64Array}} Intrinsic   [Å]
 * @typedef {{position: [number, number], spread: [number, number]}} MapPlace
 */

/**
 * Return equivalent widths as catalogued given detection [Å], one per line.
 * @param {Net} net
 * @param {ArrayLike<number>} flux       one per bin
 * @param {number[]} given              log luminosity, then redshift, as far as the network uses them
 * @param {Net | null} domain           its `widening` tells by how much intervals widen where colours are rare
 * @returns {Widths}
 */
export function predict(net, flux, given, domain) {
  const x = featuresOf(flux, given);
  if (net["layers/0/weight"]) {
    // The published networks predict no interval.
    const nothing = new Float64Array(net.feature_mean.shape[0]).fill(NaN);
    return { ew: nothing.map((_, line) => Math.sinh(ofLine(net, x, line))), p16: nothing, p84: nothing };
  }
  const { median, p16: near, p84: far } = quantiles(net, x);
  const rarity = domain ? Math.max(domain["widening/start"].data[0] - colorDensity(domain, flux), 0) : 0;
  /** @type {(i: number) => number} */
  const factor = (i) => (rarity > 0 && domain ? Math.min(1 + rarity * domain["widening/slope"].data[i], LARGEST_FACTOR) : 1);
  const [p16, p84] = [near, far].map((bound) => bound.map((y, i) => median[i] + factor(i) * (y - median[i])));
  const [ew, low, high] = [median, p16, p84].map((target) => target.map((y) => Math.max(Math.sinh(y), 0)));
  return { ew, p16: low, p84: high };
}

/**
 * Return percentiles of the intrinsic EWs [Å] and the probability that DESI detects the line.
 * @param {Pick<Ready, "net" | "summary" | "diluted">} ready   with a summary
 * @param {ArrayLike<number>} flux
 * @param {number[]} given
 * @returns {Intrinsic | null}   null without a summary
 */
export function intrinsic({ net, summary, diluted }, flux, given) {
  if (!summary) return null;
  const x = featuresOf(flux, given);
  const out = dense(trunk(summary, x), summary["output/weight"], summary["output/bias"]);
  const n = out.length / 4;
  const factor = diluted ? undilution(net, diluted, x) : null;
  /** @type {(y: number, i: number) => number} */
  const ew = (y, i) => Math.max(Math.sinh(y), 0) * summary.softening.data[i] * (factor ? factor[i] : 1);
  const middle = out.subarray(0, n);
  return {
    p16: middle.map((y, i) => ew(y - softplus(out[n + i]), i)),
    p50: middle.map(ew),
    p84: middle.map((y, i) => ew(y + softplus(out[2 * n + i]), i)),
    pDetected: out.slice(3 * n).map((logit) => 1 / (1 + Math.exp(-logit))),
  };
}

/**
 * Return the factors by which the lines of a continuum without noise are stronger than with DESI's noise.
 * @param {Net} free
 * @param {Net} noisy
 * @param {number[]} x   features
 */
function undilution(free, noisy, x) {
  const [above, below] = [free, noisy].map((net) => quantiles(net, x).median.map((y) => Math.max(Math.sinh(y), 1e-3)));
  return above.map((ew, i) => Math.min(Math.max(ew / below[i], 1 / LARGEST_UNDILUTION), LARGEST_UNDILUTION));
}

/**
 * Return the position on the map and its spread.
 * @param {Net} net
 * @param {number[]} flux
 * @returns {MapPlace}
 */
export function place(net, flux) {
  const mean = flux.reduce((sum, f) => sum + f, 0) / flux.length;
  const { median: [x, y], p16, p84 } = quantiles(net, flux.map((f) => Math.log(f / mean)));
  const [dx, dy] = [0, 1].map((i) => Math.abs(p84[i] - p16[i]) / 2);
  return { position: [x, y], spread: [dx, dy] };
}

/**
 * Return the natural logarithm of the density of these colours among the training galaxies.
 * @param {Net} domain
 * @param {ArrayLike<number>} flux
 */
function colorDensity(domain, flux) {
  const color = colors(flux);
  const [components, n] = domain.center.shape;
  const each = Array.from({ length: components }, (_, k) => {
    let square = 0;
    for (let d = 0; d < n; d++) {
      let white = 0;
      for (let c = 0; c < n; c++) {
        white += (color[c] - domain.center.data[k * n + c]) * domain.whitening.data[(k * n + c) * n + d];
      }
      square += white * white;
    }
    return domain.log_norm.data[k] - square / 2;
  });
  const top = Math.max(...each);
  return top + Math.log(each.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/**
 * Return the domain score: the share of the training galaxies whose colours are rarer.
 * @param {Net} domain
 * @param {ArrayLike<number>} flux
 */
export function domainScore(domain, flux) {
  return interpolate(colorDensity(domain, flux), domain.log_density.data, domain.level.data);
}
