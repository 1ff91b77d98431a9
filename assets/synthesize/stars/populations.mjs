/* Starlight of stellar populations behind dust, and the Hα that they ionise, as in model/dsps/pipeline.py. */
import { ageShares, metalShares } from "./history.mjs";
import { interpolate } from "../../shell/numerics.mjs";

/** @import { Net } from "../../network/safetensors.mjs" */
/** @import { SpectrumConstants, Stars } from "../manifest.mjs" */
/** @import { History } from "./history.mjs" */

/** The populations that the server sends. */
export class Populations {
  #tensors;
  #constants;

  /**
   * @param {Net} tensors
   * @param {SpectrumConstants} constants
   */
  constructor(tensors, constants) {
    this.#tensors = tensors;
    this.#constants = constants;
  }

  /**
   * Return the luminosity of the starlight [Lsun/Å] on the grid, behind dust.
   * @param {Stars} stars
   * @param {History} history
   */
  still(stars, history) {
    const { log_metallicity: metals, log_age: ages, light, flux, curve } = this.#tensors;
    const { pixels, scatter } = this.#constants;
    const [metalShare, ageShare] = [metalShares(stars.log_metallicity, scatter, metals.data), ageShares(history, ages.data)];
    const sum = new Float64Array(pixels);
    metalShare.forEach((metal, m) => {
      if (!metal) return;
      ageShare.forEach((age, a) => {
        const template = m * ageShare.length + a;
        const amount = metal * age * light.data[template];
        const own = flux.data.subarray(template * pixels, (template + 1) * pixels);
        if (amount) for (let i = 0; i < pixels; i++) sum[i] += amount * own[i];
      });
    });
    const mass = 10 ** stars.log_mass;
    const dust = -0.4 * stars.av * Math.LN10;
    for (let i = 0; i < pixels; i++) sum[i] *= mass * Math.exp(dust * curve.data[i]);
    return sum;
  }

  /**
   * Return the luminosity of one population behind dust, per mass of stars formed [Lsun/Å/Msun].
   * @param {number} template
   * @param {number} av   [mag]
   */
  single(template, av) {
    const { light, flux, curve } = this.#tensors;
    const { pixels } = this.#constants;
    const dust = -0.4 * av * Math.LN10;
    return Float64Array.from({ length: pixels }, (_, i) => light.data[template] * flux.data[template * pixels + i] * Math.exp(dust * curve.data[i]));
  }

  /**
   * Return starlight convolved with the stars' motion; its ends are extended by their values.
   * @param {Float64Array} flux
   * @param {number} dispersion   [km/s]
   */
  moving(flux, dispersion) {
    const { pixel, largestDispersion } = this.#constants;
    const half = Math.ceil((3 * largestDispersion) / pixel);
    const sigma = Math.max(dispersion, pixel / 2) / pixel;
    const kernel = Float64Array.from({ length: 2 * half + 1 }, (_, i) => Math.exp(-0.5 * ((i - half) / sigma) ** 2));
    const norm = kernel.reduce((sum, value) => sum + value, 0);
    const reach = Math.min(half, Math.ceil(6 * sigma)); // beyond it the kernel is below 2e-8
    const last = flux.length - 1;
    const out = new Float64Array(flux.length);
    for (let k = -reach; k <= reach; k++) {
      const weight = kernel[half + k] / norm;
      for (let i = 0; i <= last; i++) out[i] += weight * flux[Math.min(Math.max(i + k, 0), last)];
    }
    return out;
  }

  /**
   * Return log10 of the Hα luminosity [Lsun] that the stars ionise, behind the dust of the gas.
   * @param {Stars} stars
   * @param {History} history
   */
  logHalpha(stars, history) {
    const { curve } = this.#tensors;
    const [metals, ages, table] = ["log_metallicity", "log_age", "log_luminosity"].map((name) => this.#tensors[`halpha/${name}`].data);
    const { scatter, halpha, first, step } = this.#constants;
    const ageShare = ageShares(history, ages);
    let total = 0;
    metalShares(stars.log_metallicity, scatter, metals).forEach((metal, m) => {
      if (metal) ageShare.forEach((age, a) => (total += metal * age * 10 ** table[m * ageShare.length + a]));
    });
    const pixel = Math.log(halpha / first) / step;
    const low = Math.floor(pixel);
    const attenuation = curve.data[low] + (pixel - low) * (curve.data[low + 1] - curve.data[low]);
    return Math.log10(total) + stars.log_mass - 0.4 * stars.gas_to_stars * attenuation * stars.av;
  }

  /**
   * Return log10 of [N II] 6584 / Hα and [O III] 5007 / Hβ of H II regions with the stars' metallicity.
   * @param {number} logOh   12 + log O/H
   * @returns {[number, number]}
   */
  regions(logOh) {
    const [abundance, n2, o3] = ["log_oh", "n2", "o3"].map((name) => this.#tensors[`regions/${name}`].data);
    return [interpolate(logOh, abundance, n2), interpolate(logOh, abundance, o3)];
  }
}
