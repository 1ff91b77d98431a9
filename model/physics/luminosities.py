"""Fluxes and luminosities of lines from their equivalent widths."""

from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import LUMINOSITY_BIN
from ..numerics.constants import CM_PER_MPC
from .cosmology import luminosity_distance
from .levels import continuum_levels

FLUX_UNIT: Final = 1e-17
"""Unit of DESI's fluxes [erg/s/cm²]."""
SOLAR_LUMINOSITY: Final = 3.828e33
"""Luminosity of the Sun [erg/s] (IAU 2015 resolution B3); luminosities in erg/s are beyond the range of float32."""
_SPHERE: Final = 4 * np.pi * CM_PER_MPC**2 * FLUX_UNIT / SOLAR_LUMINOSITY
"""Luminosity [Lsun] of a source with a flux of 1e-17 erg/s/cm² at a distance of 1 Mpc."""


def line_luminosities(
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    ew: Float[Array | np.ndarray, "*draw line"],
    log_luminosity: Float[Array | np.ndarray, "*#galaxy"] | float,
    levels: Float[Array | np.ndarray, "*galaxy line"] | None = None,
) -> Float[Array, "*draw line"]:
    """Return the luminosities of lines in the light that the luminosity counts, in DESI's case that of the fibre.

    Parameters
    ----------
    bin_flux : (..., 12) array
        Mean flux per bin, any unit; only the ratios matter.
    ew : (..., line) array
        Rest-frame equivalent widths [Å]; axes before those of `bin_flux` are draws.
    log_luminosity : (...) array or float
        See `luminosities.log_luminosity`.
    levels : (..., line) array, optional
        Continuum levels in the unit of `bin_flux`, of a galaxy whose whole spectrum was measured
        (`MeasuredLines.level`); by default they are estimated from the bins.

    Returns
    -------
    (..., line) array
        Luminosities in units of `SOLAR_LUMINOSITY`, 3.828e33 erg/s; not corrected for dust.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, line_luminosities
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> ew = np.array([20.0 if line.name == "HALPHA" else 0.0 for line in LINES])
    >>> f"{float(line_luminosities(bins, ew, 6.0).sum()):.1e} Lsun"  # 20 Å of light at Hα
    '6.2e+06 Lsun'
    """
    flux = jnp.asarray(bin_flux)
    beside = continuum_levels(flux) if levels is None else jnp.asarray(levels)
    ratio = beside / flux[..., LUMINOSITY_BIN, None]
    return jnp.asarray(ew) * ratio * _SPHERE * 10.0 ** jnp.asarray(log_luminosity)[..., None]


def line_fluxes(
    luminosity: Float[Array | np.ndarray, "*draw line"], redshift: Float[Array | np.ndarray, "*#galaxy"] | float
) -> Float[Array, "*draw line"]:
    """Return the observed fluxes of lines.

    Parameters
    ----------
    luminosity : (..., line) array
        From `line_luminosities` [Lsun].
    redshift : (...) array or float
        Redshift, > 0.

    Returns
    -------
    (..., line) array
        Fluxes [1e-17 erg/s/cm²].
    """
    distance = luminosity_distance(redshift)[..., None]
    return jnp.asarray(luminosity) / (_SPHERE * distance**2)


def log_luminosity(
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    redshift: Float[Array | np.ndarray, "*galaxy"] | float,
) -> Float[Array, "*galaxy"]:
    """Return the luminosity of the continuum at 6400-6700 Å, log10[F (1+z) D_L²], as in the training set.

    It counts the light in the fibre. For synthetic light, use log10(L_lambda / [erg/s/Å]) - 33.078 instead.

    Parameters
    ----------
    bin_flux : (..., 12) array
        Mean continuum per bin [1e-17 erg/s/cm²/Å].
    redshift : (...) array
        Redshift.

    Returns
    -------
    (...) array
        log10 of [1e-17 erg/s/cm²/Å Mpc²].

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import log_luminosity
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> f"{float(log_luminosity(bins, 0.1)):.2f}"  # bins in 1e-17 erg/s/cm²/Å
    '5.78'
    """
    flux = jnp.asarray(bin_flux)[..., LUMINOSITY_BIN]
    return jnp.log10(flux) + jnp.log10(1 + jnp.asarray(redshift)) + 2 * jnp.log10(luminosity_distance(redshift))
