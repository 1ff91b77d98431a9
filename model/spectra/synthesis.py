"""Synthesis of spectra: emission lines added to a continuum."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import pixel_edges
from ..lines import LINE_NAMES
from ..numerics.constants import LIGHT_SPEED
from .lines.side_bands import COMPONENT_LINE, PREDICTED, Components, side_band_levels

DEFAULT_DISPERSION: Final = 120.0
"""Gas velocity dispersion [km/s]."""
FWHM_PER_SIGMA: Final = float(np.sqrt(8 * np.log(2)))


def add_lines(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    continuum: Float[Array | np.ndarray, "*galaxy pixel"],
    ew: Float[Array | np.ndarray, "*galaxy line"],
    velocity_dispersion: float | Float[Array, ""] = DEFAULT_DISPERSION,
    instrument_fwhm: float | Float[Array, ""] = 0.0,
    oii_ratio: float | Float[Array | np.ndarray, "*galaxy"] = 1.0,
) -> Float[Array, "*galaxy pixel"]:
    """Add the emission lines to continua, each with the given equivalent width; `Grid.add_lines` is faster for many.

    Each line is a Gaussian integrated over the pixels, so that its area, the EW times the continuum level between its
    side bands, is right on coarse grids too. Stellar absorption under a line is kept; the emission fills it in.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing.
    continuum : (..., pixel) array
        Flux density f_lambda in any unit.
    ew : (..., line) array
        Rest-frame equivalent widths [Å], positive in emission, in the order of `LINES`.
    velocity_dispersion : float
        Gaussian sigma of the gas [km/s].
    instrument_fwhm : float
        FWHM resolution of the spectrograph [Å, rest frame], the observed one divided by 1 + z; added in quadrature.
    oii_ratio : (...) array or float
        Flux of [O II] 3729 over 3726: 1.5 in the low-density limit, 0.35 in the high-density limit.

    Returns
    -------
    (..., pixel) array
        Continuum plus lines, in the unit of `continuum`.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, add_lines
    >>> wavelength_rest = np.arange(3300.0, 7200.0, 1.0)
    >>> continuum = np.ones(wavelength_rest.shape)
    >>> ew = np.array([30.0 if line.name == "HALPHA" else 0.0 for line in LINES])
    >>> flux = add_lines(wavelength_rest, continuum, ew)
    >>> f"{float((flux - continuum).sum()):.1f} Å"  # pixels of 1 Å, a continuum of 1
    '30.0 Å'
    """
    wavelength_rest, continuum = jnp.asarray(wavelength_rest), jnp.asarray(continuum)
    profiles = line_profiles(wavelength_rest, velocity_dispersion, instrument_fwhm)
    area = component_ew(jnp.asarray(ew, continuum.dtype), oii_ratio) * side_band_levels(wavelength_rest, continuum)
    return continuum + area @ profiles.T


def component_ew(
    ew: Float[Array, "*galaxy line"], oii_ratio: Float[Array | np.ndarray, "*galaxy"] | float = 1.0
) -> Float[Array, "*galaxy component"]:
    """Return the equivalent widths of the components of `LINES`: those of [O II] share that of the doublet.

    Parameters
    ----------
    ew : (..., line) array
        Rest-frame equivalent widths [Å].
    oii_ratio : (...) array or float
        Flux of [O II] 3729 over 3726.

    Returns
    -------
    (..., component) array
        Rest-frame equivalent widths [Å].
    """
    blue, red = np.flatnonzero(LINE_NAMES.index("OII_DOUBLET") == COMPONENT_LINE)
    ratio = jnp.broadcast_to(jnp.asarray(oii_ratio, ew.dtype), ew.shape[:-1])
    each = ew[..., COMPONENT_LINE]
    return each.at[..., blue].multiply(1 / (1 + ratio)).at[..., red].multiply(ratio / (1 + ratio))


def line_profiles(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    velocity_dispersion: float | Float[Array, ""] = DEFAULT_DISPERSION,
    instrument_fwhm: float | Float[Array, ""] | Float[Array | np.ndarray, " component"] = 0.0,
    velocity: float | Float[Array, ""] = 0.0,
    components: Components = PREDICTED,
) -> Float[Array, "pixel component"]:
    """Return Gaussians of unit area at the components of lines, averaged over each pixel.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths of the pixel centres [Å], increasing.
    velocity_dispersion : float
        Sigma of the gas [km/s].
    instrument_fwhm : float or (component,) array
        FWHM resolution [Å, rest frame], added in quadrature.
    velocity : float
        Shift of all lines [km/s], positive to the red.
    components : Components
        By default the eleven of `LINES`.

    Returns
    -------
    (pixel, component) array
        Profiles [1/Å].

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import line_profiles
    >>> wavelength_rest = np.arange(3300.0, 7200.0, 1.0)
    >>> profiles = line_profiles(wavelength_rest, velocity_dispersion=150.0)
    >>> wavelength_rest[profiles.argmax(axis=0)].astype(int).tolist()  # eleven: [O II] has two components
    [3727, 3730, 4342, 4863, 4960, 5008, 6550, 6565, 6585, 6718, 6733]
    >>> bool(np.allclose(profiles.sum(axis=0), 1.0, atol=1e-3))  # pixels of 1 Å: each has an area of 1
    True
    """
    wavelength_rest = jnp.asarray(wavelength_rest)
    edges = pixel_edges(wavelength_rest)
    centers = jnp.asarray(components.wavelengths, wavelength_rest.dtype) * (1 + velocity / LIGHT_SPEED)
    sigma = jnp.hypot(centers * velocity_dispersion / LIGHT_SPEED, instrument_fwhm / FWHM_PER_SIGMA)
    # One row per component, and erf: with one row per pixel, or with `norm.cdf`, XLA takes ten times as long.
    cumulative = (
        jax.scipy.special.erf((edges - centers[:, None]) / (sigma[:, None] * np.sqrt(2.0).astype(edges.dtype))) / 2
    )
    return (jnp.diff(cumulative, axis=1) / jnp.diff(edges)).T
