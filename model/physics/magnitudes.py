"""Magnitudes of galaxies known by their bins, with and without emission lines, and what each line contributes."""

from functools import partial
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..bins import BIN_EDGES, pixel_edges
from ..lines import LINES
from ..spectra.lines.side_bands import COMPONENT_LINE, COMPONENT_WAVELENGTHS
from ..spectra.smooth_continuum import smooth_continuum
from ..spectra.synthesis import component_ew
from .levels import continuum_levels
from .luminosities import FLUX_UNIT

AB_ZERO: Final = 3631e-23 * 2.99792458e18
"""Flux density per wavelength of magnitude 0, times the square of the wavelength [erg/s/cm² Å]."""
LEAST_COVERED: Final = 0.99
"""Share of a band's photons that the spectrum must cover; the magnitude of a band covered less is NaN."""
_OF_LINE: Final = np.eye(len(LINES))[COMPONENT_LINE]


class LineMagnitudes(NamedTuple):
    """AB magnitudes in bands, with and without lines; NaN where the spectrum covers less than 99 % of a band.

    Attributes
    ----------
    with_lines, without_lines : (..., band) array
        Of the starlight with all lines, and alone [mag].
    changes : (..., band, line) array
        What each line alone changes, negative for emission [mag].

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import line_magnitudes
    >>> wavelength_obs = np.arange(6400.0, 8000.0, 2.0)
    >>> band = np.exp(-(((wavelength_obs - 7200) / 200) ** 2))
    >>> found = line_magnitudes(wavelength_obs, band[None], np.ones(12), np.full(10, 20.0), 0.1)
    >>> found.with_lines.shape, found.changes.shape  # one band, ten lines
    ((1,), (1, 10))
    """

    with_lines: Float[Array, "*galaxy band"]
    without_lines: Float[Array, "*galaxy band"]
    changes: Float[Array, "*galaxy band line"]


def line_magnitudes(
    wavelength_obs: Float[Array | np.ndarray, " pixel"],
    responses: Float[Array | np.ndarray, "band pixel"],
    bin_flux: Float[Array | np.ndarray, " bin"],
    ew: Float[Array | np.ndarray, " line"],
    redshift: float | Float[Array, ""],
    unit: float = FLUX_UNIT,
) -> LineMagnitudes:
    """Return the magnitudes of one galaxy from its twelve bins; `Bands.line_magnitudes` has those of whole spectra.

    The starlight is a smooth curve through the bins. A line is narrow compared with a band: it adds its observed
    equivalent width times the continuum and the response at its wavelength.

    Parameters
    ----------
    wavelength_obs : (pixel,) array
        Observed wavelengths of the curves [Å], increasing.
    responses : (band, pixel) array
        Response of each band per photon, as filter curves are published.
    bin_flux : (12,) array
        Mean observed flux density per bin, not multiplied by 1 + z.
    ew : (line,) array
        Rest-frame equivalent widths [Å].
    redshift : float
        Redshift of the galaxy.
    unit : float
        Unit of `bin_flux` [erg/s/cm²/Å]; the changes do not depend on it.

    Returns
    -------
    LineMagnitudes
        Arrays of one galaxy.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import line_magnitudes
    >>> wavelength_obs = np.arange(6400.0, 8000.0, 2.0)
    >>> band = np.exp(-(((wavelength_obs - 7200) / 200) ** 2))
    >>> found = line_magnitudes(wavelength_obs, band[None], np.ones(12), np.full(10, 20.0), 0.1)
    >>> f"{float(found.without_lines[0]):.1f}, with lines {float(found.with_lines[0]):.1f} mag"
    '20.8, with lines 20.6 mag'
    """
    flux, wave = jnp.asarray(bin_flux), jnp.asarray(wavelength_obs)
    scale = flux.mean()
    weight = jnp.asarray(responses) * (wave * jnp.diff(pixel_edges(wave)))
    rest = wave / (1 + redshift)
    inside = (rest >= BIN_EDGES[0]) & (rest <= BIN_EDGES[-1])
    continuum = jnp.where(inside, smooth_continuum(rest, flux / scale), 0.0)
    at = jnp.asarray(COMPONENT_WAVELENGTHS, flux.dtype) * (1 + redshift)
    photons = jax.vmap(partial(jnp.interp, at, wave))(jnp.asarray(responses)) * at
    levels = continuum_levels(flux / scale)[COMPONENT_LINE]
    covered = (weight @ inside.astype(weight.dtype)) >= LEAST_COVERED * weight.sum(axis=1)
    zero = jnp.log10((weight / wave**2).sum(axis=1)) + np.log10(AB_ZERO / unit) - jnp.log10(scale)
    area = component_ew(jnp.asarray(ew, flux.dtype)) * levels * (1 + redshift)
    return split(weight @ continuum, photons * area, covered, zero)


def magnitude_changes(
    wavelength_obs: Float[Array | np.ndarray, " pixel"],
    responses: Float[Array | np.ndarray, "band pixel"],
    bin_flux: Float[Array | np.ndarray, " bin"],
    ew: Float[Array | np.ndarray, " line"],
    redshift: float | Float[Array, ""],
) -> Float[Array, " band"]:
    """Return the magnitudes with lines minus those without, negative for emission [mag].

    Parameters
    ----------
    wavelength_obs, responses, bin_flux, ew, redshift
        See `line_magnitudes`.

    Returns
    -------
    (band,) array
        NaN where less than 99 % of the band lies within 3400-7000 Å at rest.

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
    found = line_magnitudes(wavelength_obs, responses, bin_flux, ew, redshift)
    return found.with_lines - found.without_lines


def split(
    starlight: Float[Array, "*galaxy band"],
    lines: Float[Array, "*galaxy band component"],
    covered: Bool[Array, " band"],
    log_zero: Float[Array, " band"],
) -> LineMagnitudes:
    """Return the magnitudes of starlight and of lines that were counted apart, in photons of the same unit."""
    usable = covered & (starlight > 0)
    light = jnp.where(usable, starlight, 1.0)
    relative = lines @ jnp.asarray(_OF_LINE, light.dtype) / light[..., None]
    without = jnp.where(usable, -2.5 * (jnp.log10(light) - log_zero), jnp.nan)
    change, changes = (-2.5 / np.log(10) * jnp.log1p(part) for part in (relative.sum(axis=-1), relative))
    return LineMagnitudes(without + change, without, jnp.where(usable[..., None], changes, jnp.nan))
