/* Share a galaxy of the Predict page as an address or as Python code. */

/** @import { Typed } from "./manifest.mjs" */

/**
 * Return the page's address with this galaxy.
 * @param {string} pathname
 * @param {Typed} form
 * @param {Typed} start                        the defaults, which addresses omit
 * @param {(text: string) => boolean} usable   whether a text is a flux in range
 */
export function link(pathname, { bins, luminosity, redshift }, start, usable) {
  const same = JSON.stringify([bins, luminosity]) === JSON.stringify([start.bins, ""]);
  const query = [];
  if (!same && bins.every(usable)) query.push(`flux=${bins.map((text) => Number(Number(text).toPrecision(5))).join()}`);
  if (luminosity.trim()) query.push(`luminosity=${Number(luminosity)}`);
  if (redshift.trim()) query.push(`redshift=${Number(redshift)}`);
  return `${pathname}${query.length ? "?" : ""}${query.join("&")}`;
}

/**
 * Return Python code that computes the lines.
 * @param {number[]} flux
 * @param {number[]} given   log luminosity, then redshift, as far as they are used
 * @param {string} weights
 */
export function python(flux, given, weights) {
  const extra = given.map((value, i) => `, ${["log_luminosity", "redshift"][i]}=${value}`).join("");
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
