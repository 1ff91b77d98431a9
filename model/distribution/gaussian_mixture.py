"""One-dimensional mixtures of Gaussians, truncated from below: density and draws."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import log_ndtr, logsumexp, ndtr, ndtri
from jaxtyping import Array, Float

COMPONENTS: Final = 4
"""Gaussians per mixture."""
RAW: Final = 3 * COMPONENTS
"""Raw network outputs per mixture."""
MIN_SCALE: Final = 0.02
"""Smallest scale of a component, in the unit of the mixture; it keeps the likelihood of repeated values finite."""
NO_FLOOR: Final = -1e3
"""A floor that truncates nothing."""

_LOG_SQRT_2PI: Final = 0.9189385


class Mixture(NamedTuple):
    """Log weights, means and scales of the components (last axis)."""

    log_weight: Float[Array, "*shape component"]
    mean: Float[Array, "*shape component"]
    scale: Float[Array, "*shape component"]


def mixture(raw: Float[Array, "*shape raw"]) -> Mixture:
    """Turn a network's raw parameters into a mixture; zeros give components spread over about [-1.5, 1.5]."""
    logits, mean, scale = jnp.split(raw, 3, axis=-1)
    start = jnp.linspace(-1.0, 1.0, logits.shape[-1])
    return Mixture(jax.nn.log_softmax(logits), mean + start, MIN_SCALE + jax.nn.softplus(scale))


def log_density(
    parts: Mixture, value: Float[Array, "*shape"], floor: Float[Array, "*shape"] | float = NO_FLOOR
) -> Float[Array, "*shape"]:
    """Return the log density of the mixture, truncated below `floor`, at `value`."""
    z = (value[..., None] - parts.mean) / parts.scale
    log_untruncated = logsumexp(parts.log_weight - jnp.log(parts.scale) - 0.5 * z**2 - _LOG_SQRT_2PI, axis=-1)
    return log_untruncated - log_mass_above(parts, floor)


def log_mass_above(parts: Mixture, floor: Float[Array, "*shape"] | float) -> Float[Array, "*shape"]:
    """Return the log probability of the mixture above `floor`."""
    edge = (parts.mean - jnp.asarray(floor)[..., None]) / parts.scale
    return logsumexp(parts.log_weight + log_ndtr(edge), axis=-1)


def draw(
    uniform: Float[Array, "*shape two"], parts: Mixture, floor: Float[Array, "*shape"] | None = None
) -> Float[Array, "*shape"]:
    """Turn two uniform numbers in (0, 1) into a value of each mixture, above `floor`.

    The caller draws the uniform numbers of a galaxy in one call, because many small calls of the generator take seconds
    to compile.
    """
    weight = jnp.exp(parts.log_weight)
    if floor is not None:
        weight = weight * ndtr((parts.mean - floor[..., None]) / parts.scale)
    bounds = jnp.cumsum(weight, axis=-1)
    chosen = (uniform[..., :1] * bounds[..., -1:] > bounds[..., :-1]).sum(axis=-1)
    picked = jax.nn.one_hot(chosen, weight.shape[-1], dtype=weight.dtype)
    mean, scale = ((part * picked).sum(axis=-1) for part in (parts.mean, parts.scale))
    if floor is None:
        return mean - scale * ndtri(uniform[..., 1])
    # Inverting the survival function stays accurate in the upper tail, far above the mean.
    survival = uniform[..., 1] * jnp.maximum(ndtr((mean - floor) / scale), 1e-30)
    return jnp.maximum(mean - scale * ndtri(survival), floor)
