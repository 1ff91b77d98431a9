"""Noise of a galaxy's pixels, derived from the errors of its equivalent widths.

A line of unit-area profile g on pixels of width d [Å], each with noise s, has a minimum variance of
s² d / ∫g², and ∫g² = 1 / (2 √π σ) for a Gaussian. The equivalent width divides by a continuum C that is itself the
mean of some N pixels, so

    var(EW) = (s / C)² (2 √π σ d + EW² / N).

Solved for s / C, each line gives the noise at its wavelength. N was chosen so that Hα and [S II], 150 Å apart, give the
same noise at every strength of Hα; it is a property of the pipeline that measured them.
"""

from typing import Final

import numpy as np
from jaxtyping import Float

from ..lines import FREE_LINES, LINES
from ..numerics.constants import LIGHT_SPEED
from .synthesis import DEFAULT_DISPERSION, FWHM_PER_SIGMA

DESI_PIXEL: Final = 0.8
"""Pixel width of DESI's coadds [Å, observed]."""
DESI_FWHM: Final = 1.65
"""FWHM resolution of DESI [Å, observed]; the RESOLUTION matrices of a coadd give sigma .63-.71 Å in B and R."""
CONTINUUM_PIXELS: Final = 30.0
"""N of the module's formula, for the errors that FastSpecFit lists."""

_GAP: Final = 200.0
"""Lines less than this apart [Å] share a noise level."""
_TYPICAL: Final = np.array([3728.48, 4341.692, 4935.475, 6650.21025]), np.log([1.2, 0.44, 0.33, 0.2])
"""Median of ln(s / C) in the mock catalogue at these rest wavelengths [Å]."""
_BLUE_END: Final = (3400.0, float(np.log(2.0)))
"""Wavelength [Å] at the blue end, and the rise of ln(noise) from [O II] to it, about as steep as from Hγ."""
_LARGEST_CHANGE: Final = 2.5
"""Largest |ln| of a galaxy's noise over the typical noise; some catalogued inverse variances are unphysical."""


def relative_noise(
    wavelength_rest: Float[np.ndarray, " pixel"],
    ew: Float[np.ndarray, " line"],
    ew_ivar: Float[np.ndarray, " line"],
    redshift: float,
) -> Float[np.ndarray, " pixel"]:
    """Return the noise per DESI pixel, relative to the continuum, that a galaxy's EW errors imply.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame wavelengths [Å].
    ew, ew_ivar : (line,) array
        Equivalent widths [Å] and inverse variances [1/Å²]; NaN where missing.
    redshift : float
        Redshift, which scales pixels and resolution to the rest frame.

    Returns
    -------
    (pixel,) array
        Standard deviation over continuum, > 0; the sample's typical value if no line has an inverse variance.
    """
    wavelengths = np.array([line.wavelength for line in LINES])
    sigma = np.hypot(wavelengths * DEFAULT_DISPERSION / LIGHT_SPEED, DESI_FWHM / FWHM_PER_SIGMA / (1 + redshift))
    components = np.array([len(line.wavelengths) for line in LINES])
    width = components * 2 * np.sqrt(np.pi) * sigma * DESI_PIXEL / (1 + redshift)
    with np.errstate(invalid="ignore"):
        measured = np.isfinite(ew) & (ew_ivar > 0)
    strength = np.where(measured, ew, 0.0)
    log_noise = -0.5 * np.log(np.where(measured, ew_ivar, 1.0) * (width + strength**2 / CONTINUUM_PIXELS))
    free = np.array(FREE_LINES)  # a tied line's error repeats its partner's
    anchors, change = [], []
    for members in np.split(free, np.flatnonzero(np.diff(wavelengths[free]) > _GAP) + 1):
        anchors.append(float(wavelengths[members].mean()))
        departures = log_noise[members][measured[members]] - np.interp(anchors[-1], *_TYPICAL)
        typical_of_galaxy = np.median(departures) if len(departures) else np.nan
        change.append(np.clip(typical_of_galaxy, -_LARGEST_CHANGE, _LARGEST_CHANGE))
    given = np.isfinite(change)
    change = np.where(given, change, np.mean(np.array(change)[given]) if given.any() else 0.0)
    blue_end, rise = _BLUE_END
    knots, levels = _TYPICAL
    typical = np.interp(wavelength_rest, [blue_end, *knots], [levels[0] + rise, *levels])
    return np.exp(typical + np.interp(wavelength_rest, anchors, change))
