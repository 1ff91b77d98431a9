"""A mixture of Gaussians over the eleven colours, with the bluest or the reddest of them unknown where need be."""

import math
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..features import colors

END_COLORS: Final = np.array([0, -1])
"""The colours that the first and the last bin take part in."""
LOG_TWO_PI: Final = math.log(2 * math.pi)


class ColorMixture(NamedTuple):
    """The density of galaxies in colour space, and what is common in it.

    Attributes
    ----------
    log_weight : (component,) array
        Natural logarithm of each Gaussian's share.
    center : (component, 11) array
        Mean colours [dex].
    whitening : (component, 11, 11) array
        Factor W of the inverse covariance W Wᵀ [1/dex], triangular.
    level : (knot,) array
        Shares of the training galaxies, increasing from 0 to 1.
    log_density : (4, knot) array
        The log density that each share of them stays below: with all bins, without the first, without the last,
        without both.
    luminosity_limit : (4,) array
        Log luminosities between which all but the outermost share of the training galaxies lie: outside, edge,
        edge, outside.
    redshift_limit : (2,) array
        Redshifts of the training galaxies, lowest and highest.
    """

    log_weight: Float[Array | np.ndarray, " component"]
    center: Float[Array | np.ndarray, "component color"]
    whitening: Float[Array | np.ndarray, "component color color"]
    level: Float[Array | np.ndarray, " knot"]
    log_density: Float[Array | np.ndarray, "4 knot"]
    luminosity_limit: Float[Array | np.ndarray, " 4"]
    redshift_limit: Float[Array | np.ndarray, " 2"]


class Marginal(NamedTuple):
    """What a mixture says of one continuum.

    Attributes
    ----------
    log_density : (...) array
        Natural logarithm of the density of the colours that are known [dex^-11, or fewer].
    end_color : (..., 2) array
        Expected first and last colour [dex] given the known ones; the known ones themselves where they are known.
    missing : (..., 2) array
        Whether the first and the last bin are missing (NaN).
    """

    log_density: Float[Array, "*galaxy"]
    end_color: Float[Array, "*galaxy 2"]
    missing: Bool[Array, "*galaxy 2"]


def bridge(bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Float[Array, "*galaxy bin"]:
    """Give a missing (NaN) first or last bin the flux of its neighbour, so that gradients stay finite."""
    flux = jnp.asarray(bin_flux)
    first = jnp.where(jnp.isnan(flux[..., 0]), flux[..., 1], flux[..., 0])
    last = jnp.where(jnp.isnan(flux[..., -1]), flux[..., -2], flux[..., -1])
    return jnp.concatenate([first[..., None], flux[..., 1:-1], last[..., None]], axis=-1)


def marginal(mixture: ColorMixture, bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Marginal:
    """Evaluate the density of a continuum's known colours, and what it expects of the unknown ones.

    Parameters
    ----------
    mixture : ColorMixture
        From `load_params(...).domain`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0; the first and the last may be NaN.

    Returns
    -------
    Marginal
        NaN where another bin is not a positive number.
    """
    missing = jnp.isnan(jnp.asarray(bin_flux))[..., END_COLORS]
    color = colors(bridge(bin_flux))
    unknown = jnp.zeros(color.shape, bool).at[..., END_COLORS].set(missing)
    away = jnp.where(unknown[..., None, :], 0.0, color[..., None, :] - mixture.center)
    white = jnp.einsum("...kc,kcd->...kd", away, mixture.whitening, precision="highest")

    # The unknown colours of each Gaussian move to where its density is highest: a system of two equations at most.
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

    known = (~unknown).sum(axis=-1, keepdims=True, dtype=color.dtype)
    # A triangular factor; `slogdet` would load all of SciPy into the serving process.
    diagonal = jnp.diagonal(jnp.asarray(mixture.whitening), axis1=-2, axis2=-1)
    log_volume = jnp.log(jnp.abs(diagonal)).sum(axis=-1) - jnp.log(determinant) / 2
    log_each = mixture.log_weight + log_volume - (known * LOG_TWO_PI + (white**2).sum(axis=-1)) / 2
    expected = jax.nn.softmax(log_each, axis=-1)[..., None] * (jnp.asarray(mixture.center)[:, END_COLORS] + move)
    end_color = jnp.where(missing, expected.sum(axis=-2), color[..., END_COLORS])
    return Marginal(jax.nn.logsumexp(log_each, axis=-1), end_color, missing)
