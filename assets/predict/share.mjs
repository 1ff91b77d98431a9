/* A galaxy of the Predict page as something to hand on: an address, and lines of Python. */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});

  /** The page's address with this galaxy; `usable` tells which texts are numbers in range. */
  function link({ bins, luminosity, redshift, variant }, start, usable) {
    const same = JSON.stringify([bins, luminosity]) === JSON.stringify([start.bins, ""]);
    const query = [];
    if (!same && bins.every(usable)) query.push(`flux=${bins.map((text) => Number(Number(text).toPrecision(5))).join()}`);
    if (variant === "luminosity" && luminosity.trim()) query.push(`luminosity=${Number(luminosity)}`);
    if (redshift.trim()) query.push(`redshift=${Number(redshift)}`);
    return `${window.location.pathname}${query.length ? "?" : ""}${query.join("&")}`;
  }

  /** What computes the ten lines in Python; luminosity is a number or null. */
  function python(flux, luminosity, weights) {
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

  async function copy(text, said, done) {
    const whole = text.startsWith("/") ? window.location.origin + text : text;
    try {
      await navigator.clipboard.writeText(whole);
      said.textContent = done;
    } catch (error) {
      said.textContent = whole;
    }
    setTimeout(() => (said.textContent = ""), 4000);
  }

  neon.share = { link, python, copy };
})();
