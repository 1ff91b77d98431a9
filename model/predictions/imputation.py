"""Continua of which some bins are missing or noisy."""

from collections.abc import Callable
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from ..distribution.colors import ColorPosterior, posterior
from .params import Params

FEWEST_BINS: Final = 6
"""Fewest known bins from which lines are predicted."""
FAR: Final = 26.0
"""Mean log2 of a galaxy's fluxes beyond which they are divided, about 1e8: their squares stay within float32."""


def known_colors(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"],
) -> ColorPosterior:
    """Return the colours of galaxies of which some bins are missing or noisy, with their covariance.

    The colours are those of training galaxies that look like this one: the mixture of Gaussians that defines the domain
    is the prior. The bins of the training galaxies carry DESI's noise, and the networks know it; the inverse variances
    are those of additional noise.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0; NaN where missing.
    bin_flux_ivar : (..., 12) array
        Inverse variances of the fluxes; 0 where missing, infinity where exact.

    Returns
    -------
    ColorPosterior
        Arrays (...); NaN where fewer than `FEWEST_BINS` bins are present, or one is not a positive number.

    Raises
    ------
    ValueError
        If the weights carry no density of colours.
    """
    if params.domain is None:
        raise ValueError("These weights carry no density of colours. Load them with load_params.")
    if isinstance(bin_flux, np.ndarray) and isinstance(bin_flux_ivar, np.ndarray):
        bin_flux, bin_flux_ivar = in_range(bin_flux, bin_flux_ivar)
    flux, ivar = jnp.asarray(bin_flux), jnp.asarray(bin_flux_ivar)
    present = jnp.isfinite(flux) & (ivar > 0)
    usable = (present.sum(axis=-1) >= FEWEST_BINS) & ~(present & (flux <= 0)).any(axis=-1)
    found = posterior(params.domain, jnp.where(present & (flux > 0), flux, jnp.nan), ivar)
    color = jnp.where(usable[..., None], found.color, jnp.nan)
    return ColorPosterior(color, jnp.where(usable[..., None, None], found.covariance, jnp.nan))


_known_colors = jax.jit(known_colors)


def known_colors_many(
    params: Params, bin_flux: Array | np.ndarray, bin_flux_ivar: Array | np.ndarray
) -> ColorPosterior:
    """Return `known_colors` of rows from a program that serves all weights; what follows it needs no other."""
    return _known_colors(Params(None, None, None, domain=params.domain), bin_flux, bin_flux_ivar)


def in_range(
    bin_flux: Float[np.ndarray, "*galaxy bin"], bin_flux_ivar: Float[np.ndarray, "*galaxy bin"]
) -> tuple[Float32[np.ndarray, "*galaxy bin"], Float32[np.ndarray, "*galaxy bin"]]:
    """Return fluxes and inverse variances as float32, of galaxies far from 1 in another unit.

    Inverse variances of fluxes in erg/s/cm²/Hz reach 1e60, which is infinite in float32: the noise would be ignored.

    Parameters
    ----------
    bin_flux, bin_flux_ivar : (..., 12) array
        See `known_colors`.

    Returns
    -------
    (..., 12), (..., 12) array
        Divided and multiplied by a power of two per galaxy and by its square, which changes no colour; inverse
        variances beyond float32 are its largest or smallest number, not infinity or 0.
    """
    flux, ivar = np.asarray(bin_flux, np.float64), np.asarray(bin_flux_ivar, np.float64)
    seen = np.isfinite(flux) & (flux > 0) & (ivar > 0)
    exponent = np.where(seen, np.log2(np.where(seen, flux, 1.0)), 0.0).sum(axis=-1, keepdims=True)
    exponent = np.round(exponent / np.maximum(seen.sum(axis=-1, keepdims=True), 1))
    scale = np.exp2(np.where(np.abs(exponent) > FAR, exponent, 0.0))
    limits = np.finfo(np.float32)
    with np.errstate(over="ignore", under="ignore"):
        moved = np.where(np.isfinite(ivar) & (ivar > 0), np.clip(ivar * scale**2, limits.tiny, limits.max), ivar)
        return (flux / scale).astype(np.float32), moved.astype(np.float32)


def propagated_variance(
    function: Callable[[Float[Array, "*galaxy color"]], Float[Array, "*galaxy target"]], colors: ColorPosterior
) -> Float[Array, "*galaxy target"]:
    """Return the variance of a function of the colours to first order, by its exact derivatives.

    Parameters
    ----------
    function : callable
        From colours (..., 11) to targets (..., target).
    colors : ColorPosterior
        From `known_colors`.

    Returns
    -------
    (..., target) array
        Variances of the targets.
    """
    color = colors.color

    def along(direction: Float[Array, " color"]) -> Float[Array, "*galaxy target"]:
        return jax.jvp(function, (color,), (jnp.broadcast_to(direction, color.shape),))[1]

    slope = jax.vmap(along)(jnp.eye(color.shape[-1], dtype=color.dtype))
    return jnp.einsum("c...t,...cd,d...t->...t", slope, colors.covariance, slope)


def widened(
    low: Float[Array, "*galaxy target"],
    middle: Float[Array, "*galaxy target"],
    high: Float[Array, "*galaxy target"],
    variance: Float[Array, "*galaxy target"],
) -> tuple[Float[Array, "*galaxy target"], Float[Array, "*galaxy target"]]:
    """Return the bounds of an interval to which an independent variance is added, on each side of the median."""
    return middle - jnp.sqrt((middle - low) ** 2 + variance), middle + jnp.sqrt((high - middle) ** 2 + variance)


def complete_bins(params: Params, bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Float[Array, "*galaxy bin"]:
    """Fill missing bins with their expectation given the other bins.

    A spectrum that starts redder than 3550 Å at rest misses the first bin, one that ends bluer than 6850 Å the last,
    and one with a gap a bin between. The `domain` of such a galaxy is "edge" or "outside".

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0; NaN where missing.

    Returns
    -------
    (..., 12) array
        The given fluxes, with missing bins filled in; NaN stays where fewer than `FEWEST_BINS` are given.

    Raises
    ------
    ValueError
        If the weights carry no density of colours.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import complete_bins, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> bins[0] = np.nan  # the spectrum starts at 3800 Å
    >>> filled = complete_bins(load_params(), bins)
    >>> bool(0.8 * 1.1 < filled[0] < 1.2 * 1.1)  # the galaxy has 1.1
    True
    >>> bool(np.allclose(filled[1:], bins[1:]))
    True
    """
    flux = jnp.asarray(bin_flux)
    if isinstance(bin_flux, np.ndarray):
        posterior = known_colors(params, bin_flux, np.where(np.isfinite(bin_flux), np.inf, 0.0))
    else:
        posterior = known_colors(params, flux, jnp.where(jnp.isfinite(flux), jnp.inf, 0.0))
    return fill_bins(flux, posterior.color)


def fill_bins(
    bin_flux: Float[Array, "*galaxy bin"], color: Float[Array, "*galaxy color"]
) -> Float[Array, "*galaxy bin"]:
    """Fill missing bins as `complete_bins` does, from the colours that `known_colors` expects."""
    flux, present = bin_flux, jnp.isfinite(bin_flux)
    shape = jnp.concatenate([jnp.zeros_like(color[..., :1]), jnp.cumsum(color, axis=-1)], axis=-1)
    level = jnp.where(present, jnp.log10(jnp.where(present, flux, 1.0)) - shape, 0.0)
    level = level.sum(axis=-1, keepdims=True) / jnp.maximum(present.sum(axis=-1, keepdims=True), 1)
    return jnp.where(present, flux, 10.0 ** (shape + level))
