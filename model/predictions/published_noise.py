"""Measurement noise on predicted equivalent widths."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..lines import LINES

MIN_IVAR: Final = 1e-6
"""Smaller inverse variances [1/Å²] (the catalogue reaches 1e-19) mean no measurement and give NaN."""


def row_key(seed: int | Array, bin_flux: Float[Array, " bin"]) -> Array:
    """Return a random key made of the seed and the row's fluxes, so that neither order nor ids change a draw."""
    bits = jax.lax.bitcast_convert_type(bin_flux.astype(jnp.float32), jnp.uint32)
    key, _ = jax.lax.scan(lambda key, word: (jax.random.fold_in(key, word), None), jax.random.key(seed), bits)
    return key


@jax.jit
def _draw(seed: Array, bin_flux: Float[Array, "galaxy bin"]) -> Float[Array, "galaxy line"]:
    return jax.vmap(lambda flux: jax.random.normal(row_key(seed, flux), (len(LINES),), jnp.float32))(bin_flux)


def published_noise(
    seed: int,
    bin_flux: Float[Array | np.ndarray, "galaxy bin"],
    ew: Float[Array | np.ndarray, "galaxy line"],
    ew_ivar: Float[Array | np.ndarray, "galaxy line"],
) -> Float[Array, "galaxy line"]:
    """Add Gaussian measurement noise at each galaxy's own inverse variance, as in the published figure.

    A galaxy's inverse variance depends on its observed EW, so that the result agrees better with the observation than a
    prediction can. Values <= 0 are kept; they mean "not detected".

    Parameters
    ----------
    seed : int
        Number of the realisation.
    bin_flux : (galaxy, 12) array
        Bin fluxes of the rows; with `seed` they determine the draw of a row, whatever its position in the table.
    ew : (galaxy, line) array
        Predicted equivalent widths [Å].
    ew_ivar : (galaxy, line) array
        Inverse variances of the observed equivalent widths [1/Å²].

    Returns
    -------
    (galaxy, line) array
        EW + N(0, 1/sqrt(ivar)) [Å]; NaN where the inverse variance is missing or below `MIN_IVAR`.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.
    """
    ivar = jnp.asarray(ew_ivar)
    sigma = 1 / jnp.sqrt(jnp.where(ivar >= MIN_IVAR, ivar, jnp.nan))
    return jnp.asarray(ew) + sigma * _draw(jnp.uint32(seed), jnp.asarray(bin_flux))
