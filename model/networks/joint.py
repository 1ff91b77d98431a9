"""One residual network for all targets, with heads for the median and the 16th and 84th percentiles."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from .layers import Dense, Trunk, init_dense, init_trunk, run_trunk


class JointNetwork(NamedTuple):
    """One residual network for all targets, with heads for the median and the 16th and 84th percentiles.

    The interval heads give positive distances from the median, in units of the standardised target, so that the
    percentiles cannot cross.
    """

    trunk: Trunk
    target_mean: Float[Array | np.ndarray, " target"]
    target_std: Float[Array | np.ndarray, " target"]
    median: Dense
    below: Dense
    above: Dense


class Quantiles(NamedTuple):
    """Median and percentiles of a joint network's targets."""

    median: Float[Array, "*galaxy target"]
    p16: Float[Array, "*galaxy target"]
    p84: Float[Array, "*galaxy target"]


def standardized_quantiles(network: JointNetwork, features: Float[Array, "*galaxy feature"]) -> Quantiles:
    """Return median, 16th and 84th percentile of each target, standardised by the targets' means and deviations."""
    heads = (network.median, network.below, network.above)  # one product is faster than three narrow ones
    weight = jnp.concatenate([head.weight for head in heads], axis=-1)
    bias = jnp.concatenate([head.bias for head in heads], axis=-1)
    middle, below, above = jnp.split(run_trunk(network.trunk, features) @ weight + bias, 3, axis=-1)
    return Quantiles(middle, middle - jax.nn.softplus(below), middle + jax.nn.softplus(above))


def quantiles(network: JointNetwork, features: Float[Array, "*galaxy feature"]) -> Quantiles:
    """Return median, 16th and 84th percentile of each target, in the targets' own units."""
    standardized = standardized_quantiles(network, features)
    return Quantiles(*(value * network.target_std + network.target_mean for value in standardized))


def init_joint(
    key: PRNGKeyArray,
    features: Float[np.ndarray, "galaxy feature"],
    targets: Float[np.ndarray, "galaxy target"],
    width: int,
    blocks: int,
) -> JointNetwork:
    """Make an untrained network that standardises with the means and deviations of these rows, ignoring NaN targets."""
    entry, median, below, above, *inner = jax.random.split(key, blocks + 4)
    return JointNetwork(
        init_trunk(entry, inner, features, width),
        jnp.asarray(np.nanmean(targets, axis=0), jnp.float32),
        jnp.asarray(np.nanstd(targets, axis=0), jnp.float32),
        *(init_dense(head, width, targets.shape[1], gain=0.1) for head in (median, below, above)),
    )
