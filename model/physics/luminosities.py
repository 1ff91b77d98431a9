"""Fluxes and luminosities of lines from their equivalent widths, and the lines' contribution to magnitudes."""

from typing import Final

import jax
import numpy as np
from jaxtyping import Array, Float

from ..bins import BIN_EDGES, LUMINOSITY_BIN
from ..features import CM_PER_MPC, luminosity_distance
from ..spectra.side_bands import COMPONENT_LINE, COMPONENT_WAVELENGTHS
from ..spectra.synthesis import smooth_continuum
from .levels import continuum_levels

FLUX_UNIT: Final = 1e-17
"""Unit of DESI's fluxes [erg/s/cm²]."""
LEAST_COVERED: Final = 0.99
"""Share of a band's photon response that must lie within 3400-7000 Å at rest."""
_GRID: Final = np.arange(BIN_EDGES[0], BIN_EDGES[-1] + 1.0, 1.0)


def line_luminosities(
    bin_flux: Float[np.ndarray, " bin"],
    ew: Float[np.ndarray, "*draw line"],
    log_luminosity: float,
    levels: Float[np.ndarray, " line"] | None = None,
) -> Float[np.ndarray, "*draw line"]:
    """Return the luminosities of lines in the light of the fibre.

    Parameters
    ----------
    bin_flux : (12,) array
        Mean flux per bin, any unit; only the ratios matter.
    ew : (..., line) array
        Rest-frame equivalent widths [Å].
    log_luminosity : float
        See `features.log_luminosity`.
    levels : (line,) array, optional
        Continuum levels in the unit of `bin_flux`, of a galaxy whose whole spectrum was measured
        (`MeasuredLines.level`); by default they are estimated from the bins.

    Returns
    -------
    (..., line) array
        Luminosities [erg/s], not corrected for dust.
    """
    levels = continuum_levels(bin_flux) if levels is None else levels
    ratio = levels / float(bin_flux[LUMINOSITY_BIN])
    per_angstrom = 4 * np.pi * CM_PER_MPC**2 * FLUX_UNIT * 10.0**log_luminosity
    return np.asarray(ew, float) * ratio * per_angstrom


def line_fluxes(luminosity: Float[np.ndarray, "*draw line"], redshift: float) -> Float[np.ndarray, "*draw line"]:
    """Return the observed fluxes of lines.

    Parameters
    ----------
    luminosity : (..., line) array
        From `line_luminosities` [erg/s].
    redshift : float
        Redshift, > 0.

    Returns
    -------
    (..., line) array
        Fluxes [1e-17 erg/s/cm²].
    """
    distance = float(luminosity_distance(redshift)) * CM_PER_MPC
    return luminosity / (4 * np.pi * distance**2) / FLUX_UNIT


def magnitude_changes(
    wavelength_obs: Float[np.ndarray, " pixel"],
    responses: Float[np.ndarray, "band pixel"],
    bin_flux: Float[np.ndarray, " bin"],
    ew: Float[np.ndarray, " line"],
    redshift: float,
) -> Float[np.ndarray, " band"]:
    """Return the magnitude differences that the lines cause in each band.

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
    """
    continuum = _smooth(_unit_mean(bin_flux))
    continuum_at_lines = continuum_levels(_unit_mean(bin_flux))
    weight = responses * wavelength_obs
    rest = wavelength_obs / (1 + redshift)
    inside = (rest >= BIN_EDGES[0]) & (rest <= BIN_EDGES[-1])
    starlight = weight @ np.where(inside, np.interp(rest, _GRID, np.asarray(continuum, float)), 0.0)
    starlight = starlight * (wavelength_obs[1] - wavelength_obs[0])
    lines = np.zeros(len(responses))
    share = 1 / np.bincount(COMPONENT_LINE)[COMPONENT_LINE]
    for index, wavelength, part in zip(COMPONENT_LINE, COMPONENT_WAVELENGTHS, share, strict=True):
        response = np.array([np.interp(wavelength * (1 + redshift), wavelength_obs, one) for one in weight])
        lines += part * ew[index] * (1 + redshift) * continuum_at_lines[index] * response
    covered = weight[:, inside].sum(axis=1) / weight.sum(axis=1)
    usable = (covered >= LEAST_COVERED) & (starlight > 0)
    change = np.full(len(responses), np.nan)
    change[usable] = -2.5 * np.log10(1 + lines[usable] / starlight[usable])
    return change


def _unit_mean(bin_flux: Float[np.ndarray, " bin"]) -> Float[np.ndarray, " bin"]:
    """Scale fluxes to a mean of 1, in float32."""
    flux = np.asarray(bin_flux, float)
    return (flux / flux.mean()).astype(np.float32)


@jax.jit
def _smooth(bin_flux: Float[Array, " bin"]) -> Float[Array, " pixel"]:
    """Return the smooth continuum on the 1 Å grid."""
    return smooth_continuum(_GRID, bin_flux)
