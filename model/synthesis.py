"""From numbers back to spectra: a smooth continuum through twelve bins, and lines painted on a continuum."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .bins import BIN_EDGES
from .features import LIGHT_SPEED
from .lines import LINES

DEFAULT_DISPERSION: Final = 120.0
"""Gas velocity dispersion [km/s]."""

_COMPONENT_WAVELENGTHS: Final = np.array([wave for line in LINES for wave in line.wavelengths])
_COMPONENT_LINE: Final = np.array([index for index, line in enumerate(LINES) for _ in line.wavelengths])
_COMPONENT_SHARE: Final = np.array([1 / len(line.wavelengths) for line in LINES for _ in line.wavelengths])


def add_lines(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    continuum: Float[Array | np.ndarray, " pixel"],
    ew: Float[Array | np.ndarray, " line"],
    velocity_dispersion: float | Float[Array, ""] = DEFAULT_DISPERSION,
) -> Float[Array, " pixel"]:
    """Paint the ten lines on a continuum, each with the given equivalent width.

    Each line is a Gaussian integrated over the pixels, so its area is right on coarse grids too. The two [O II]
    components share their EW equally.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing.
    continuum : (pixel,) array
        Flux density f_lambda in any unit.
    ew : (10,) array
        Rest-frame equivalent widths [Å], positive in emission, in the order of `LINES`.
    velocity_dispersion : float
        Gaussian sigma of the gas [km/s]; add the instrument's in quadrature.

    Returns
    -------
    (pixel,) array
        Continuum plus lines, in the unit of `continuum`.
    """
    wavelength_rest, continuum = jnp.asarray(wavelength_rest), jnp.asarray(continuum)
    middles = (wavelength_rest[1:] + wavelength_rest[:-1]) / 2
    edges = jnp.concatenate([2 * wavelength_rest[:1] - middles[:1], middles, 2 * wavelength_rest[-1:] - middles[-1:]])
    centers = jnp.asarray(_COMPONENT_WAVELENGTHS, wavelength_rest.dtype)
    sigma = centers * velocity_dispersion / LIGHT_SPEED
    share = jnp.asarray(ew)[_COMPONENT_LINE] * jnp.asarray(_COMPONENT_SHARE, wavelength_rest.dtype)
    area = share * jnp.interp(centers, wavelength_rest, continuum)
    cumulative = jax.scipy.stats.norm.cdf((edges[:, None] - centers) / sigma)
    return continuum + (jnp.diff(cumulative, axis=0) @ area) / jnp.diff(edges)


def smooth_continuum(
    wavelength_rest: Float[Array | np.ndarray, " pixel"], bin_flux: Float[Array | np.ndarray, " bin"]
) -> Float[Array, " pixel"]:
    """Draw a smooth curve whose mean in each bin is that bin's flux.

    Quadratic pieces: their values at the bin edges are the mean of the neighbouring fluxes, which is limited where
    a piece would fall below zero.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths within 3400-7000 Å.
    bin_flux : (12,) array
        Mean flux per bin, any unit, > 0.

    Returns
    -------
    (pixel,) array
        Flux density in the unit of `bin_flux`; no stellar absorption lines.
    """
    wavelength_rest, flux = jnp.asarray(wavelength_rest), jnp.asarray(bin_flux)
    inner = (flux[1:] + flux[:-1]) / 2
    edge = jnp.concatenate([1.5 * flux[:1] - 0.5 * inner[:1], inner, 1.5 * flux[-1:] - 0.5 * inner[-1:]])
    # A parabola with mean F and end values a, b stays >= 0 when a and b are at most 3 F (and a, b >= 0).
    smaller = jnp.minimum(jnp.append(flux, flux[-1]), jnp.insert(flux, 0, flux[0]))
    edge = jnp.clip(edge, 0.0, 2.0 * smaller)
    edges = jnp.asarray(BIN_EDGES, wavelength_rest.dtype)
    index = jnp.clip(jnp.searchsorted(edges, wavelength_rest, side="right") - 1, 0, len(BIN_EDGES) - 2)
    t = (wavelength_rest - edges[index]) / (edges[1] - edges[0])
    left, right, mean = edge[index], edge[index + 1], flux[index]
    return left * (1 - t) * (1 - 3 * t) + right * t * (3 * t - 2) + mean * 6 * t * (1 - t)
