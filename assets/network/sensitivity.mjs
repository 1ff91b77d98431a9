/* The sensitivity of a line to starlight: derivatives of a network by backpropagation. */
import { SELU_ALPHA, SELU_SCALE, featuresOf, ofLine, trunk } from "./layers.mjs";

/** @import { Numbers } from "./layers.mjs" */
/** @import { Net, Tensor } from "./safetensors.mjs" */

/**
 * Return weight @ slope: the derivatives with respect to a layer's inputs from those with respect to its outputs.
 * @param {Float64Array} slope
 * @param {Tensor} weight
 * @param {number} nIn
 * @param {number} [at]   index of the matrix's first element in `weight`
 */
function back(slope, weight, nIn, at = 0) {
  const nOut = slope.length;
  return Float64Array.from({ length: nIn }, (_, i) => {
    let sum = 0;
    for (let o = 0; o < nOut; o++) sum += weight.data[at + i * nOut + o] * slope[o];
    return sum;
  });
}

/** @param {number} x */
function siluSlope(x) {
  const sigmoid = 1 / (1 + Math.exp(-x));
  return sigmoid * (1 + x * (1 - sigmoid));
}

/** @type {(x: number) => number} */
const seluSlope = (x) => SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x));

/**
 * Return the target arcsinh(EW) of one line's median in a joint network, and its derivatives by the features.
 * @param {Net} net
 * @param {Numbers} features
 * @param {number} line
 */
function jointSlopes(net, features, line) {
  /** @type {Float64Array[]} */
  const kept = [];
  const hidden = trunk(net, features, kept);
  const [scale, head] = [net.target_std.data[line], net["median/weight"]];
  const own = Float64Array.from(hidden, (_, i) => head.data[i * head.shape[1] + line]);
  const value = own.reduce((sum, w, i) => sum + w * hidden[i], net["median/bias"].data[line]);
  let slope = own.map((w) => w * scale);
  for (let block = kept.length - 2; block >= 0; block--) {
    const inner = back(slope.map((s, i) => s * siluSlope(kept[block + 1][i])), net[`blocks/${block}/weight`], slope.length);
    slope = slope.map((s, i) => s + inner[i]);
  }
  slope = back(slope.map((s, i) => s * siluSlope(kept[0][i])), net["entry/weight"], features.length);
  return { target: value * scale + net.target_mean.data[line], slopes: slope.map((s, i) => s / net.feature_std.data[i]) };
}

/**
 * Return the same for a published network, which has one line.
 * @param {Net} net
 * @param {Numbers} features
 * @param {number} line
 */
function ownSlopes(net, features, line) {
  /** @type {Float64Array[]} */
  const kept = [];
  const target = ofLine(net, features, line, kept);
  let slope = Float64Array.of(1);
  for (let layer = kept.length - 1; layer >= 0; layer--) {
    const weight = net[`layers/${layer}/weight`];
    const [, from, to] = weight.shape;
    slope = back(slope, weight, from, line * from * to);
    if (layer) slope = slope.map((s, i) => s * seluSlope(kept[layer - 1][i]));
  }
  return { target, slopes: slope.map((s, i) => s / net.feature_std.data[line * features.length + i]) };
}

/**
 * Return the exact derivatives dEW / dln(flux) [Å] of one line, one per bin.
 * @param {Net} net
 * @param {ArrayLike<number>} flux
 * @param {number[]} given   log luminosity, then redshift, as far as the network uses them
 * @param {number} line
 */
export function sensitivity(net, flux, given, line) {
  const joint = !net["layers/0/weight"];
  const { target, slopes } = (joint ? jointSlopes : ownSlopes)(net, featuresOf(flux, given), line);
  // EWs of a joint network are clipped at 0, where their derivative is 0.
  const stretch = joint && target <= 0 ? 0 : Math.cosh(target);
  return Float64Array.from(flux, (_, bin) => {
    const redder = bin ? slopes[bin - 1] : 0;
    const bluer = bin < flux.length - 1 ? slopes[bin] : 0;
    return ((redder - bluer) * stretch) / Math.LN10;
  });
}
