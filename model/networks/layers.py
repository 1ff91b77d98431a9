"""The affine layer that every network is made of, and the residual trunk that the networks share."""

from collections.abc import Iterable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray


class Dense(NamedTuple):
    """An affine layer, or one per line where the arrays have a leading line axis."""

    weight: Float[Array | np.ndarray, "*line input output"]
    bias: Float[Array | np.ndarray, "*line output"]


class Trunk(NamedTuple):
    """Standardisation of the features and the residual layers that all heads of a network read.

    Attributes
    ----------
    feature_mean, feature_std : (feature,) array
        Mean and standard deviation of each feature in the training sample.
    entry : Dense
        First layer.
    blocks : tuple of Dense
        Residual layers.
    """

    feature_mean: Float[Array | np.ndarray, " feature"]
    feature_std: Float[Array | np.ndarray, " feature"]
    entry: Dense
    blocks: tuple[Dense, ...]


def run_dense(layer: Dense, hidden: Float[Array, "*galaxy input"]) -> Float[Array, "*galaxy output"]:
    """Apply an affine layer."""
    return hidden @ layer.weight + layer.bias


def run_trunk(trunk: Trunk, features: Float[Array, "*galaxy feature"]) -> Float[Array, "*galaxy width"]:
    """Standardise the features and apply the residual SiLU layers."""
    hidden = jax.nn.silu(run_dense(trunk.entry, (features - trunk.feature_mean) / trunk.feature_std))
    for block in trunk.blocks:
        hidden = hidden + jax.nn.silu(run_dense(block, hidden))
    return hidden


def init_dense(key: PRNGKeyArray, n_in: int, n_out: int, gain: float = 1.0) -> Dense:
    """Make an untrained affine layer: weights of variance gain² / n_in, biases of zero."""
    weight = jax.random.normal(key, (n_in, n_out), jnp.float32) / np.sqrt(n_in)
    return Dense(weight if gain == 1 else gain * weight, jnp.zeros(n_out, jnp.float32))


def init_trunk(
    entry: PRNGKeyArray, blocks: Iterable[PRNGKeyArray], features: Float[np.ndarray, "galaxy feature"], width: int
) -> Trunk:
    """Make an untrained trunk that standardises with the means and deviations of these rows, with one block per key."""
    return Trunk(
        jnp.asarray(features.mean(axis=0), jnp.float32),
        jnp.asarray(features.std(axis=0), jnp.float32),
        init_dense(entry, features.shape[1], width),
        tuple(init_dense(key, width, width) for key in blocks),
    )
