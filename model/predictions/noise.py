"""Measurement noise on predicted equivalent widths."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

MIN_IVAR: Final = 1e-6
"""Smaller inverse variances [1/Å²] (the catalogue reaches 1e-19) mean no measurement: they give NaN."""


def row_key(seed: int | Array, bin_flux: Float[Array, " bin"]) -> Array:
    """Random key made of the seed and the row's own numbers, so that neither order nor ids change a draw."""
    bits = jax.lax.bitcast_convert_type(bin_flux.astype(jnp.float32), jnp.uint32)
    key, _ = jax.lax.scan(lambda key, word: (jax.random.fold_in(key, word), None), jax.random.key(seed), bits)
    return key


@jax.jit
def _draw(seed: Array, bin_flux: Float[Array, "galaxy bin"]) -> Float[Array, "galaxy 10"]:
    return jax.vmap(lambda flux: jax.random.normal(row_key(seed, flux), (10,), jnp.float32))(bin_flux)


def published_noise(
    seed: int,
    bin_flux: Float[Array | np.ndarray, "galaxy bin"],
    ew: Float[Array | np.ndarray, "galaxy line"],
    ew_ivar: Float[Array | np.ndarray, "galaxy line"],
) -> Float[Array, "galaxy line"]:
    """Add Gaussian measurement noise at each galaxy's own inverse variance, as in the published figure.

    A galaxy's own ivar knows its EW, so this shows more agreement than a prediction can have. Values <= 0 are kept:
    they stand for "not detected".

    Parameters
    ----------
    seed : int
        Number of the realisation.
    bin_flux : (galaxy, 12) array
        The rows' fluxes; with `seed` they fix the draw of a row whatever its place in the table.
    ew : (galaxy, 10) array
        Predicted equivalent widths [Å].
    ew_ivar : (galaxy, 10) array
        Inverse variances of the observed ones [1/Å²].

    Returns
    -------
    (galaxy, 10) array
        EW + N(0, 1/sqrt(ivar)) [Å]; NaN where the inverse variance is missing or below `MIN_IVAR`.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.
    """
    ivar = jnp.asarray(ew_ivar)
    sigma = 1 / jnp.sqrt(jnp.where(ivar >= MIN_IVAR, ivar, jnp.nan))
    return jnp.asarray(ew) + sigma * _draw(jnp.uint32(seed), jnp.asarray(bin_flux))
