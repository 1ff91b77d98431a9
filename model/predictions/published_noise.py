"""Measurement noise on predicted equivalent widths."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt32

from ..lines import LINES
from ..numerics.random_numbers import key_words, normals, row_words

MIN_IVAR: Final = 1e-6
"""Smaller inverse variances [1/Å²] (the catalogue reaches 1e-19) mean no measurement and give NaN."""


@jax.jit
def _draw(seed: UInt32[Array, " 2"], bin_flux: Float[Array, "galaxy bin"]) -> Float[Array, "galaxy line"]:
    return normals(row_words(seed, bin_flux), len(LINES), stream=2)


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

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import load_params, predict_many, published_noise
    >>> bins = np.random.default_rng(1).uniform(1.0, 2.0, (5000, 12))
    >>> ew = predict_many(load_params(), bins).ew
    >>> noisy = published_noise(7, bins, ew, np.full(ew.shape, 4.0))  # inverse variance [1/Å²]
    >>> f"{np.std(noisy - ew):.1f} Å"
    '0.5 Å'
    """
    ivar = jnp.asarray(ew_ivar)
    sigma = 1 / jnp.sqrt(jnp.where(ivar >= MIN_IVAR, ivar, jnp.nan))
    return jnp.asarray(ew) + sigma * _draw(key_words(seed), jnp.asarray(bin_flux))
