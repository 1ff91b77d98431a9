"""Wider intervals for galaxies of rare colours, of which the networks know less than their intervals say."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .colors import LOG_TWO_PI, ColorMixture

LARGEST: Final = 4.0
"""Limit of the factor by which an interval widens."""


class Widening(NamedTuple):
    """By how much the intervals of the predicted lines widen where colours are rare.

    Attributes
    ----------
    start : () array
        Natural logarithm of the density of colours below which intervals widen.
    slope : (line,) array
        Increase of the interval's relative width per unit of log density below it.
    """

    start: Float[Array | np.ndarray, ""]
    slope: Float[Array | np.ndarray, " line"]


def log_density(mixture: ColorMixture, color: Float[Array, "*galaxy color"]) -> Float[Array, "*galaxy"]:
    """Return the natural logarithm of the density of eleven known colours [dex^-11]."""
    whitening = jnp.asarray(mixture.whitening)
    white = jnp.einsum("...kc,kcd->...kd", color[..., None, :] - mixture.center, whitening, precision="highest")
    diagonal = jnp.diagonal(whitening, axis1=-2, axis2=-1)
    log_scale = jnp.log(jnp.abs(diagonal)).sum(axis=-1) - color.shape[-1] * LOG_TWO_PI / 2
    return jax.nn.logsumexp(mixture.log_weight + log_scale - (white**2).sum(axis=-1) / 2, axis=-1)


def width_factor(
    widening: Widening, mixture: ColorMixture, color: Float[Array, "*galaxy color"]
) -> Float[Array, "*galaxy line"]:
    """Return the factor by which the interval of each line widens: 1 for common colours, at most `LARGEST`."""
    rarity = jnp.maximum(widening.start - log_density(mixture, color), 0.0)
    return jnp.minimum(1 + rarity[..., None] * jnp.asarray(widening.slope), LARGEST)
