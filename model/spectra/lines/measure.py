"""Measurement of the lines' equivalent widths in a rest-frame spectrum, above a fit of its starlight."""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from ...lines import MEASURED_LINES
from ...numerics.constants import LIGHT_SPEED
from ..stellar_fit import OTHER_LINES, OTHER_REACH, covered, fit_starlight
from .fit import fit_lines
from .side_bands import MEASURED, side_band_levels

LINE_WINDOW: Final = 35.0
"""Distance [Å] from a line within which pixels take part in its fit."""
PIXELS: Final = (6144, 1024)
"""Multiples to which a spectrum, and its pixels near lines, are padded, so that few shapes are compiled."""
MIN_COVERAGE: Final = 0.6
"""Share of a line's profile that good pixels must cover."""
LINE_HALF_WIDTH: Final = 14.0
"""Distance [Å] from a line beyond the stellar templates from which pixels belong to its continuum."""
_LAST: Final = np.array([np.flatnonzero(line == MEASURED.line)[-1] for line in range(len(MEASURED_LINES))])
"""Index of the reddest component of each line."""
_PREDICTED: Final = np.array([index for index, line in enumerate(MEASURED_LINES) if line.predicted])
_EXTRA: Final = np.array([index for index, line in enumerate(MEASURED_LINES) if not line.predicted], int)


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
    level : (line,) array
        Continuum level of each line, in the unit of the spectrum: the flux of a line is its EW times the level, and
        times 1 + z in the observed frame.
    extra_ew, extra_ew_ivar, extra_level : (extra,) array
        The same of `EXTRA_LINES`, which the networks do not predict.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import add_lines, measure_lines
    >>> wavelength_rest = np.arange(3400.0, 7000.0, 1.0)
    >>> flux = np.asarray(add_lines(wavelength_rest, np.ones(3600), np.full(10, 20.0)))
    >>> found = measure_lines(wavelength_rest, flux, np.full(3600, 1e4))
    >>> f"{found.velocity_dispersion:.0f} km/s"  # they were added with 120
    '123 km/s'
    >>> f"{1 / np.sqrt(found.ew_ivar[0]):.2f} Å"  # error of [O II], with errors of .01 in every pixel
    '0.06 Å'
    """

    ew: Float[np.ndarray, " line"]
    ew_ivar: Float[np.ndarray, " line"]
    velocity_dispersion: float
    velocity: float
    continuum: Float[np.ndarray, " pixel"]
    level: Float[np.ndarray, " line"]
    extra_ew: Float[np.ndarray, " extra"]
    extra_ew_ivar: Float[np.ndarray, " extra"]
    extra_level: Float[np.ndarray, " extra"]


def measure_lines(
    wavelength_rest: Float[np.ndarray, " pixel"],
    flux: Float[np.ndarray, " pixel"],
    ivar: Float[np.ndarray, " pixel"],
    instrument_fwhm: float | Float[np.ndarray, " pixel"] = 0.0,
) -> MeasuredLines:
    """Measure the lines of a galaxy's spectrum.

    A model of the starlight is subtracted (`stellar_fit`). Gaussians of one common width and shift are fitted to the
    residual (`line_fit`), with the weak lines of [O III] and [N II] tied to the strong ones, and with profiles that may
    depart from the Gaussian. The equivalent width is the area over the level of the model between the line's side
    bands. The errors include those of the pixels, of width, shift and profile, and of the level and the populations of
    the model. The lines of [S III] lie beyond the stellar templates; their continuum is a straight line. Broad lines of
    active nuclei are not fitted.

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

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, add_lines, measure_lines
    >>> wavelength_rest = np.arange(3400.0, 7000.0, 1.0)
    >>> ew = np.array([20.0 if line.name == "HALPHA" else 0.0 for line in LINES])
    >>> flux = np.asarray(add_lines(wavelength_rest, np.ones(3600), ew))
    >>> found = measure_lines(wavelength_rest, flux, np.full(3600, 1e4))
    >>> f"{found.ew[ew > 0][0]:.0f} Å"  # a flat continuum is not that of stars, which absorb at Hα
    '21 Å'
    """
    continuum_all = np.full(len(flux), np.nan)
    wavelength_rest = np.asarray(wavelength_rest, np.float64)
    used = covered(wavelength_rest)
    near = _pixels_to_fit(wavelength_rest[used])
    if not near.size:
        return _measured(np.full((3, len(MEASURED_LINES)), np.nan), np.nan, np.nan, continuum_all)
    resolution = np.broadcast_to(np.asarray(instrument_fwhm, np.float64), np.shape(wavelength_rest))
    resolution = np.interp(MEASURED.wavelengths, wavelength_rest, resolution)
    good = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    flux, ivar = np.where(good, flux, 0.0), np.where(good, ivar, 0.0)
    grid, *spectrum = _padded(PIXELS[0], wavelength_rest[used], flux[used], ivar[used])
    stars = fit_starlight(grid, *spectrum)
    continuum, modes = np.asarray(stars.flux, np.float64), np.asarray(stars.modes, np.float64)
    continuum_all[used] = continuum[: used.sum()]
    scale = max(float(np.nanmedian(np.abs(continuum_all))), 1e-30)
    levels = np.asarray(side_band_levels(grid, continuum / scale, MEASURED), np.float64) * scale
    level_errors = np.interp(MEASURED.wavelengths, grid, stars.level_error)
    beyond = _beyond_templates(wavelength_rest, flux, ivar)
    for component, line in beyond.items():
        levels[component], level_errors[component] = line.level, line.error

    pixels = [grid[near], *(wavelength_rest[line.pixels] for line in beyond.values())]
    data = [np.stack([spectrum[0] - continuum, spectrum[1], continuum])[:, near]]
    data += [np.stack([flux[line.pixels] - line.flux, ivar[line.pixels], line.flux]) for line in beyond.values()]
    residual, weight, starlight = np.concatenate(data, axis=1)
    modes = np.pad(modes[:, near], ((0, 0), (0, len(residual) - len(near))))
    # Nuisance spectra: an error of the model's level, and errors of its populations.
    spectra = (residual / scale, weight * scale**2, starlight / scale, *(modes / scale))
    place, *parts = _padded(PIXELS[1], np.concatenate(pixels), *spectra)
    fitted = fit_lines(place, parts[0], parts[1], np.stack(parts[2:]), resolution)

    lines = range(len(MEASURED_LINES))
    is_covered = np.array([(fitted.coverage[line == MEASURED.line] > MIN_COVERAGE).all() for line in lines])
    level = np.where(levels > 0, levels, np.nan)[_LAST]
    ew, response = fitted.area * scale / level, fitted.response * scale / level[:, None]
    level_error = np.where(is_covered, level_errors[_LAST], np.nan)
    variance = fitted.variance * (scale / level) ** 2 + ((response[:, 0] + ew) * level_error) ** 2
    variance += (response[:, 1:] ** 2).sum(axis=1)
    usable = is_covered & np.isfinite(variance)
    found = np.where(usable, np.stack([ew, 1 / variance, level]), np.nan)
    return _measured(found, fitted.velocity_dispersion, fitted.velocity, continuum_all)


def _measured(
    found: Float[np.ndarray, "3 measured"], dispersion: float, velocity: float, continuum: Float[np.ndarray, " pixel"]
) -> MeasuredLines:
    """Divide values of `MEASURED_LINES` into those of `LINES` and those of `EXTRA_LINES`."""
    (ew, ivar, level), (extra_ew, extra_ivar, extra_level) = found[:, _PREDICTED], found[:, _EXTRA]
    return MeasuredLines(ew, ivar, dispersion, velocity, continuum, level, extra_ew, extra_ivar, extra_level)


def as_catalogued(
    ew: Float[np.ndarray, "... measured"], ew_ivar: Float[np.ndarray, "... measured"]
) -> tuple[Float[np.ndarray, "... measured"], Float[np.ndarray, "... measured"]]:
    """Set lines to NaN that DESI's catalogue would not list: those with EW <= 0, with their inverse variances.

    [O III] 4959 is tied to 5007, so it is listed here whenever 5007 is. The catalogue leaves it out in 36 % of the
    galaxies whose 5007 has S/N < 3, and in 6 % of the others; draws of the predicted lines do so, too.

    Parameters
    ----------
    ew, ew_ivar : (..., measured) arrays
        Equivalent widths [Å] and inverse variances [1/Å²] of any lines.

    Returns
    -------
    ew, ew_ivar : (..., measured) arrays
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
    """Return the indices of the pixels to fit: near one of the lines, and not nearer to one of `OTHER_LINES`."""
    near = np.abs(wavelength_rest[:, None] - MEASURED.wavelengths).min(axis=1)
    other = np.abs(wavelength_rest[:, None] - OTHER_LINES)
    disturbed = (other / OTHER_LINES * LIGHT_SPEED).min(axis=1) < OTHER_REACH
    return np.flatnonzero((near < LINE_WINDOW) & ~(disturbed & (other.min(axis=1) < near)))


