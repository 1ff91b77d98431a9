/* The networks in the browser: the same weights as model/, the same numbers, no round trip. Pure functions; no page.
 *
 * A tensor is { shape, data }. Arithmetic is in double precision on float32 weights; tests/browser/test_network.py
 * compares with JAX.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const BINS = 12;

  /** Read a safetensors file of float32 tensors: length, JSON header, numbers. */
  function parseSafetensors(buffer) {
    const length = Number(new DataView(buffer).getBigUint64(0, true));
    if (length > buffer.byteLength - 8) throw new Error("This is not a safetensors file.");
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    const tensors = {};
    for (const [name, entry] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      if (entry.dtype !== "F32") throw new Error(`The weights ${name} are ${entry.dtype}; they must be F32.`);
      const [start, end] = entry.data_offsets;
      tensors[name] = { shape: entry.shape, data: new Float32Array(buffer.slice(8 + length + start, 8 + length + end)) };
    }
    return tensors;
  }

  /** The tensors below a prefix, without it. */
  function under(tensors, prefix) {
    const own = {};
    for (const [name, tensor] of Object.entries(tensors)) {
      if (name.startsWith(`${prefix}/`)) own[name.slice(prefix.length + 1)] = tensor;
    }
    return own;
  }

  const silu = (x) => x / (1 + Math.exp(-x));
  const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const selu = (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x));

  /** input @ weight + bias; `at` and `biasAt` are where a matrix starts in a stack of them. */
  function dense(input, weight, bias, nOut = bias.data.length, at = 0, biasAt = 0) {
    const output = new Float64Array(nOut);
    for (let o = 0; o < nOut; o++) output[o] = bias.data[biasAt + o];
    for (let i = 0; i < input.length; i++) {
      const x = input[i];
      const row = at + i * nOut;
      for (let o = 0; o < nOut; o++) output[o] += x * weight.data[row + o];
    }
    return output;
  }

  const standardise = (features, mean, std, at = 0) =>
    Float64Array.from(features, (x, i) => (x - mean.data[at + i]) / std.data[at + i]);

  /** The shared residual layers of a network; `kept` gets what each puts into its activation. */
  function trunk(net, features, kept = []) {
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

  /** Median, 16th and 84th percentile of a joint network's targets. */
  function quantiles(net, features) {
    const hidden = trunk(net, features);
    const [middle, below, above] = ["median", "below", "above"].map((head) =>
      dense(hidden, net[`${head}/weight`], net[`${head}/bias`]),
    );
    const unscale = (x, i) => x * net.target_std.data[i] + net.target_mean.data[i];
    return {
      median: middle.map(unscale),
      p16: middle.map((x, i) => unscale(x - softplus(below[i]), i)),
      p84: middle.map((x, i) => unscale(x + softplus(above[i]), i)),
    };
  }

  /** One of ten independent SELU networks, as published in 2024: arcsinh(EW), and in `kept` each layer's output. */
  function ofLine(net, features, line, kept = []) {
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

  // ---- derivatives, from the output back to the features -------------------------------------------------------

  /** weight @ slope: what a layer's inputs add to what its outputs are worth. */
  function back(slope, weight, nIn, at = 0) {
    const nOut = slope.length;
    return Float64Array.from({ length: nIn }, (_, i) => {
      let sum = 0;
      for (let o = 0; o < nOut; o++) sum += weight.data[at + i * nOut + o] * slope[o];
      return sum;
    });
  }

  function siluSlope(x) {
    const sigmoid = 1 / (1 + Math.exp(-x));
    return sigmoid * (1 + x * (1 - sigmoid));
  }

  const seluSlope = (x) => 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * Math.exp(x));

  /** d target / d feature of one line's median in a joint network, and the target arcsinh(EW). */
  function jointSlopes(net, features, line) {
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

  /** The same of a network of its own. */
  function ownSlopes(net, features, line) {
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

  function colors(flux) {
    return Float64Array.from({ length: BINS - 1 }, (_, i) => Math.log10(flux[i + 1]) - Math.log10(flux[i]));
  }

  function features(flux, luminosity) {
    const known = Array.from(colors(flux));
    return luminosity === null || luminosity === undefined ? known : [...known, luminosity];
  }

  /** Equivalent widths as catalogued given detection [Å]: { ew, p16, p84 }, each of ten. */
  function predict(net, flux, luminosity) {
    const x = features(flux, luminosity);
    if (net["layers/0/weight"]) {
      // They give no interval.
      const nothing = new Float64Array(net.feature_mean.shape[0]).fill(NaN);
      return { ew: nothing.map((_, line) => Math.sinh(ofLine(net, x, line))), p16: nothing, p84: nothing };
    }
    const { median, p16, p84 } = quantiles(net, x);
    const [ew, low, high] = [median, p16, p84].map((target) => target.map((y) => Math.max(Math.sinh(y), 0)));
    return { ew, p16: low, p84: high };
  }

  /** Intrinsic percentiles [Å] and the probability that DESI lists the line: { p16, p50, p84, pDetected }. */
  function intrinsic(summary, flux, luminosity) {
    const out = dense(trunk(summary, features(flux, luminosity)), summary["output/weight"], summary["output/bias"]);
    const n = out.length / 4;
    const ew = (y, i) => Math.max(Math.sinh(y), 0) * summary.softening.data[i];
    const middle = out.subarray(0, n);
    return {
      p16: middle.map((y, i) => ew(y - softplus(out[n + i]), i)),
      p50: middle.map(ew),
      p84: middle.map((y, i) => ew(y + softplus(out[2 * n + i]), i)),
      pDetected: out.slice(3 * n).map((logit) => 1 / (1 + Math.exp(-logit))),
    };
  }

  /** Place on the map and its spread: { position: [x, y], spread: [dx, dy] }. */
  function place(net, flux) {
    const mean = flux.reduce((sum, f) => sum + f, 0) / BINS;
    const { median, p16, p84 } = quantiles(net, Array.from(flux, (f) => Math.log(f / mean)));
    return { position: Array.from(median), spread: Array.from(p84, (high, i) => Math.abs(high - p16[i]) / 2) };
  }

  /** Share of the training galaxies whose colours are rarer than these. */
  function domainScore(domain, flux) {
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
    const density = top + Math.log(each.reduce((sum, value) => sum + Math.exp(value - top), 0));
    return interpolate(density, domain.log_density.data, domain.level.data);
  }

  /** Straight lines between increasing knots, flat beyond them. */
  function interpolate(x, knots, values) {
    const last = knots.length - 1;
    if (!(x > knots[0])) return Number.isNaN(x) ? NaN : values[0];
    if (x >= knots[last]) return values[last];
    let right = 1;
    while (knots[right] < x) right++;
    const share = (x - knots[right - 1]) / (knots[right] - knots[right - 1]);
    return values[right - 1] + share * (values[right] - values[right - 1]);
  }

  /** dEW / dln(flux) [Å] of one line for the twelve bins: the exact derivative, by one pass back through the network. */
  function sensitivity(net, flux, luminosity, line) {
    const joint = !net["layers/0/weight"];
    const { target, slopes } = (joint ? jointSlopes : ownSlopes)(net, features(flux, luminosity), line);
    // Widths of a joint network end at 0, and there nothing drives them.
    const stretch = joint && target <= 0 ? 0 : Math.cosh(target);
    return Float64Array.from({ length: BINS }, (_, bin) => {
      const redder = bin ? slopes[bin - 1] : 0;
      const bluer = bin < BINS - 1 ? slopes[bin] : 0;
      return ((redder - bluer) * stretch) / Math.LN10;
    });
  }

  neon.network = { parseSafetensors, under, predict, intrinsic, place, domainScore, sensitivity };
})();
