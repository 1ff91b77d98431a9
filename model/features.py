"""Input features of the networks: eleven colours of the continuum, or the colours and the luminosity."""

from collections.abc import Sequence
from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .bins import N_BINS

VARIANTS: Final = ("colors", "luminosity", "redshift")
"""Variants of the networks, each with one more input than the one before: colours, luminosity, redshift."""


def colors(bin_flux: Float[Array | np.ndarray, "*galaxy bin"], n_bins: int = N_BINS) -> Float[Array, "*galaxy color"]:
    """Return the colours of neighbouring bins, -log10(F_i / F_i+1); scaling the flux does not change them.

    Parameters
    ----------
    bin_flux : (..., 12) array
        Mean continuum per bin, any unit, > 0; a value that is not positive gives NaN or an infinite colour.
    n_bins : int
        Number of bins that are expected.

    Returns
    -------
    (..., 11) array
        Colours [dex], larger is redder.

    Raises
    ------
    ValueError
        If the last axis has not twelve bins.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import colors
    >>> colors(np.array([1.0, *np.full(11, 10.0)])).tolist()  # [dex]
    [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    flux = jnp.asarray(bin_flux)
    check_bins(flux.shape, n_bins)
    log_flux = jnp.log10(flux if jnp.issubdtype(flux.dtype, jnp.floating) else flux.astype(jnp.float32))
    return log_flux[..., 1:] - log_flux[..., :-1]


def check_bins(shape: tuple[int, ...], n_bins: int = N_BINS) -> None:
    """Raise ValueError if the last axis of fluxes is not that of the bins."""
    if shape[-1:] != (n_bins,):
        turned = " Transpose it." if len(shape) == 2 and shape[0] == n_bins else ""
        raise ValueError(f"The fluxes have the shape {shape}; the last axis needs the {n_bins} bins.{turned}")


def variant_features(
    color: Float[Array | np.ndarray, "*galaxy color"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    variants: tuple[str, ...] = VARIANTS,
) -> tuple[str, Float[Array, "*galaxy feature"]]:
    """Return the richest variant that the inputs allow, and its features.

    Parameters
    ----------
    color : (..., 11) array
        From `colors`.
    log_luminosity : (...) array, optional
        See `log_luminosity`.
    redshift : (...) array, optional
        Redshift; it counts where a luminosity is given too.
    variants : tuple of str
        Variants to choose from.

    Returns
    -------
    variant : str
        One of `VARIANTS`.
    features : (..., 11, 12 or 13) array
        Colours, luminosity, redshift.
    """
    given, variant = [], VARIANTS[0]
    for name, value in zip(VARIANTS[1:], (log_luminosity, redshift), strict=True):
        if value is None or name not in variants:
            break
        given.append(value)
        variant = name
    return variant, with_columns(color, given)


def with_columns(
    color: Float[Array | np.ndarray, "*galaxy color"], given: Sequence[Float[Array | np.ndarray, "*galaxy"] | float]
) -> Float[Array, "*galaxy feature"]:
    """Return colours and further quantities, one column each, as features."""
    color = jnp.asarray(color)
    more = [jnp.broadcast_to(jnp.asarray(value, color.dtype), color.shape[:-1])[..., None] for value in given]
    return jnp.concatenate([color, *more], axis=-1)


def log_flux_shape(bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Float[Array, "*galaxy bin"]:
    """Return the natural logarithm of the fluxes over their mean, the space in which the map is fitted.

    Parameters
    ----------
    bin_flux : (..., 12) array
        Mean continuum per bin, any unit, > 0.

    Returns
    -------
    (..., 12) array
        ln(F_i / mean F).
    """
    flux = jnp.asarray(bin_flux)
    return jnp.log(flux / flux.mean(axis=-1, keepdims=True))
