"""Training of one joint network straight from data. Needs optax (the `train` extra); prediction does not."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ..distribution.chain import init_dense
from ..networks.joint import JointNetwork
from ..networks.layers import Dense, run_trunk
from .optimization import Checkpoints, Progress, Schedule, minimize

HUBER_WIDTH = 0.5
"""Residual, in standardised units, beyond which an outlier counts linearly and no longer squared."""


class Recipe(NamedTuple):
    """Choices of a training run; recorded in the weights' sidecar."""

    width: int = 192
    blocks: int = 2
    epochs: int = 30
    batch: int = 1024
    learning_rate: float = 2e-3
    weight_decay: float = 0.1
    warm_up: float = 0.05
    seed: int = 0

    def schedule(self) -> Schedule:
        """Give the part of it that says how long and how fast to train."""
        return Schedule(self.epochs, self.batch, self.learning_rate, self.weight_decay, self.warm_up, self.seed)


def init_network(
    key: PRNGKeyArray,
    features: Float[np.ndarray, "galaxy feature"],
    targets: Float[np.ndarray, "galaxy target"],
    width: int,
    blocks: int,
) -> JointNetwork:
    """Make an untrained network that standardises with these rows' means and deviations (NaN targets left out)."""
    keys = jax.random.split(key, blocks + 4)

    def head(key: PRNGKeyArray) -> Dense:
        start = init_dense(key, width, targets.shape[1])
        return start._replace(weight=0.1 * start.weight)

    return JointNetwork(
        feature_mean=jnp.asarray(features.mean(axis=0), jnp.float32),
        feature_std=jnp.asarray(features.std(axis=0), jnp.float32),
        target_mean=jnp.asarray(np.nanmean(targets, axis=0), jnp.float32),
        target_std=jnp.asarray(np.nanstd(targets, axis=0), jnp.float32),
        entry=init_dense(keys[0], features.shape[1], width),
        blocks=tuple(init_dense(key, width, width) for key in keys[4:]),
        median=head(keys[1]),
        below=head(keys[2]),
        above=head(keys[3]),
    )


def check_rows(features: Float[np.ndarray, "galaxy feature"], batch: int) -> None:
    """Refuse a sample that cannot be trained on.

    Parameters
    ----------
    features : (galaxy, feature) array
        Inputs.
    batch : int
        Rows of a batch.

    Raises
    ------
    ValueError
        If a feature is not finite, or fewer rows are given than one batch holds.
    """
    if not np.isfinite(features).all():
        row, column = np.argwhere(~np.isfinite(features))[0]
        raise ValueError(
            f"Feature {column} of row {row} is {features[row, column]}; training needs finite inputs. Remove the row."
        )
    if len(features) < batch:
        raise ValueError(f"{len(features)} rows are fewer than one batch of {batch}. Give more galaxies.")


def pinball(residual: Array, level: Array | float) -> Array:
    """Loss whose minimum is the quantile at `level`."""
    return jnp.maximum(level * residual, (level - 1) * residual)


def loss(
    network: JointNetwork, features: Float[Array, "galaxy feature"], targets: Float[Array, "galaxy target"]
) -> Float[Array, ""]:
    """Pseudo-Huber loss of the centre plus pinball losses of the interval; missing targets (NaN) do not count.

    The interval heads read the trunk without passing gradients to it, so they cannot cost the centre anything.
    """
    present = jnp.isfinite(targets)
    standardised = jnp.where(present, (targets - network.target_mean) / network.target_std, 0.0)
    hidden = run_trunk(network, features)
    middle = hidden @ network.median.weight + network.median.bias
    huber = HUBER_WIDTH**2 * (jnp.sqrt(1 + ((standardised - middle) / HUBER_WIDTH) ** 2) - 1)
    interval = interval_loss(network, hidden, middle, standardised)
    return jnp.where(present, huber + interval, 0.0).sum() / jnp.maximum(present.sum(), 1)


def interval_loss(
    network: JointNetwork,
    hidden: Float[Array, "galaxy width"],
    middle: Float[Array, "galaxy target"],
    standardised: Float[Array, "galaxy target"],
) -> Float[Array, "galaxy target"]:
    """Pinball losses of the interval heads, which pass no gradient to the trunk and the centre."""
    hidden, fixed = jax.lax.stop_gradient((hidden, middle))
    below = jax.nn.softplus(hidden @ network.below.weight + network.below.bias)
    above = jax.nn.softplus(hidden @ network.above.weight + network.above.bias)
    return pinball(standardised - (fixed - below), 0.16) + pinball(standardised - (fixed + above), 0.84)


def fit(
    features: Float[np.ndarray, "galaxy feature"],
    targets: Float[np.ndarray, "galaxy target"],
    recipe: Recipe = Recipe(),  # noqa: B008 - immutable
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> JointNetwork:
    """Train a joint network.

    Parameters
    ----------
    features : (galaxy, feature) array
        Finite inputs.
    targets : (galaxy, target) array
        What to predict; NaN where it is not known.
    recipe : Recipe
        Sizes, rates and seed. The same recipe and rows give the same network on one kind of machine.
    progress : callable, optional
        Called with the mean loss of each epoch.
    checkpoint : Checkpoints, optional
        Where an interrupted run goes on.

    Returns
    -------
    JointNetwork
        The trained network, float32 numpy arrays.

    Raises
    ------
    ValueError
        If a feature is not finite, or fewer rows are given than one batch holds.
    """
    check_rows(features, recipe.batch)
    x, y = jnp.asarray(features, jnp.float32), jnp.asarray(targets, jnp.float32)
    network = init_network(jax.random.key(recipe.seed), features, targets, recipe.width, recipe.blocks)
    return minimize(
        network,
        lambda network, rows, _: loss(network, x[rows], y[rows]),
        len(x),
        recipe.schedule(),
        progress,
        checkpoint,
    )
