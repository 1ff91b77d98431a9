"""The twelve top-hat bins that describe a continuum."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

N_BINS: Final = 12
BIN_EDGES: Final = np.linspace(3400.0, 7000.0, N_BINS + 1)
"""Rest-frame vacuum wavelengths [Å], shape (13,) (Khederlarian et al. 2024).

Examples
--------
>>> from galactic_neon import BIN_EDGES
>>> BIN_EDGES[[0, 1, -1]].tolist()
[3400.0, 3700.0, 7000.0]
"""
BIN_CENTERS: Final = (BIN_EDGES[:-1] + BIN_EDGES[1:]) / 2
"""Rest-frame vacuum wavelengths [Å], shape (12,).

Examples
--------
>>> from galactic_neon import BIN_CENTERS
>>> BIN_CENTERS[:3].tolist()
[3550.0, 3850.0, 4150.0]
"""
LUMINOSITY_BIN: Final = 10
"""Index of the bin (6400-6700 Å) in which the luminosity is measured."""
MIN_COVERAGE: Final = 0.5
"""Share of a bin's width that good pixels must cover; the mean of a bin covered less is NaN."""


def bin_continuum(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    flux: Float[Array | np.ndarray, " pixel"],
    ivar: Float[Array | np.ndarray, " pixel"] | None = None,
) -> Float[Array, " bin"]:
    """Average a spectrum in the twelve bins.

    Each pixel is weighted by the part of its width that lies in the bin, so any wavelength grid can be used.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths of the pixel centres [Å], increasing.
    flux : (pixel,) array
        Flux density per wavelength f_lambda, line-masked, in any unit.
    ivar : (pixel,) array, optional
        Inverse variance; pixels where it is 0 are left out. It does not weight the mean.

    Returns
    -------
    (12,) array
        Mean flux per bin in the unit of `flux`; NaN where good pixels cover less than half of a bin.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454, section 2.
    """
    wavelength_rest, flux = jnp.asarray(wavelength_rest), jnp.asarray(flux)
    good = jnp.isfinite(flux) if ivar is None else jnp.isfinite(flux) & (jnp.asarray(ivar) > 0)
    weight = jnp.where(good[:, None], bin_weights(wavelength_rest), 0.0)
    covered = weight.sum(axis=0)
    mean = jnp.where(good, flux, 0.0) @ weight / jnp.where(covered > 0, covered, 1.0)
    return jnp.where(covered >= MIN_COVERAGE * jnp.asarray(np.diff(BIN_EDGES), covered.dtype), mean, jnp.nan)


@jax.jit
def bin_weights(wavelength_rest: Float[Array | np.ndarray, " pixel"]) -> Float[Array, "pixel bin"]:
    """Return how much of each pixel's width lies in each bin.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths of the pixel centres [Å], increasing.

    Returns
    -------
    (pixel, 12) array
        Widths [Å].
    """
    edges = pixel_edges(jnp.asarray(wavelength_rest))
    low, high = BIN_EDGES[:-1].astype(edges.dtype), BIN_EDGES[1:].astype(edges.dtype)
    return jnp.maximum(jnp.minimum(edges[1:, None], high) - jnp.maximum(edges[:-1, None], low), 0.0)


def pixel_edges(wavelength: Float[Array, " pixel"]) -> Float[Array, " edge"]:
    """Return the edges of pixels: midway between neighbouring centres; an end pixel is symmetric about its centre.

    Parameters
    ----------
    wavelength : (pixel,) array
        Wavelengths of the pixel centres [Å], increasing, at least two.

    Returns
    -------
    (pixel + 1,) array
        Wavelengths of the edges [Å].
    """
    middles = (wavelength[1:] + wavelength[:-1]) / 2
    return jnp.concatenate([2 * wavelength[:1] - middles[:1], middles, 2 * wavelength[-1:] - middles[-1:]])
