"""What lines change in magnitudes, and what twelve bins know of a magnitude: ``python -m benchmarks.photometry``.

Prints two tables for the shipped mock: by drawn equivalent width of Hα, the median change of each band; and by band,
how the magnitude of the bins differs from that of a whole spectrum of the same starlight.
"""

from collections.abc import Callable
from itertools import pairwise

import jax
import numpy as np

from analysis.answers.answer import PredictInput, PredictOptions, answer
from analysis.emission.filters import load_bands
from analysis.emission.magnitude_table import MagnitudeOptions, compute_magnitudes, question_of
from data.catalogue.schema import FLUX_NAMES
from data.formats.whole import read_table
from data.paths import FILES
from model import Bands, Grid, line_magnitudes, load_params
from model.lines import LINE_NAMES
from model.physics.luminosities import FLUX_UNIT
from model.spectra.starlight import starlight, starlight_grid

EDGES = (0.0, 3.0, 10.0, 30.0, 60.0, 100.0, np.inf)
SHOWN = ("g_lsst", "r_lsst", "i_lsst", "R_roman", "b1ch01_spherex")
COMPARED = 500
WHOLE = ("LSST g", "LSST r", "LSST i", "DESI g", "DESI r", "Roman R", "SPHEREx b1ch01")


def main() -> None:
    """Print the tables."""
    table = read_table(FILES / "mock.parquet")
    flux = np.column_stack([table[name].to_numpy() for name in FLUX_NAMES]).astype(np.float32)
    redshift, luminosity = (table[name].to_numpy().astype(np.float32) for name in ("redshift", "log_luminosity"))
    rows = PredictInput(flux, luminosity, redshift)
    options = MagnitudeOptions(("LSST", "Roman", "SPHEREx"), "drawn", flux_unit="1e-17 erg / (s cm2 Angstrom)")
    question = question_of(PredictOptions(load_params(), parts={"noisy"}), options)
    drawn = answer(rows, question).noisy
    assert drawn is not None
    found = compute_magnitudes(rows, question, options)
    halpha = drawn[:, LINE_NAMES.index("HALPHA")]
    print(f"{len(flux):,} galaxies; median change [mmag] by drawn EW of Hα, 16-84 %, and number of covered galaxies")
    print("Hα [Å]", *SHOWN, sep=" | ")
    for low, high in pairwise(EDGES):
        inside = (halpha >= low) & (halpha < high)
        cells = [_cell(1000 * found[f"dmag_{name}"][inside]) for name in SHOWN]
        print(f"{low:g}-{high:g} ({inside.sum():,})", *cells, sep=" | ")
    g, r = found["mag_g_lsst"] - found["mag_g_lsst_no_lines"], found["mag_r_lsst"] - found["mag_r_lsst_no_lines"]
    strong = halpha >= EDGES[-3]
    print("g - r, EW of Hα above", f"{EDGES[-3]:g} Å:", _cell(1000 * (g - r)[strong]))
    _compare(flux[:COMPARED], drawn[:COMPARED], redshift[:COMPARED])


def _cell(values: np.ndarray) -> str:
    """Return median, 68 % range and number of the values that are not NaN."""
    known = values[np.isfinite(values)]
    if not len(known):
        return "-"
    low, middle, high = np.percentile(known, [16, 50, 84])
    return f"{middle:.1f} [{low:.1f}, {high:.1f}] ({len(known):,})"


def _compare(flux: np.ndarray, ew: np.ndarray, redshift: np.ndarray) -> None:
    """Print what magnitudes of bins differ from those of starlight whose bins they are."""
    names, wavelength, responses = load_bands("LSST", "DESI", "Roman", "SPHEREx")
    curves = responses[[names.index(name) for name in WHOLE]]
    grid = Grid(starlight_grid())

    def of_bins(flux: jax.Array, ew: jax.Array, redshift: jax.Array) -> tuple[jax.Array, jax.Array]:
        found = line_magnitudes(wavelength, curves, flux, ew, redshift)
        return found.without_lines, found.with_lines - found.without_lines

    def of_spectra(flux: jax.Array, ew: jax.Array, redshift: jax.Array) -> tuple[jax.Array, jax.Array]:
        found = Bands(wavelength, curves, redshift, grid).line_magnitudes(starlight(flux) * FLUX_UNIT, ew)
        return found.without_lines, found.with_lines - found.without_lines

    bins, spectra = (_many(function, flux, ew, redshift) for function in (of_bins, of_spectra))
    print(f"{len(flux)} galaxies; bins minus spectrum [mmag]: magnitude without lines, and change by the lines")
    for place, name in enumerate(WHOLE):
        print(
            name, *(_cell(1000 * (one - whole)[:, place]) for one, whole in zip(bins, spectra, strict=True)), sep=" | "
        )


def _many(function: Callable[..., tuple[jax.Array, jax.Array]], *columns: np.ndarray) -> list[np.ndarray]:
    """Return the results of a function for many galaxies, ten at a time."""
    compiled = jax.jit(jax.vmap(function))
    parts = [compiled(*(column[start : start + 10] for column in columns)) for start in range(0, len(columns[0]), 10)]
    return [np.concatenate([np.asarray(part[place]) for part in parts]) for place in range(2)]


if __name__ == "__main__":
    main()
