/* Layers and features of the networks, in double precision with float32 weights. */

/** @import { Net, Tensor } from "./safetensors.mjs" */

export const SELU_SCALE = 1.0507009873554805; // Klambauer et al. 2017
export const SELU_ALPHA = 1.6732632423543772;

/** @typedef {ArrayLike<number> & Iterable<number>} Numbers */

/** @type {(x: number) => number} */
export const silu = (x) => x / (1 + Math.exp(-x));
/** @type {(x: number) => number} */
export const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** @type {(x: number) => number} */
export const selu = (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x));

/**
 * Return input @ weight + bias.
 * @param {ArrayLike<number>} input
 * @param {Tensor} weight
 * @param {Tensor} bias
 * @param {number} [nOut]
 * @param {number} [at]       index of the matrix's first element in `weight`
 * @param {number} [biasAt]   index of the first bias
 */
export function dense(input, weight, bias, nOut = bias.data.length, at = 0, biasAt = 0) {
  const output = new Float64Array(nOut);
  for (let o = 0; o < nOut; o++) output[o] = bias.data[biasAt + o];
  for (let i = 0; i < input.length; i++) {
    const x = input[i];
    const row = at + i * nOut;
    for (let o = 0; o < nOut; o++) output[o] += x * weight.data[row + o];
  }
  return output;
}

/** @type {(features: Numbers, mean: Tensor, std: Tensor, at?: number) => Float64Array} */
const standardise = (features, mean, std, at = 0) =>
  Float64Array.from(features, (x, i) => (x - mean.data[at + i]) / std.data[at + i]);

/**
 * Return the output of the shared residual layers of a network.
 * @param {Net} net
 * @param {Numbers} features
 * @param {Float64Array[]} [kept]   the inputs of all activations are appended to it
 */
export function trunk(net, features, kept = []) {
  const start = dense(standardise(features, net.feature_mean, net.feature_std), net["entry/weight"], net["entry/bias"]);
  kept.push(start);
  let hidden = start.map(silu);
  for (let block = 0; net[`blocks/${block}/weight`]; block++) {
    const more = dense(hidden, net[`blocks/${block}/weight`], net[`blocks/${block}/bias`]);
    kept.push(more);
    hidden = hidden.map((h, i) => h + silu(more[i]));
  }
  return hidden;
}

/**
 * Return median, 16th and 84th percentile of a joint network's targets.
 * @param {Net} net
 * @param {Numbers} features
 */
export function quantiles(net, features) {
  const hidden = trunk(net, features);
  const [middle, below, above] = ["median", "below", "above"].map((head) =>
    dense(hidden, net[`${head}/weight`], net[`${head}/bias`]),
  );
  /** @type {(x: number, i: number) => number} */
  const unscale = (x, i) => x * net.target_std.data[i] + net.target_mean.data[i];
  return {
    median: middle.map(unscale),
    p16: middle.map((x, i) => unscale(x - softplus(below[i]), i)),
    p84: middle.map((x, i) => unscale(x + softplus(above[i]), i)),
  };
}

/**
 * Return arcsinh(EW) of one of the published SELU networks, which has one line.
 * @param {Net} net
 * @param {Numbers} features
 * @param {number} line
 * @param {Float64Array[]} [kept]   the outputs of all layers are appended to it
 */
export function ofLine(net, features, line, kept = []) {
  let hidden = standardise(features, net.feature_mean, net.feature_std, line * features.length);
  for (let layer = 0; net[`layers/${layer}/weight`]; layer++) {
    const weight = net[`layers/${layer}/weight`];
    const [, from, to] = weight.shape;
    const out = dense(layer ? hidden.map(selu) : hidden, weight, net[`layers/${layer}/bias`], to, line * from * to, line * to);
    kept.push(out);
    hidden = out;
  }
  return hidden[0];
}

/** @param {ArrayLike<number>} flux */
export function colors(flux) {
  return Float64Array.from({ length: flux.length - 1 }, (_, i) => Math.log10(flux[i + 1]) - Math.log10(flux[i]));
}

/** @type {(flux: ArrayLike<number>, given: number[]) => number[]} given: log luminosity, then redshift */
export const featuresOf = (flux, given) => [...colors(flux), ...given];
