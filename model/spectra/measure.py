"""Measurement of the lines' equivalent widths in a rest-frame spectrum, above a fit of its starlight."""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from ..features import LIGHT_SPEED
from ..lines import LINES
from .line_fit import fit_lines
from .side_bands import COMPONENT_LINE, COMPONENT_WAVELENGTHS, side_band_levels
from .stellar_fit import OTHER_LINES, OTHER_REACH, covered, fit_starlight

LINE_WINDOW: Final = 35.0
"""Distance [Å] from a line within which pixels take part in its fit."""
PIXELS: Final = (6144, 1024)
"""Multiples to which a spectrum, and its pixels near lines, are padded, so that few shapes are compiled."""
MIN_COVERAGE: Final = 0.6
"""Share of a line's profile that good pixels must cover."""
_RED_COMPONENT: Final = np.array([np.flatnonzero(line == COMPONENT_LINE)[-1] for line in range(len(LINES))])


class MeasuredLines(NamedTuple):
    """Lines and starlight measured in a spectrum.

    Attributes
    ----------
    ew, ew_ivar : (line,) array
        Rest-frame equivalent widths [Å], positive in emission (noise can make them negative), and inverse variances
        [1/Å²], in the order of `LINES`; NaN where the spectrum has no good pixels or no starlight.
    velocity_dispersion : float
        Gaussian sigma of the lines [km/s], corrected for the instrumental resolution.
    velocity : float
        Velocity shift of the lines relative to the given redshift [km/s].
    continuum : (pixel,) array
        Starlight, in the unit of the spectrum; NaN beyond 3400-7000 Å.
    """

    ew: Float[np.ndarray, " line"]
    ew_ivar: Float[np.ndarray, " line"]
    velocity_dispersion: float
    velocity: float
    continuum: Float[np.ndarray, " pixel"]


def measure_lines(
    wavelength_rest: Float[np.ndarray, " pixel"],
    flux: Float[np.ndarray, " pixel"],
    ivar: Float[np.ndarray, " pixel"],
    instrument_fwhm: float | Float[np.ndarray, " pixel"] = 0.0,
) -> MeasuredLines:
    """Measure the lines of a galaxy's spectrum.

    A model of the starlight is subtracted (`stellar_fit`). Gaussians of one common width and shift are fitted to the
    residual (`line_fit`), with the weak lines of [O III] and [N II] tied to the strong ones. The equivalent width is
    the area over the level of the model between the line's side bands. The errors include those of the pixels, of width
    and shift, and of the level and the populations of the model. Broad lines of active nuclei are not fitted.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing.
    flux : (pixel,) array
        Flux density f_lambda in any unit.
    ivar : (pixel,) array
        Inverse variance in that unit; 0 marks a masked pixel.
    instrument_fwhm : float or (pixel,) array
        FWHM resolution of the spectrograph [Å, rest frame]: the observed one divided by 1 + z.

    Returns
    -------
    MeasuredLines
        Equivalent widths and inverse variances, width and shift, starlight.
    """
    continuum_all = np.full(len(flux), np.nan)
    used = covered(wavelength_rest)
    near = _pixels_to_fit(wavelength_rest[used])
    if not near.size:
        no_lines = np.full(len(LINES), np.nan)
        return MeasuredLines(no_lines, no_lines, np.nan, np.nan, continuum_all)
    resolution = np.broadcast_to(np.asarray(instrument_fwhm, np.float64), np.shape(wavelength_rest))
    resolution = np.interp(COMPONENT_WAVELENGTHS, wavelength_rest, resolution)
    good = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    flux, ivar = np.where(good, flux, 0.0)[used], np.where(good, ivar, 0.0)[used]
    wavelength_rest, flux, ivar = _padded(PIXELS[0], np.asarray(wavelength_rest, np.float64)[used], flux, ivar)
    stars = fit_starlight(wavelength_rest, flux, ivar)
    continuum, modes = np.asarray(stars.flux, np.float64), np.asarray(stars.modes, np.float64)
    continuum_all[used] = continuum[: used.sum()]
    scale = max(float(np.nanmedian(np.abs(continuum_all))), 1e-30)
    levels = np.asarray(side_band_levels(wavelength_rest, continuum / scale), np.float64)
    # Nuisance spectra: an error of the model's level, and errors of its populations.
    spectra = ((flux - continuum) / scale, ivar * scale**2, continuum / scale, *(modes / scale))
    pixels, *parts = _padded(PIXELS[1], *(array[near] for array in (wavelength_rest, *spectra)))
    fitted = fit_lines(pixels, parts[0], parts[1], np.stack(parts[2:]), resolution)

    is_covered = np.array(
        [(fitted.coverage[line == COMPONENT_LINE] > MIN_COVERAGE).all() for line in range(len(LINES))]
    )
    level = np.where(levels > 0, levels, np.nan)[_RED_COMPONENT]
    level_error = np.interp(COMPONENT_WAVELENGTHS[_RED_COMPONENT], wavelength_rest, stars.level_error)
    ew, response = fitted.area / level, fitted.response / level[:, None]
    variance = fitted.variance / level**2 + (response[:, 0] + ew) ** 2 * level_error**2
    variance += (response[:, 1:] ** 2).sum(axis=1)
    usable = is_covered & np.isfinite(variance)
    return MeasuredLines(
        np.where(usable, ew, np.nan),
        np.where(usable, 1 / variance, np.nan),
        fitted.velocity_dispersion,
        fitted.velocity,
        continuum_all,
    )


def as_catalogued(
    ew: Float[np.ndarray, "... line"], ew_ivar: Float[np.ndarray, "... line"]
) -> tuple[Float[np.ndarray, "... line"], Float[np.ndarray, "... line"]]:
    """Set lines to NaN that DESI's catalogue would not list: those with EW <= 0, with their inverse variances.

    Parameters
    ----------
    ew, ew_ivar : (..., line) arrays
        Equivalent widths [Å] and inverse variances [1/Å²].

    Returns
    -------
    ew, ew_ivar : (..., line) arrays
        Copies, NaN in both where not detected.
    """
    detected = (ew > 0) & (ew_ivar > 0)
    return np.where(detected, ew, np.nan), np.where(detected, ew_ivar, np.nan)


def _padded(
    multiple: int, wavelength_rest: Float[np.ndarray, " pixel"], *arrays: Float[np.ndarray, " pixel"]
) -> list[np.ndarray]:
    """Pad spectra at the red end with pixels of zero weight, up to a multiple of pixels."""
    more = -len(wavelength_rest) % multiple
    beyond = wavelength_rest[-1] + np.arange(1, more + 1)
    return [np.concatenate([wavelength_rest, beyond]), *(np.pad(array, (0, more)) for array in arrays)]


def _pixels_to_fit(wavelength_rest: Float[np.ndarray, " pixel"]) -> np.ndarray:
    """Return the indices of the pixels to fit: near one of the lines, and far from the lines of `OTHER_LINES`."""
    near = np.abs(wavelength_rest[:, None] - COMPONENT_WAVELENGTHS).min(axis=1) < LINE_WINDOW
    other = (np.abs(wavelength_rest[:, None] / OTHER_LINES - 1) * LIGHT_SPEED).min(axis=1) < OTHER_REACH
    return np.flatnonzero(near & ~other)