class _StraightContinuum(NamedTuple):
    """Straight continuum of a line: the pixels around it, the flux there, the level at the line, its relative error."""

    pixels: np.ndarray
    flux: Float[np.ndarray, " pixel"]
    level: float
    error: float


def _beyond_templates(
    wavelength_rest: Float[np.ndarray, " pixel"], flux: Float[np.ndarray, " pixel"], ivar: Float[np.ndarray, " pixel"]
) -> dict[int, _StraightContinuum]:
    """Return the continua of the components beyond the stellar templates that the spectrum covers on both sides."""
    found = {}
    for component in np.flatnonzero(~covered(MEASURED.wavelengths)):
        away = wavelength_rest - MEASURED.wavelengths[component]
        pixels = np.flatnonzero(np.abs(away) < LINE_WINDOW)
        x, beside = away[pixels] / LINE_WINDOW, np.abs(away[pixels]) > LINE_HALF_WIDTH
        weight = ivar[pixels] * beside
        if min((weight[x < 0] > 0).sum(), (weight[x > 0] > 0).sum()) < 3:
            continue
        terms = np.stack([np.ones_like(x), x])
        inverse = np.linalg.inv((terms * weight) @ terms.T)
        level, slope = inverse @ (terms * weight) @ flux[pixels]
        error = np.sqrt(inverse[0, 0]) / abs(level)
        found[int(component)] = _StraightContinuum(pixels, level + slope * x, float(level), float(error))
    return found
