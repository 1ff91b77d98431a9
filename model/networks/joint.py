"""One residual network for all targets, with heads for the median and the 16th and 84th percentiles."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .layers import Dense, run_trunk


class JointNetwork(NamedTuple):
    """One residual network for all targets, with heads for the median and the 16th and 84th percentiles.

    The interval heads give positive distances from the median, in units of the standardised target, so that the
    percentiles never cross.
    """

    feature_mean: Float[Array | np.ndarray, " feature"]
    feature_std: Float[Array | np.ndarray, " feature"]
    target_mean: Float[Array | np.ndarray, " target"]
    target_std: Float[Array | np.ndarray, " target"]
    entry: Dense
    blocks: tuple[Dense, ...]
    median: Dense
    below: Dense
    above: Dense


class Quantiles(NamedTuple):
    """Median and percentiles of a joint network's targets."""

    median: Float[Array, "*galaxy target"]
    p16: Float[Array, "*galaxy target"]
    p84: Float[Array, "*galaxy target"]


def standardized_quantiles(network: JointNetwork, features: Float[Array, "*galaxy feature"]) -> Quantiles:
    """Median and 16th, 84th percentile of each target, in units of the targets' deviations from their means."""
    heads = (network.median, network.below, network.above)  # multiplied as one: three narrow products take longer
    weight = jnp.concatenate([head.weight for head in heads], axis=-1)
    bias = jnp.concatenate([head.bias for head in heads], axis=-1)
    middle, below, above = jnp.split(run_trunk(network, features) @ weight + bias, 3, axis=-1)
    return Quantiles(middle, middle - jax.nn.softplus(below), middle + jax.nn.softplus(above))


def quantiles(network: JointNetwork, features: Float[Array, "*galaxy feature"]) -> Quantiles:
    """Median and 16th, 84th percentile of each target, in the targets' own units."""
    standardized = standardized_quantiles(network, features)
    return Quantiles(*(value * network.target_std + network.target_mean for value in standardized))
