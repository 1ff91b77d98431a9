"""Rest-frame spectra of a catalogue's galaxies: synthesised for mock galaxies, read from a file for observed ones.

`data.catalogue.stored_spectra` describes the file of observed spectra.
"""

from hashlib import sha256
from typing import Final

import jax
import numpy as np

from data.catalogue.catalogue import Catalogue, Galaxy
from data.catalogue.stored_spectra import WAVELENGTHS
from data.errors import ChangedError
from data.spectrum import Spectrum
from model.bins import BIN_EDGES, N_BINS
from model.lines import LINES
from model.predictions.predict import Prediction
from model.spectra.pixel_noise import DESI_FWHM, DESI_PIXEL, relative_noise
from model.spectra.starlight import starlight, starlight_grid
from model.spectra.synthesis import DEFAULT_DISPERSION, add_lines
from storage.kept import KeptError

SYNTHESISED: Final = "synthesised"
"""`Spectrum.source` of a synthesised spectrum."""

_FIRST_PIXEL: Final = 3600.0
"""Observed wavelength [Å] of the first pixel of DESI's grid."""
_BUCKET: Final = 6144
"""Multiple to which pixels are padded, so that one shape is compiled up to redshift .36."""


def rest_spectrum(catalogue: Catalogue, row: int) -> Spectrum | None:
    """Return the spectrum of one galaxy, 3400-7000 Å in its rest frame.

    Parameters
    ----------
    catalogue : Catalogue
        Catalogue of the galaxy. A mock galaxy's spectrum is synthesised, reproducibly; an observed one is read from
        the array beside the catalogue's file.
    row : int
        0 to n - 1.

    Returns
    -------
    Spectrum or None
        None when an observed catalogue has no spectra, or none of this galaxy (all NaN).

    Raises
    ------
    ChangedError
        When the file of spectra was truncated or written into.
    """
    if catalogue.is_mock:
        return synthesise(catalogue.galaxy(row))
    if catalogue.spectra is None or row >= len(catalogue.spectra):
        return None
    try:
        flux = catalogue.spectra.rows(row, row + 1)[0]
    except (KeptError, OSError) as error:
        raise ChangedError(
            f"The spectra of {catalogue.path.name} were changed while it was served, so none of them is shown. "
            "Start the server again."
        ) from error
    if not np.isfinite(flux).any():
        return None
    target_id, redshift = catalogue.target_ids[row].decode(), float(catalogue.column("redshift")[row])
    return Spectrum(WAVELENGTHS, flux, redshift=redshift, target_id=target_id, source="observed")


def synthesise(
    galaxy: Galaxy, velocity_dispersion: float = DEFAULT_DISPERSION, oii_ratio: float = 1.0, *, noise: bool = True
) -> Spectrum:
    """Synthesise a spectrum with a galaxy's twelve bins and equivalent widths, as DESI would record it.

    Parameters
    ----------
    galaxy : Galaxy
        Galaxy; lines without an equivalent width are left out.
    velocity_dispersion : float
        Velocity dispersion of the gas [km/s].
    oii_ratio : float
        Flux of [O II] 3729 over 3726.
    noise : bool
        Whether to add noise at the level of the EWs' errors, from a generator seeded with the galaxy's id.

    Returns
    -------
    Spectrum
        Spectrum on DESI's pixels; ``continuum`` is the starlight without lines and noise.
    """
    stretch = 1 + galaxy.redshift
    # From the pixel that contains 3400 Å to the one that contains 7000 Å, so that the outer bins are fully covered.
    first, last = np.round((BIN_EDGES[[0, -1]] * stretch - _FIRST_PIXEL) / DESI_PIXEL)
    count = int(last - first) + 1
    padded = -(-count // _BUCKET) * _BUCKET
    wavelength_rest = (_FIRST_PIXEL + DESI_PIXEL * (first + np.arange(padded))) / stretch
    # On a CPU, NumPy interpolates between sorted samples forty times faster than XLA.
    continuum = np.interp(wavelength_rest, starlight_grid(), starlight(galaxy.bin_flux)).astype(np.float32)
    shape = velocity_dispersion, DESI_FWHM / stretch, oii_ratio
    flux = np.asarray(_add_lines(wavelength_rest.astype(np.float32), continuum, np.nan_to_num(galaxy.ew), *shape))[
        :count
    ]
    continuum, wavelength_rest = continuum[:count], wavelength_rest[:count]
    error = (relative_noise(wavelength_rest, galaxy.ew, galaxy.ew_ivar, galaxy.redshift) * continuum).astype(np.float32)
    if noise:
        flux = flux + error * _generator(galaxy.target_id).standard_normal(count, np.float32)
    return Spectrum(wavelength_rest, flux, error**-2, continuum, galaxy.redshift, galaxy.target_id, source=SYNTHESISED)


def warm_up() -> None:
    """Compile the synthesis of a spectrum before the first click on a mock galaxy."""
    lines = np.ones(len(LINES), np.float32)
    unknown = Prediction(lines, lines, lines)
    synthesise(Galaxy(0, "", 0.1, 0.0, np.ones(N_BINS, np.float32), lines, lines, unknown, np.zeros(2, np.float32)))


def _generator(target_id: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(sha256(target_id.encode()).digest()[:8]))


_add_lines = jax.jit(add_lines)
