/* A synthetic galaxy: starlight, lines, what its stars ionise, and the verdict. */
import { domainScore, intrinsic, place, predict } from "../../network/network.mjs";
import { disagreement } from "./expectation.mjs";
import { historyOf, logSsfr } from "./history.mjs";

/** @import { Intrinsic, MapPlace, Widths } from "../../network/network.mjs" */
/** @import { Net } from "../../network/safetensors.mjs" */
/** @import { Chosen } from "../../network/weights.mjs" */
/** @import { Name, SpectrumConstants, Stars } from "../manifest.mjs" */
/** @import { Grid } from "./grid.mjs" */
/** @import { History } from "./history.mjs" */
/** @import { Populations } from "./populations.mjs" */

/**
 * @typedef {object} Lines   of one galaxy
 * @property {Float64Array} bins       [Lsun/Å]
 * @property {Widths} listed           as catalogued
 * @property {Intrinsic} free          noise-free
 * @property {number} expected         Hα that the stars ionise [Å]
 * @property {number} logOh            12 + log O/H
 * @property {number} logSsfr          [1/yr]
 * @property {MapPlace} place
 * @property {number} score            domain score
 * @property {number} off              0, 1 or 2: whether expectation and starlight disagree
 *
 * @typedef {Lines & {history: History, starlight: Float64Array, spectrum: Float64Array}} Galaxy
 *
 * @typedef {{name: Name, halpha: number, expected: number}} Slope   changes of Hα [Å] per unit of one parameter
 */

const STEP = 0.02; // of the differences, as a share of a parameter's own

/** Makes galaxies. */
export class Maker {
  #populations;
  #constants;
  #net;
  #map;
  #domain;
  #halpha;

  /**
   * @param {object} parts
   * @param {Populations} parts.populations
   * @param {Grid} parts.grid
   * @param {SpectrumConstants} parts.constants
   * @param {Chosen} parts.net      network of noise-free continua
   * @param {Net} parts.map
   * @param {Net} parts.domain
   * @param {number} parts.halpha   index of the line
   */
  constructor({ populations, grid, constants, net, map, domain, halpha }) {
    this.#populations = populations;
    this.grid = grid;
    this.#constants = constants;
    this.#net = net;
    this.#map = map;
    this.#domain = domain;
    this.#halpha = halpha;
  }

  /**
   * @param {Stars} stars
   * @returns {Galaxy}
   */
  make(stars) {
    const history = historyOf(stars, this.#constants.history);
    const starlight = this.#populations.moving(this.#populations.still(stars, history), stars.dispersion);
    const lines = this.#lines(stars, history, starlight);
    return { ...lines, history, starlight, spectrum: this.grid.addLines(starlight, lines.listed.ew) };
  }

  /**
   * @param {Stars} stars
   * @param {History} history
   * @param {Float64Array} starlight
   * @returns {Lines}
   */
  #lines(stars, history, starlight) {
    const constants = this.#constants;
    const bins = this.grid.bins(starlight);
    const mean = bins.reduce((sum, flux) => sum + flux, 0) / bins.length;
    const scaled = Array.from(bins, (flux) => flux / mean);
    const free = intrinsic(this.#net, scaled, []);
    if (!free) throw new Error("The network has no intrinsic percentiles.");
    const component = constants.components.findIndex(({ line }) => line === this.#halpha);
    const level = this.grid.levels(starlight)[component];
    const expected = 10 ** this.#populations.logHalpha(stars, history) / level;
    return {
      bins,
      listed: predict(this.#net.net, scaled, [], this.#domain),
      free,
      expected,
      logOh: stars.log_metallicity + constants.oxygen,
      logSsfr: logSsfr(history, constants.history),
      place: place(this.#map, scaled),
      score: domainScore(this.#domain, scaled),
      off: disagreement(expected, free, this.#halpha, constants.expectation),
    };
  }

  /**
   * Return how much Hα changes with each parameter [Å per unit], by differences; one-sided at a parameter's limit.
   * @param {Stars} stars
   * @param {{name: Name, low: number, high: number, per: number}[]} parameters
   * @returns {Slope[]}
   */
  slopes(stars, parameters) {
    return parameters.map(({ name, low, high, per }) => {
      const ends = [-per, per].map((by) => Math.min(Math.max(stars[name] + by * STEP, low), high));
      const [below, above] = ends.map((value) => this.make({ ...stars, [name]: value }));
      const width = ends[1] - ends[0];
      return {
        name,
        halpha: (above.free.p50[this.#halpha] - below.free.p50[this.#halpha]) / width,
        expected: (above.expected - below.expected) / width,
      };
    });
  }
}
