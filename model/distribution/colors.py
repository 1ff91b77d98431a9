"""A mixture of Gaussians over the eleven colours, of which the bluest and the reddest may be unknown."""

import math
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..features import colors

END_COLORS: Final = np.array([0, -1])
"""Positions of the colours that use the first and the last bin."""
LOG_TWO_PI: Final = math.log(2 * math.pi)


class ColorMixture(NamedTuple):
    """Density of the training galaxies in colour space, with its quantiles.

    Attributes
    ----------
    log_weight : (component,) array
        Natural logarithm of the weight of each Gaussian.
    center : (component, 11) array
        Mean colours [dex].
    whitening : (component, 11, 11) array
        Triangular factor W of the inverse covariance W Wᵀ [1/dex].
    level : (knot,) array
        Shares of the training galaxies, increasing from 0 to 1.
    log_density : (4, knot) array
        Quantiles of the training galaxies' log density at these shares: with all bins, without the first, without the
        last, without both.
    luminosity_limit : (4,) array
        Log luminosities that bound, from low to high, the ranges outside | edge | inside | edge | outside.
    redshift_limit : (2,) array
        Lowest and highest redshift of the training galaxies.
    """

    log_weight: Float[Array | np.ndarray, " component"]
    center: Float[Array | np.ndarray, "component color"]
    whitening: Float[Array | np.ndarray, "component color color"]
    level: Float[Array | np.ndarray, " knot"]
    log_density: Float[Array | np.ndarray, "4 knot"]
    luminosity_limit: Float[Array | np.ndarray, " 4"]
    redshift_limit: Float[Array | np.ndarray, " 2"]


class Marginal(NamedTuple):
    """Density of a continuum's known colours, and the expected unknown ones.

    Attributes
    ----------
    log_density : (...) array
        Natural logarithm of the density of the n known colours [dex^-n].
    end_color : (..., 2) array
        First and last colour [dex]: the observed one if known, else its expectation given the known colours.
    missing : (..., 2) array
        Whether the first and the last bin are missing (NaN).
    """

    log_density: Float[Array, "*galaxy"]
    end_color: Float[Array, "*galaxy 2"]
    missing: Bool[Array, "*galaxy 2"]


def bridge(bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Float[Array, "*galaxy bin"]:
    """Return the fluxes with a missing (NaN) first or last bin set to its neighbour, so that gradients stay finite."""
    flux = jnp.asarray(bin_flux)
    first = jnp.where(jnp.isnan(flux[..., 0]), flux[..., 1], flux[..., 0])
    last = jnp.where(jnp.isnan(flux[..., -1]), flux[..., -2], flux[..., -1])
    return jnp.concatenate([first[..., None], flux[..., 1:-1], last[..., None]], axis=-1)


def marginal(mixture: ColorMixture, bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Marginal:
    """Evaluate the density of a continuum's known colours, and the expectation of the unknown ones.

    Parameters
    ----------
    mixture : ColorMixture
        From `load_params(...).domain`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0; the first and the last may be NaN.

    Returns
    -------
    Marginal
        Arrays (...); NaN where any other bin is not a positive number.
    """
    missing = jnp.isnan(jnp.asarray(bin_flux))[..., END_COLORS]
    color = colors(bridge(bin_flux))
    is_missing = jnp.zeros(color.shape, bool).at[..., END_COLORS].set(missing)
    away = jnp.where(is_missing[..., None, :], 0.0, color[..., None, :] - mixture.center)
    white = jnp.einsum("...kc,kcd->...kd", away, mixture.whitening, precision="highest")

    # The unknown colours of each Gaussian are set to its conditional mean, a system of at most two equations.
    end = jnp.asarray(mixture.whitening)[:, END_COLORS]
    slope = jnp.where(missing[..., None, :], jnp.einsum("...kd,ked->...ke", white, end, precision="highest"), 0.0)
    curvature = (end[:, :, None] * end[:, None, :]).sum(axis=-1)
    first = jnp.where(missing[..., :1], curvature[:, 0, 0], 1.0)
    last = jnp.where(missing[..., 1:], curvature[:, 1, 1], 1.0)
    cross = jnp.where(missing.all(axis=-1, keepdims=True), curvature[:, 0, 1], 0.0)
    determinant = first * last - cross**2
    move_first = (cross * slope[..., 1] - last * slope[..., 0]) / determinant
    move_last = (cross * slope[..., 0] - first * slope[..., 1]) / determinant
    move = jnp.stack([move_first, move_last], axis=-1)
    white = white + jnp.einsum("...ke,ked->...kd", move, end, precision="highest")

    n_colors = (~is_missing).sum(axis=-1, keepdims=True, dtype=color.dtype)
    # The factor is triangular, so its diagonal gives the determinant; `slogdet` would load SciPy into the server.
    diagonal = jnp.diagonal(jnp.asarray(mixture.whitening), axis1=-2, axis2=-1)
    log_volume = jnp.log(jnp.abs(diagonal)).sum(axis=-1) - jnp.log(determinant) / 2
    log_each = mixture.log_weight + log_volume - (n_colors * LOG_TWO_PI + (white**2).sum(axis=-1)) / 2
    expected = jax.nn.softmax(log_each, axis=-1)[..., None] * (jnp.asarray(mixture.center)[:, END_COLORS] + move)
    end_color = jnp.where(missing, expected.sum(axis=-2), color[..., END_COLORS])
    return Marginal(jax.nn.logsumexp(log_each, axis=-1), end_color, missing)
