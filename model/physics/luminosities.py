"""Fluxes and luminosities of lines from their equivalent widths, and the lines' contribution to magnitudes."""

from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import BIN_EDGES, LUMINOSITY_BIN
from ..features import CM_PER_MPC, luminosity_distance
from ..spectra.lines.side_bands import COMPONENT_LINE, COMPONENT_WAVELENGTHS
from ..spectra.synthesis import component_ew, smooth_continuum
from .levels import continuum_levels

FLUX_UNIT: Final = 1e-17
"""Unit of DESI's fluxes [erg/s/cm²]."""
SOLAR_LUMINOSITY: Final = 3.828e33
"""Luminosity of the Sun [erg/s] (IAU 2015 resolution B3); luminosities in erg/s are beyond the range of float32."""
LEAST_COVERED: Final = 0.99
"""Share of a band's photon response that must lie within 3400-7000 Å at rest."""
_SPHERE: Final = 4 * np.pi * CM_PER_MPC**2 * FLUX_UNIT / SOLAR_LUMINOSITY
"""Luminosity [Lsun] of a source with a flux of 1e-17 erg/s/cm² at a distance of 1 Mpc."""
_GRID: Final = np.arange(BIN_EDGES[0], BIN_EDGES[-1] + 1.0, 1.0)


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
        See `features.log_luminosity`.
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


def magnitude_changes(
    wavelength_obs: Float[Array | np.ndarray, " pixel"],
    responses: Float[Array | np.ndarray, "band pixel"],
    bin_flux: Float[Array | np.ndarray, " bin"],
    ew: Float[Array | np.ndarray, " line"],
    redshift: float | Float[Array, ""],
) -> Float[Array, " band"]:
    """Return the magnitude differences that the lines cause in each band; `Bands` has magnitudes of whole spectra.

    Responses count photons, as the magnitudes of the bands do. A line is narrow compared with a band: it adds its
    observed equivalent width times the continuum and the response at its wavelength.

    Parameters
    ----------
    wavelength_obs : (pixel,) array
        Evenly spaced observed wavelengths [Å].
    responses : (band, pixel) array
        Photon transmission of each band.
    bin_flux : (12,) array
        Mean flux per bin, any unit.
    ew : (line,) array
        Rest-frame equivalent widths [Å].
    redshift : float
        Redshift of the galaxy.

    Returns
    -------
    (band,) array
        Magnitude with lines minus magnitude without, negative for emission; NaN where less than 99 % of the band lies
        within 3400-7000 Å at rest.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import magnitude_changes
    >>> wavelength_obs = np.arange(6400.0, 8000.0, 2.0)
    >>> band = np.exp(-(((wavelength_obs - 7200) / 200) ** 2))
    >>> change = magnitude_changes(wavelength_obs, band[None], np.ones(12), np.full(10, 20.0), 0.1)
    >>> f"{float(change[0]):.2f} mag"  # brighter: at a redshift of .1, Hα lies in the band
    '-0.22 mag'
    """
    flux, wave = jnp.asarray(bin_flux), jnp.asarray(wavelength_obs)
    flux = flux / flux.mean()
    weight = jnp.asarray(responses) * wave
    rest = wave / (1 + redshift)
    inside = (rest >= BIN_EDGES[0]) & (rest <= BIN_EDGES[-1])
    grid = jnp.asarray(_GRID, flux.dtype)
    continuum = jnp.where(inside, jnp.interp(rest, grid, smooth_continuum(grid, flux)), 0.0)
    starlight = weight @ continuum * (wave[1] - wave[0])
    at = jnp.asarray(COMPONENT_WAVELENGTHS, flux.dtype) * (1 + redshift)
    response = jnp.stack([jnp.interp(at, wave, one) for one in weight])
    area = component_ew(jnp.asarray(ew, flux.dtype)) * continuum_levels(flux)[COMPONENT_LINE] * (1 + redshift)
    covered = jnp.where(inside, weight, 0.0).sum(axis=1) / weight.sum(axis=1)
    usable = (covered >= LEAST_COVERED) & (starlight > 0)
    change = -2.5 / np.log(10) * jnp.log1p(response @ area / jnp.where(usable, starlight, 1.0))
    return jnp.where(usable, change, jnp.nan)
