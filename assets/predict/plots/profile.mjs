/* Profiles of lines on the twelve-bin continuum of the Predict page. */

/** @import { Line } from "../../network/types.mjs" */

const DRAWN_DISPERSION = 500; // km/s, four times a galaxy's, so that a line is wider than a screen pixel
const LIGHT_SPEED = 299792.458; // km/s
const REACH = 4.2; // half width of a profile in standard deviations
const STEPS = 1200; // steps of wavelength over all bins

/** @typedef {{wavelength: number, light: number, starlight: number}} Pixel */

/**
 * Return the pixels of a line's profile, which is added to the flux of the bins.
 * @param {Line} line
 * @param {number[]} flux    one per bin
 * @param {number} ew        [Å]
 * @param {number[]} edges   of the bins [Å]
 * @returns {Pixel[]}
 */
export function profileOf(line, flux, ew, edges) {
  const sigmas = line.wavelengths.map((center) => (center * DRAWN_DISPERSION) / LIGHT_SPEED);
  const reach = REACH * Math.max(...sigmas);
  const [blue, width] = [edges[0], edges[1] - edges[0]];
  const step = (edges[flux.length] - blue) / STEPS;
  const from = Math.max(0, Math.ceil((line.wavelength - reach - blue) / step));
  const to = Math.min(STEPS, Math.floor((line.wavelength + reach - blue) / step));
  const pixels = [];
  for (let i = from; i <= to; i++) {
    const wavelength = blue + i * step;
    const starlight = flux[Math.min(Math.max(Math.floor((wavelength - blue) / width), 0), flux.length - 1)];
    let shape = 0;
    line.wavelengths.forEach((center, k) => {
      const z = (wavelength - center) / sigmas[k];
      shape += Math.exp(-0.5 * z * z) / (sigmas[k] * Math.sqrt(2 * Math.PI) * line.wavelengths.length);
    });
    pixels.push({ wavelength, light: starlight * (1 + ew * shape), starlight });
  }
  return pixels;
}

/** @type {(pixels: Pixel[]) => number} flux of the brightest pixel, 0 if there is none */
export const peakOf = (pixels) => Math.max(0, ...pixels.map(({ light }) => light));
