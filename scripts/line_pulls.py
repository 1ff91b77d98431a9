"""Measure the lines of synthesised spectra against what was painted: ``python -m scripts.line_pulls [GALAXIES]``."""

import sys
from collections.abc import Iterable

import numpy as np
from jaxtyping import Float

from data.catalogue.catalogue import Catalogue, Galaxy
from data.catalogue.registry import EMBEDDED_FILE
from data.catalogue.spectra import synthesise
from model.lines import LINE_NAMES, LINES
from model.spectra.measure import measure_lines
from model.spectra.pixel_noise import DESI_FWHM
from model.spectra.side_bands import COMPONENT_LINE, side_band_levels


def main() -> int:
    """Print a table of pulls per line."""
    galaxies = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    catalogue = Catalogue(EMBEDDED_FILE)
    rows = np.arange(galaxies) * (catalogue.n // galaxies)
    pull = pulls(map(catalogue.galaxy, rows))
    print(f"{galaxies} mock galaxies; pull = (measured - painted) / error\n")
    print("| line | measured | mean | width | beyond 3 |\n| --- | --- | --- | --- | --- |")
    for name, one in [*zip(LINE_NAMES, pull.T, strict=True), ("all", pull.ravel())]:
        known = one[np.isfinite(one)]
        width = (np.percentile(known, 84) - np.percentile(known, 16)) / 2
        print(f"| {name} | {len(known)} | {known.mean():+.2f} | {width:.2f} | {(np.abs(known) > 3).mean():.1%} |")
    return 0


def pulls(galaxies: Iterable[Galaxy]) -> Float[np.ndarray, "galaxy line"]:
    """Paint each galaxy's lines on its synthesised starlight, add noise, measure; NaN where nothing could be."""
    found = []
    for galaxy in galaxies:
        painted = tied(galaxy)
        spectrum = synthesise(painted)
        measured = measure_lines(
            spectrum.wavelength_rest, spectrum.flux, spectrum.ivar, DESI_FWHM / (1 + galaxy.redshift)
        )
        found.append((measured.ew - painted.ew) * np.sqrt(measured.ew_ivar))
    return np.array(found)


def tied(galaxy: Galaxy) -> Galaxy:
    """Give undetected lines no light, and the weak lines of tied pairs the flux that atomic physics gives them.

    A catalogue's own pairs scatter around that ratio, as each EW has a noisy continuum of its own.
    """
    ew = np.nan_to_num(galaxy.ew)
    bare = synthesise(galaxy, noise=False)
    level = np.asarray(side_band_levels(bare.wavelength_rest, bare.continuum))
    level = np.array([level[line == COMPONENT_LINE].mean() for line in range(len(LINES))])
    for weak, line in enumerate(LINES):
        if line.tied_to:
            strong = LINE_NAMES.index(line.tied_to)
            ew[weak] = ew[strong] * level[strong] / level[weak] / line.flux_ratio
    return galaxy._replace(ew=ew)


if __name__ == "__main__":
    sys.exit(main())
