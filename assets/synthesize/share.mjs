/* Share a synthetic galaxy: as an address, as Python, as a table. */

/** @import { Slider, Stars } from "./manifest.mjs" */

const FIELDS = /** @type {const} */ (["age", "tau", "burst", "burst_age", "log_mass", "log_metallicity", "av", "dispersion", "redshift", "quenched"]);

/**
 * Return the page's address with this galaxy; what stands where it opens is left out.
 * @param {string} pathname
 * @param {Stars} stars
 * @param {Stars} start
 * @param {Slider[]} sliders
 */
export function link(pathname, stars, start, sliders) {
  const query = sliders.filter(({ name }) => stars[name] !== start[name]).map(({ name }) => `${name}=${stars[name]}`);
  return `${pathname}${query.length ? "?" : ""}${query.join("&")}`;
}

/**
 * Return Python code that makes this galaxy.
 * @param {Stars} stars
 */
export function python(stars) {
  const fields = FIELDS.map((name) => `${name}=${stars[name]}`);
  return [
    "import jax",
    "from galactic_neon import LINES, domain, intrinsic_ew, load_params",
    "from galactic_neon.dsps import Pipeline, Stars",
    "",
    'params = load_params("noise-free")',
    `pipeline = Pipeline(params, gas_to_stars=${stars.gas_to_stars})`,
    `stars = Stars(${fields.join(", ")})`,
    "made = jax.jit(pipeline.galaxy)(stars)",
    "usual = intrinsic_ew(params, made.bin_flux)",
    "for line, ew, low, high in zip(LINES, usual.p50, usual.p16, usual.p84):",
    '    print(f"{line.name:12s} {float(ew):8.3f} Å  ({float(low):.3f}-{float(high):.3f})")',
    'print(f"ionised by the stars: Hα {float(made.expected_ew_halpha):.3f} Å")',
    "print(domain(params, made.bin_flux, expected_ew_halpha=made.expected_ew_halpha))",
    "",
  ].join("\n");
}

/**
 * Return a spectrum as CSV, with units in comments.
 * @param {Float64Array} wavelength
 * @param {Float64Array} starlight
 * @param {Float64Array} spectrum
 * @param {Stars} stars
 */
export function csv(wavelength, starlight, spectrum, stars) {
  const rows = Array.from(wavelength, (w, i) => `${w.toFixed(3)},${starlight[i].toPrecision(7)},${spectrum[i].toPrecision(7)}`);
  return [
    `# Galactic Neon, synthetic galaxy: ${Object.entries(stars).map(([name, value]) => `${name}=${value}`).join(" ")}`,
    "# wavelength: rest frame, vacuum [Angstrom]; luminosities per wavelength [Lsun/Angstrom]",
    "wavelength,starlight,with_lines",
    ...rows,
    "",
  ].join("\n");
}
