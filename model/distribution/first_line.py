"""The error and the listing of the first line of the chain where its noise-free equivalent width is known."""

from collections.abc import Callable
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..networks.layers import run_trunk
from .catalogued import CONTEXT
from .chain import Chain, FirstLine, run_head
from .gaussian_mixture import Mixture, draw, log_density, mixture
from .latent import N_FREE, to_unit
from .scales import Scales

CANDIDATES: Final = 16
"""Errors from which that of a known line is chosen."""


NUMBERS: Final = 2 * CANDIDATES + 1
"""Random numbers that a known line takes."""


def known_first(
    uniforms: Float[Array, "*galaxy number"],
    chain: Chain,
    scales: Scales,
    features: Float[Array | np.ndarray, "*galaxy feature"],
    known_ew: Float[Array, "*galaxy"],
    listed: Callable[[Array], tuple[Array, Array]],
) -> FirstLine:
    """Draw the error of the first line of a noise-free equivalent width that is known.

    Strong lines have other errors than weak ones. Of `CANDIDATES` errors, one is chosen by the density that the chain
    gives the listed equivalent width with it.

    Parameters
    ----------
    uniforms : (..., NUMBERS) array
        Uniform random numbers in (0, 1).
    chain, scales, features
        See `draw_catalogued`.
    known_ew : (...) array
        The noise-free equivalent width [Å].
    listed : function
        Of errors [Å] (..., candidate), returns whether the line is listed and its listed equivalent width [Å].

    Returns
    -------
    FirstLine
        Arrays (...).
    """
    hidden = run_trunk(chain.trunk, jnp.asarray(features))
    flat = jnp.zeros((*hidden.shape[:-1], CONTEXT), hidden.dtype)
    units, limits = scales.units[0, :, 0], scales.limits[0, :, 0]
    errors = mixture(run_head(chain.heads[0], 0, hidden, flat)[..., 1:])
    pairs = uniforms[..., :-1].reshape(*uniforms.shape[:-1], CANDIDATES, 2)
    error = draw(pairs, Mixture(*(part[..., None, :] for part in errors)))
    error = jnp.clip(error, limits[0, 0], limits[0, 1]).astype(hidden.dtype)
    log_error = error * units[0, 1] + units[0, 0]
    detected, ew = listed(10**log_error)
    log_ew = jnp.log10(jnp.where(detected, ew, 1.0))
    wide = [jnp.broadcast_to(part[..., None, :], (*error.shape, part.shape[-1])) for part in (hidden, flat)]
    strength = mixture(run_head(chain.heads[1], 0, wide[0], jnp.concatenate([wide[1], error[..., None]], axis=-1)))
    unit = jnp.clip((log_ew - units[1, 0]) / units[1, 1], limits[1, 0], limits[1, 1])
    weight = jax.nn.softmax(jnp.where(detected, log_density(strength, unit), 0.0), axis=-1)
    chosen = (jnp.cumsum(weight, axis=-1) < uniforms[..., -1:]).sum(axis=-1)
    chosen = jnp.minimum(chosen, CANDIDATES - 1)[..., None]

    def pick(values: Array) -> Array:
        return jnp.take_along_axis(values, chosen, axis=-1)[..., 0]

    given = jnp.ones(known_ew.shape, bool)
    return FirstLine(
        given, pick(detected), jnp.stack([pick(log_error), pick(log_ew)], axis=-1), _first_unit(scales, known_ew)
    )


def no_first(rows: tuple[int, ...]) -> FirstLine:
    """Return the first lines of galaxies of which none is known."""
    return FirstLine(
        np.zeros(rows, bool), np.zeros(rows, bool), np.zeros((*rows, 2), np.float32), np.zeros(rows, np.float32)
    )


def _first_unit(scales: Scales, ew: Float[Array, "*galaxy"]) -> Float[Array, "*galaxy"]:
    alone = jnp.zeros((*ew.shape, N_FREE), ew.dtype).at[..., 0].set(ew)
    return to_unit(scales, alone)[..., 0]
