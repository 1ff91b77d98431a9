"""A mixture of Gaussians over the eleven colours: its density, and colours where bins are missing or noisy."""

import math
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..features import colors
from ..numerics.linear import solve

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
        First and last colour [dex]: the observed one if present, else its expectation given the known colours.
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


class ColorPosterior(NamedTuple):
    """The colours of a galaxy of which some bins are missing or noisy, given the others.

    Attributes
    ----------
    color : (..., 11) array
        Expected colours [dex].
    covariance : (..., 11, 11) array
        Covariance of the colours [dex²]; zero between bins that are known without noise.
    """

    color: Float[Array, "*galaxy color"]
    covariance: Float[Array, "*galaxy color color"]


def posterior(
    mixture: ColorMixture,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"],
) -> ColorPosterior:
    """Return the colours that training galaxies have where these bins, with this noise, are seen of them.

    The mixture is the prior, so that noise does not take a continuum to colours that no galaxy has.

    Parameters
    ----------
    mixture : ColorMixture
        From `load_params(...).domain`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0; NaN where missing.
    bin_flux_ivar : (..., 12) array
        Inverse variances of the fluxes; 0 where missing, infinity where exact.

    Returns
    -------
    ColorPosterior
        Arrays (...).
    """
    ivar = jnp.asarray(bin_flux_ivar)
    present = jnp.isfinite(bin_flux) & (ivar > 0)
    log_flux = jnp.log10(jnp.where(present, bin_flux, 1.0))
    # The inverse comes first: with an infinite one, the derivative of 1 / (ivar F²) would be NaN.
    noise_variance = 1 / jnp.where(present, ivar, 1.0)
    variance = jnp.where(present, noise_variance / jnp.where(present, bin_flux, 1.0) ** 2, 0.0)
    # Every known bin but the first is compared with the known bin before it: their ratio sums the colours between them.
    bins = np.arange(present.shape[-1])
    before = jax.lax.cummax(jnp.where(present, bins, -1), axis=present.ndim - 1)[..., :-1]
    used = present[..., 1:] & (before >= 0)
    before = jnp.maximum(before, 0)
    spans = (bins[:-1] >= before[..., None]) & (bins[:-1] < bins[1:, None]) & used[..., None]
    spans = spans.astype(log_flux.dtype)
    pick = (bins == bins[1:, None]).astype(log_flux.dtype) - (bins == before[..., None]) * 1.0
    pick = jnp.where(used[..., None], pick, 0.0)
    ratio = jnp.einsum("...ob,...b->...o", pick, log_flux, precision="highest")
    noise = jnp.einsum("...ob,...b,...pb->...op", pick, variance, pick, precision="highest") / np.log(10) ** 2

    whitening = jnp.asarray(mixture.whitening)
    identity = jnp.broadcast_to(jnp.eye(whitening.shape[-1], dtype=whitening.dtype), whitening.shape)
    spread, _ = solve(jnp.einsum("kcd,ked->kce", whitening, whitening, precision="highest"), identity)
    seen = jnp.einsum("...oc,kcd->...kod", spans, spread, precision="highest")
    total = jnp.einsum("...kod,...pd->...kop", seen, spans, precision="highest") + noise[..., None, :, :]
    total = total + jnp.eye(total.shape[-1], dtype=total.dtype) * jnp.where(used, 0.0, 1.0)[..., None, None, :]
    away = ratio[..., None, :] - jnp.einsum("...oc,kc->...ko", spans, mixture.center, precision="highest")
    found, log_determinant = solve(total, jnp.concatenate([away[..., None], seen], axis=-1))
    move = jnp.einsum("...kod,...ko->...kd", seen, found[..., 0], precision="highest")
    gain = jnp.einsum("...koc,...kod->...kcd", seen, found[..., 1:], precision="highest")
    square = (away * found[..., 0]).sum(axis=-1)
    share = jax.nn.softmax(mixture.log_weight - (square + log_determinant) / 2, axis=-1)
    each = jnp.asarray(mixture.center) + move
    color = jnp.einsum("...k,...kc->...c", share, each)
    apart = each - color[..., None, :]
    within = spread - gain + apart[..., :, None] * apart[..., None, :]
    return ColorPosterior(color, jnp.einsum("...k,...kcd->...cd", share, within))
