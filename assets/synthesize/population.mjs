/* A population of synthetic galaxies: their stars, bins, and the Hα that these ionise. */
import { ageShares, historyOf, logSsfr, metalShares } from "./stars/history.mjs";

/** @import { Net } from "../network/safetensors.mjs" */
/** @import { Slider, SpectrumConstants, Stars } from "./manifest.mjs" */
/** @import { Grid } from "./stars/grid.mjs" */
/** @import { Populations } from "./stars/populations.mjs" */

const STEP = 0.125; // mag between the dust screens of the table
const SPREAD = 0.12; // scatter of a population like one galaxy, as a share of each slider

/** @typedef {"broad" | "near"} Kind */
/** @typedef {{bins: Float64Array, expected: number, logSsfr: number, logOh: number}} Member */

/**
 * Return uniform random numbers between 0 and 1 that a seed repeats (mulberry32, public domain).
 * @param {number} seed
 */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Return the stars of one galaxy of a population: of a broad mix, in which every second galaxy has a burst, or with
 * parameters that scatter about those of a galaxy.
 * @param {Kind} kind
 * @param {Stars} stars
 * @param {Slider[]} sliders
 * @param {() => number} uniform
 * @returns {Stars}
 */
export function member(kind, stars, sliders, uniform) {
  /** @type {(low: number, high: number) => number} */
  const between = (low, high) => low + (high - low) * uniform();
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  if (kind === "broad") {
    return {
      ...stars,
      age: between(2, 13),
      tau: 10 ** between(-0.5, 1.3),
      burst: uniform() < 0.5 ? 10 ** between(-3, -0.7) : 0,
      burst_age: 10 ** between(-2.3, 0),
      quenched: 0,
      log_metallicity: Math.min(Math.max(-1.9 + 0.35 * normal(), -2.4), -1.35),
      av: between(0, 1.5),
    };
  }
  const drawn = { ...stars };
  for (const { name, low, high, log, per } of sliders) {
    if (!per || name === "gas_to_stars" || stars[name] === 0) continue;
    const value = log ? stars[name] * (high / low) ** (SPREAD * normal()) : stars[name] + SPREAD * (high - low) * normal();
    drawn[name] = Math.min(Math.max(value, low), high);
  }
  return drawn;
}

/** Makes the bins of many galaxies from those of single populations behind dust screens, without their spectra. */
export class Quick {
  #populations;
  #constants;
  #tensors;
  /** @type {Float64Array[][]} by screen and population: logarithms of bins and of the level beside Hα */
  #table = [];
  #halpha;

  /**
   * @param {Populations} populations
   * @param {Grid} grid
   * @param {SpectrumConstants} constants
   * @param {Net} tensors
   * @param {number} halpha   index of the line
   * @param {number} most     largest dust screen [mag]
   */
  constructor(populations, grid, constants, tensors, halpha, most) {
    this.#populations = populations;
    this.#constants = constants;
    this.#tensors = tensors;
    this.#halpha = constants.components.findIndex(({ line }) => line === halpha);
    const n = tensors.light.data.length;
    for (let screen = 0; screen <= Math.ceil(most / STEP); screen++) {
      this.#table.push(Array.from({ length: n }, (_, template) => {
        const light = populations.single(template, screen * STEP);
        return Float64Array.from([...grid.bins(light), grid.levels(light)[this.#halpha]], Math.log);
      }));
    }
  }

  /**
   * @param {Stars} stars
   * @returns {Member}
   */
  make(stars) {
    const history = historyOf(stars, this.#constants.history);
    const [metals, ages] = [
      metalShares(stars.log_metallicity, this.#constants.scatter, this.#tensors.log_metallicity.data),
      ageShares(history, this.#tensors.log_age.data),
    ];
    const screen = Math.min(Math.floor(stars.av / STEP), this.#table.length - 2);
    const share = stars.av / STEP - screen;
    const mass = 10 ** stars.log_mass;
    const sums = new Float64Array(this.#table[0][0].length);
    metals.forEach((metal, m) => {
      if (!metal) return;
      ages.forEach((age, a) => {
        const [near, far] = [screen, screen + 1].map((at) => this.#table[at][m * ages.length + a]);
        for (let i = 0; i < sums.length; i++) sums[i] += mass * metal * age * Math.exp(near[i] + share * (far[i] - near[i]));
      });
    });
    const bins = sums.subarray(0, sums.length - 1);
    const expected = 10 ** this.#populations.logHalpha(stars, history) / sums[sums.length - 1];
    const logOh = stars.log_metallicity + this.#constants.oxygen;
    return { bins, expected, logOh, logSsfr: logSsfr(history, this.#constants.history) };
  }
}
