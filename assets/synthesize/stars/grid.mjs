/* The grid of the spectra: its bins, the level beside each line, and the lines' profiles, as in model/spectra/grid.py. */
import { erf } from "../../shell/numerics.mjs";

/** @import { SpectrumConstants } from "../manifest.mjs" */

const REACH = 6; // half width of a profile in standard deviations

/** @typedef {{pixel: number, share: number}[]} Weighted   pixels with weights */

/** A grid evenly spaced in the logarithm of the wavelength. */
export class Grid {
  /** @type {Float64Array} vacuum [Å] */
  wavelength;
  /** @type {Float64Array} edges of the pixels [Å] */
  edges;
  #constants;
  #bins;
  #windows;
  #levels;
  #profiles;

  /**
   * @param {SpectrumConstants} constants
   * @param {number[]} binEdges   [Å]
   */
  constructor(constants, binEdges) {
    const { first, step, pixels, windows, sideBand, components } = constants;
    this.#constants = constants;
    this.wavelength = Float64Array.from({ length: pixels }, (_, i) => first * Math.exp(step * i));
    const w = this.wavelength;
    const middles = Array.from({ length: pixels - 1 }, (_, i) => (w[i] + w[i + 1]) / 2);
    this.edges = Float64Array.from([2 * w[0] - middles[0], ...middles, 2 * w[pixels - 1] - middles[pixels - 2]]);
    this.#bins = binEdges.slice(0, -1).map((low, bin) => this.#mean(low, binEdges[bin + 1]));
    this.#windows = windows.map(([low, high]) => ({
      middle: low - sideBand / 2,
      width: high - low + sideBand,
      inside: this.#within((x) => x >= low && x <= high),
      blue: this.#within((x) => x >= low - sideBand && x < low),
      red: this.#within((x) => x > high && x <= high + sideBand),
    }));
    this.#levels = components.map(({ wavelength, window: [low, high] }) => {
      const across = (wavelength - (low - sideBand / 2)) / (high - low + sideBand);
      return [...this.#sampled(low - sideBand, 1 - across), ...this.#sampled(high, across)];
    });
    this.#profiles = components.map(({ wavelength }) => this.#profile(wavelength));
  }

  /** @param {(wavelength: number) => boolean} holds */
  #within(holds) {
    return Array.from(this.wavelength.keys()).filter((i) => holds(this.wavelength[i]));
  }

  /**
   * Return the pixels of a bin, each with its share of the bin.
   * @param {number} low
   * @param {number} high
   * @returns {Weighted}
   */
  #mean(low, high) {
    const found = [];
    for (let pixel = 0; pixel < this.wavelength.length; pixel++) {
      const width = Math.min(this.edges[pixel + 1], high) - Math.max(this.edges[pixel], low);
      if (width > 0) found.push({ pixel, share: width });
    }
    const whole = found.reduce((sum, { share }) => sum + share, 0);
    return found.map(({ pixel, share }) => ({ pixel, share: share / whole }));
  }

  /**
   * Return the mean of a side band as weights of pixels: points at half Ångströms between which it is interpolated.
   * @param {number} start
   * @param {number} weight   of the band
   * @returns {Weighted}
   */
  #sampled(start, weight) {
    const w = this.wavelength;
    const { sideBand, first, step } = this.#constants;
    return Array.from({ length: sideBand }, (_, k) => start + k + 0.5).flatMap((x) => {
      const pixel = Math.floor(Math.log(x / first) / step);
      const share = (x - w[pixel]) / (w[pixel + 1] - w[pixel]);
      return [
        { pixel, share: ((1 - share) * weight) / sideBand },
        { pixel: pixel + 1, share: (share * weight) / sideBand },
      ];
    });
  }

  /**
   * Return the profile of a component: a Gaussian of unit area, averaged over each pixel.
   * @param {number} center
   * @returns {Weighted}
   */
  #profile(center) {
    const sigma = (center * this.#constants.gas) / this.#constants.speed;
    const near = this.#within((x) => Math.abs(x - center) < REACH * sigma);
    const below = (/** @type {number} */ edge) => erf((edge - center) / (sigma * Math.SQRT2)) / 2;
    return near.map((pixel) => {
      const [low, high] = [this.edges[pixel], this.edges[pixel + 1]];
      return { pixel, share: (below(high) - below(low)) / (high - low) };
    });
  }

  /**
   * Return the mean flux of each bin, with the lines' windows bridged as in training.
   * @param {Float64Array} flux
   */
  bins(flux) {
    const bridged = flux.slice();
    for (const { middle, width, inside, blue, red } of this.#windows) {
      const [left, right] = [meanOf(flux, blue), meanOf(flux, red)];
      const straight = inside.map((i) => left + ((right - left) * (this.wavelength[i] - middle)) / width);
      const before = meanOf(flux, inside) * inside.length;
      if (straight.reduce((sum, value) => sum + value, 0) > before) continue;
      inside.forEach((i, k) => (bridged[i] = straight[k]));
    }
    return Float64Array.from(this.#bins, (bin) => weighted(bridged, bin));
  }

  /**
   * Return the continuum beside each component of the lines.
   * @param {Float64Array} flux
   */
  levels(flux) {
    return Float64Array.from(this.#levels, (pixels) => weighted(flux, pixels));
  }

  /**
   * Return the areas of the components: equivalent width times the continuum beside the line. A doublet's equivalent
   * width is shared equally.
   * @param {Float64Array} flux
   * @param {ArrayLike<number>} ew   [Å], one per line
   */
  areas(flux, ew) {
    const { components } = this.#constants;
    return this.levels(flux).map((level, i) => {
      const of = components.filter(({ line }) => line === components[i].line).length;
      return (level * ew[components[i].line]) / of;
    });
  }

  /**
   * Return a continuum with the lines on it.
   * @param {Float64Array} flux
   * @param {ArrayLike<number>} ew   [Å], one per line
   */
  addLines(flux, ew) {
    const light = flux.slice();
    this.areas(flux, ew).forEach((area, i) => {
      for (const { pixel, share } of this.#profiles[i]) light[pixel] += area * share;
    });
    return light;
  }
}

/**
 * @param {Float64Array} flux
 * @param {Weighted} pixels
 */
function weighted(flux, pixels) {
  let sum = 0;
  for (const { pixel, share } of pixels) sum += flux[pixel] * share;
  return sum;
}

/**
 * @param {Float64Array} flux
 * @param {number[]} pixels
 */
function meanOf(flux, pixels) {
  let sum = 0;
  for (const pixel of pixels) sum += flux[pixel];
  return sum / pixels.length;
}
