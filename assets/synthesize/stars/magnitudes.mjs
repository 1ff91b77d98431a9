/* AB magnitudes of a spectrum with and without its lines, as in model/physics/bands.py. */
import { interpolate } from "../../shell/numerics.mjs";

/** @import { Net } from "../../network/safetensors.mjs" */
/** @import { SpectrumConstants } from "../manifest.mjs" */
/** @import { Grid } from "./grid.mjs" */

const STEPS = 64; // of Simpson's rule, even

/** @typedef {{name: string, starlight: number, change: number}} Magnitude   AB, and what the lines add to it; NaN where the spectrum does not cover the band */

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

/**
 * Return magnitudes at a redshift.
 * @param {Net} tensors
 * @param {SpectrumConstants} constants
 * @param {Grid} grid
 * @param {{flux: Float64Array, ew: ArrayLike<number>, redshift: number}} galaxy   flux: luminosity of the
 *   starlight [Lsun/Å]
 * @returns {Magnitude[]}
 */
export function magnitudesOf(tensors, { bands, solar, abZero, leastCovered, components, cosmology }, grid, { flux, ew, redshift }) {
  const [wave, responses] = [tensors["bands/wavelength"].data, tensors["bands/response"].data];
  const n = wave.length;
  const stretch = 1 + redshift;
  const dimming = solar / (4 * Math.PI * (cosmology.cm * distanceTo(redshift, cosmology)) ** 2 * stretch);
  const areas = grid.areas(flux, ew);
  return bands.map((name, band) => {
    const response = responses.subarray(band * n, (band + 1) * n);
    const photons = Float64Array.from(response, (r, i) => r * wave[i]);
    const [total, zero] = [new Float64Array(n), { sum: 0 }];
    for (let i = 1; i < n; i++) {
      const step = wave[i] - wave[i - 1];
      total[i] = total[i - 1] + ((photons[i] + photons[i - 1]) / 2) * step;
      zero.sum += ((response[i] / wave[i] + response[i - 1] / wave[i - 1]) / 2) * step;
    }
    let [light, covered, before] = [0, 0, interpolate(grid.edges[0] * stretch, wave, total)];
    for (let i = 0; i < flux.length; i++) {
      const next = interpolate(grid.edges[i + 1] * stretch, wave, total);
      light += flux[i] * (next - before);
      covered += next - before;
      before = next;
    }
    let lines = 0;
    components.forEach(({ wavelength }, i) => {
      const at = wavelength * stretch;
      if (at >= wave[0] && at <= wave[n - 1]) lines += areas[i] * interpolate(at, wave, photons) * stretch;
    });
    if (covered < leastCovered * total[n - 1]) return { name, starlight: NaN, change: NaN };
    const starlight = -2.5 * Math.log10((light * dimming) / (abZero * zero.sum));
    return { name, starlight, change: -2.5 * Math.log10(1 + lines / light) };
  });
}
