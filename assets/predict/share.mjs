/* A galaxy of the Predict page as something to hand on: an address, and lines of Python. */

/** @import { Typed } from "./manifest.mjs" */

const SAID = 4000; // ms that a confirmation stays

/**
 * Return the page's address with this galaxy.
 * @param {string} pathname
 * @param {Typed} form
 * @param {Typed} start                        what an address need not say
 * @param {(text: string) => boolean} usable   whether a text is a flux in range
 */
export function link(pathname, { bins, luminosity, redshift, variant }, start, usable) {
  const same = JSON.stringify([bins, luminosity]) === JSON.stringify([start.bins, ""]);
  const query = [];
  if (!same && bins.every(usable)) query.push(`flux=${bins.map((text) => Number(Number(text).toPrecision(5))).join()}`);
  if (variant === "luminosity" && luminosity.trim()) query.push(`luminosity=${Number(luminosity)}`);
  if (redshift.trim()) query.push(`redshift=${Number(redshift)}`);
  return `${pathname}${query.length ? "?" : ""}${query.join("&")}`;
}

/**
 * Return what computes the lines in Python.
 * @param {number[]} flux
 * @param {number | null} luminosity
 * @param {string} weights
 */
export function python(flux, luminosity, weights) {
  const extra = luminosity === null ? "" : `, log_luminosity=${luminosity}`;
  return [
    "import numpy as np",
    "from galactic_neon import LINES, intrinsic_ew, load_params, predict",
    "",
    `bin_flux = np.array([${flux.join(", ")}], np.float32)`,
    `params = load_params("${weights}")`,
    `listed = predict(params, bin_flux / bin_flux.mean()${extra})`,
    "for line, ew, low, high in zip(LINES, *listed):",
    '    print(f"{line.name:12s} {float(ew):7.2f} Å  ({float(low):.2f}-{float(high):.2f})")',
    "",
  ].join("\n");
}

/**
 * Copy a text, and say so; where the browser does not let the page copy, show it.
 * @param {string} text   an address may begin with its path
 * @param {Element} note
 * @param {string} done   what the note says
 */
export async function copy(text, note, done) {
  const whole = text.startsWith("/") ? window.location.origin + text : text;
  try {
    await navigator.clipboard.writeText(whole);
    note.textContent = done;
  } catch {
    note.textContent = whole;
  }
  setTimeout(() => (note.textContent = ""), SAID);
}
