"""Compare EWs measured in synthesised spectra with the EWs given: ``python -m scripts.line_pulls [GALAXIES]``."""

import sys
from collections.abc import Iterable
from typing import cast

import numpy as np
from jaxtyping import Float

from analysis.explorer.spectra import synthesise
from data.catalogue.catalogue import Catalogue, Galaxy
from data.catalogue.registry import EMBEDDED_FILE
from model.lines import LINE_NAMES, LINES
from model.spectra.lines.measure import measure_lines
from model.spectra.lines.side_bands import COMPONENT_LINE, side_band_levels
from model.spectra.pixel_noise import DESI_FWHM


def main() -> int:
    """Print a table of pulls per line."""
    galaxies = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    catalogue = Catalogue(EMBEDDED_FILE)
    rows = np.arange(galaxies) * (catalogue.n // galaxies)
    pull = pulls(map(catalogue.galaxy, rows.tolist()))
    print(f"{galaxies} mock galaxies; pull = (measured - added) / error\n")
    print("| line | measured | mean | width | beyond 3 |\n| --- | --- | --- | --- | --- |")
    for name, one in [*zip(LINE_NAMES, pull.T, strict=True), ("all", pull.ravel())]:
        known = one[np.isfinite(one)]
        width = (np.percentile(known, 84) - np.percentile(known, 16)) / 2
        print(f"| {name} | {len(known)} | {known.mean():+.2f} | {width:.2f} | {(np.abs(known) > 3).mean():.1%} |")
    return 0


def pulls(galaxies: Iterable[Galaxy]) -> Float[np.ndarray, "galaxy line"]:
    """Return (measured - given EW) / error in synthesised spectra with noise; NaN where a line is not measured."""
    found = []
    for galaxy in galaxies:
        given = tied(galaxy)
        spectrum = synthesise(given)
        ivar = cast(np.ndarray, spectrum.ivar)
        measured = measure_lines(spectrum.wavelength_rest, spectrum.flux, ivar, DESI_FWHM / (1 + galaxy.redshift))
        found.append((measured.ew - given.ew) * np.sqrt(measured.ew_ivar))
    return np.array(found)


def tied(galaxy: Galaxy) -> Galaxy:
    """Return a galaxy with undetected lines at 0 and the weak lines of pairs at the flux ratio of atomic physics.

    In a catalogue, pairs scatter around that ratio, because each EW has its own noisy continuum.
    """
    ew = np.nan_to_num(galaxy.ew)
    bare = synthesise(galaxy, noise=False)
    level = np.asarray(side_band_levels(bare.wavelength_rest, cast(np.ndarray, bare.continuum)))
    level = np.array([level[line == COMPONENT_LINE].mean() for line in range(len(LINES))])
    for weak, line in enumerate(LINES):
        if line.tied_to:
            strong = LINE_NAMES.index(line.tied_to)
            ew[weak] = ew[strong] * level[strong] / level[weak] / line.flux_ratio
    return galaxy._replace(ew=ew)


if __name__ == "__main__":
    sys.exit(main())
