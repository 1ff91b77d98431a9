/* AB magnitudes of a spectrum with and without its lines, as in model/physics/bands.py. */
import { interpolate } from "../../shell/numerics.mjs";

/** @import { Net } from "../../network/safetensors.mjs" */
/** @import { SpectrumConstants } from "../manifest.mjs" */
/** @import { Grid } from "./grid.mjs" */

const STEPS = 64; // of Simpson's rule, even

/** @typedef {{name: string, starlight: number, change: number}} Magnitude   AB, and what the lines add to it; NaN where the spectrum does not cover the band */

/**
 * @typedef {object} Band   at one redshift
 * @property {string} name
 * @property {Float64Array} weights     of the pixels
 * @property {Float64Array} responses   to the lines' components
 * @property {number} zero              photons of magnitude 0
 * @property {boolean} covered
 */

/**
 * Return the luminosity distance [Mpc] in the flat cosmology of the training set.
 * @param {number} redshift
 * @param {SpectrumConstants["cosmology"]} cosmology
 */
export function distanceTo(redshift, { hubble, matter, speed }) {
  let sum = 0;
  for (let i = 0; i <= STEPS; i++) {
    const weight = i === 0 || i === STEPS ? 1 : i % 2 ? 4 : 2;
    sum += weight / Math.sqrt(matter * (1 + (redshift * i) / STEPS) ** 3 + 1 - matter);
  }
  return ((1 + redshift) * (speed / hubble) * redshift * sum) / (3 * STEPS);
}

/** The bands that the server sends; those of a redshift are kept until another is asked for. */
export class Bands {
  #tensors;
  #constants;
  #grid;
  /** @type {{redshift: number, bands: Band[]}} */
  #last = { redshift: NaN, bands: [] };

  /**
   * @param {Net} tensors
   * @param {SpectrumConstants} constants
   * @param {Grid} grid
   */
  constructor(tensors, constants, grid) {
    this.#tensors = tensors;
    this.#constants = constants;
    this.#grid = grid;
  }

  /**
   * Return the magnitudes of a galaxy.
   * @param {Float64Array} flux           luminosity of the starlight [Lsun/Å]
   * @param {ArrayLike<number>} ew        [Å], one per line
   * @param {number} redshift
   * @returns {Magnitude[]}
   */
  magnitudes(flux, ew, redshift) {
    const { solar, cosmology } = this.#constants;
    if (this.#last.redshift !== redshift) this.#last = { redshift, bands: this.#at(1 + redshift) };
    const distance = cosmology.cm * distanceTo(redshift, cosmology);
    const dimming = solar / (4 * Math.PI * distance ** 2 * (1 + redshift));
    const areas = this.#grid.areas(flux, ew);
    return this.#last.bands.map(({ name, weights, responses, zero, covered }) => {
      if (!covered) return { name, starlight: NaN, change: NaN };
      const light = weights.reduce((sum, weight, i) => sum + weight * flux[i], 0);
      const lines = responses.reduce((sum, response, i) => sum + response * areas[i], 0);
      return { name, starlight: -2.5 * Math.log10((light * dimming) / zero), change: -2.5 * Math.log10(1 + lines / light) };
    });
  }

  /**
   * @param {number} stretch   1 + redshift
   * @returns {Band[]}
   */
  #at(stretch) {
    const { bands, abZero, leastCovered, components } = this.#constants;
    const [wave, all] = [this.#tensors["bands/wavelength"].data, this.#tensors["bands/response"].data];
    const n = wave.length;
    return bands.map((name, band) => {
      const response = all.subarray(band * n, (band + 1) * n);
      const photons = Float64Array.from(response, (r, i) => r * wave[i]);
      const total = new Float64Array(n);
      let zero = 0;
      for (let i = 1; i < n; i++) {
        const step = wave[i] - wave[i - 1];
        total[i] = total[i - 1] + ((photons[i] + photons[i - 1]) / 2) * step;
        zero += ((response[i] / wave[i] + response[i - 1] / wave[i - 1]) / 2) * step;
      }
      const below = this.#grid.edges.map((edge) => interpolate(edge * stretch, wave, total));
      const weights = this.#grid.wavelength.map((_, i) => below[i + 1] - below[i]);
      const responses = Float64Array.from(components, ({ wavelength }) => {
        const at = wavelength * stretch;
        return at >= wave[0] && at <= wave[n - 1] ? interpolate(at, wave, photons) * stretch : 0;
      });
      const covered = weights.reduce((sum, weight) => sum + weight, 0) >= leastCovered * total[n - 1];
      return { name, weights, responses, zero: abZero * zero, covered };
    });
  }
}
