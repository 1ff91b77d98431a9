"""Training of one joint network directly on data. Needs optax (the `train` extra); prediction does not."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..networks.joint import JointNetwork, init_joint
from ..networks.layers import run_dense, run_trunk
from .loop import Checkpoints, Progress, Schedule, minimize

HUBER_WIDTH = 0.5
"""Residual, in standardised units, beyond which the loss is linear, not quadratic."""


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
        """Return its epochs, batch size, rates and seed."""
        return Schedule(self.epochs, self.batch, self.learning_rate, self.weight_decay, self.warm_up, self.seed)


def check_rows(features: Float[np.ndarray, "galaxy feature"], batch: int) -> None:
    """Check that a sample can be trained on.

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
            f"features[{row}, {column}] is {features[row, column]}; training needs finite inputs. Remove the row."
        )
    if len(features) < batch:
        raise ValueError(f"{len(features)} rows are fewer than one batch of {batch}. Give more galaxies.")


def pinball(residual: Array, level: Array | float) -> Array:
    """Return the pinball loss, whose expectation is least at the quantile of this level."""
    return jnp.maximum(level * residual, (level - 1) * residual)


def loss(
    network: JointNetwork, features: Float[Array, "galaxy feature"], targets: Float[Array, "galaxy target"]
) -> Float[Array, ""]:
    """Return the pseudo-Huber loss of the median plus the pinball losses of the interval; NaN targets do not count.

    The interval heads pass no gradient to the trunk, so that they cannot degrade the median.
    """
    present = jnp.isfinite(targets)
    standardised = jnp.where(present, (targets - network.target_mean) / network.target_std, 0.0)
    hidden = run_trunk(network.trunk, features)
    middle = run_dense(network.median, hidden)
    huber = HUBER_WIDTH**2 * (jnp.sqrt(1 + ((standardised - middle) / HUBER_WIDTH) ** 2) - 1)
    interval = interval_loss(network, hidden, middle, standardised)
    return jnp.where(present, huber + interval, 0.0).sum() / jnp.maximum(present.sum(), 1)


def interval_loss(
    network: JointNetwork,
    hidden: Float[Array, "galaxy width"],
    middle: Float[Array, "galaxy target"],
    standardised: Float[Array, "galaxy target"],
) -> Float[Array, "galaxy target"]:
    """Return the pinball losses of the interval heads, which pass no gradient to the trunk and the median."""
    hidden, fixed = jax.lax.stop_gradient((hidden, middle))
    below = jax.nn.softplus(run_dense(network.below, hidden))
    above = jax.nn.softplus(run_dense(network.above, hidden))
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
        Values to predict; NaN where missing.
    recipe : Recipe
        Sizes, rates and seed. The same recipe and rows give the same network on one kind of machine.
    progress : callable, optional
        Called with the mean loss of each epoch.
    checkpoint : Checkpoints, optional
        Where an interrupted run resumes.

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
    network = init_joint(jax.random.key(recipe.seed), features, targets, recipe.width, recipe.blocks)
    return minimize(
        network,
        lambda network, rows, _: loss(network, x[rows], y[rows]),
        len(x),
        recipe.schedule(),
        progress,
        checkpoint,
    )
