"""Two networks trained for comparison: the published recipe, and a plain joint network."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from model.networks.joint import JointNetwork
from model.networks.layers import Dense, init_dense, init_trunk, run_dense, run_trunk
from model.networks.per_line import PerLineNetwork, per_line_output
from model.training.loop import Progress, Schedule, minimize
from model.training.network import HUBER_WIDTH


class Recipe(NamedTuple):
    """Choices of a training run."""

    epochs: int
    batch: int
    learning_rate: float
    sizes: tuple[int, ...]
    seed: int = 0

    def schedule(self) -> Schedule:
        """Return epochs, batches and the seed of the shuffling."""
        return Schedule(self.epochs, self.batch, self.learning_rate, seed=self.seed + 1)

    def rate(self, rows: int):
        """Return the learning-rate schedule: a warm-up over a twentieth of the steps, then cosine decay."""
        import optax

        steps = self.schedule().steps(rows)
        return optax.warmup_cosine_decay_schedule(0.0, self.learning_rate, steps // 20, steps)


PUBLISHED_RECIPE: Final = Recipe(epochs=30, batch=1024, learning_rate=3e-3, sizes=(64, 128, 64))
"""The published layers, loss and optimiser. Epochs, batch and rate are not public; these gave the best scores."""
JOINT_RECIPE: Final = Recipe(epochs=40, batch=1024, learning_rate=2e-3, sizes=(192, 192, 192, 192))


def fit_per_line(
    features: Float[np.ndarray, "galaxy feature"],
    ew: Float[np.ndarray, "galaxy line"],
    recipe: Recipe = PUBLISHED_RECIPE,
    progress: Progress = None,
) -> PerLineNetwork:
    """Train the published recipe: a small network per line, squared error of arcsinh EW, Adam.

    Every detected EW has the same weight; with inverse variances as weights, the networks have a lower rho.

    Parameters
    ----------
    features : (galaxy, feature) array
        Colours, or colours and luminosity.
    ew : (galaxy, line) array
        Observed equivalent widths [Å]; NaN where missing.
    recipe : Recipe
        Sizes, rates, seed.
    progress : callable, optional
        Called with the mean loss of each epoch.

    Returns
    -------
    PerLineNetwork
        The trained networks, numpy arrays.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.
    """
    import optax

    n_lines, widths = ew.shape[1], (features.shape[1], *recipe.sizes, 1)
    keys = jax.random.split(jax.random.key(recipe.seed), len(widths) - 1)
    layers = tuple(
        Dense(jax.random.normal(key, (n_lines, n_in, n_out)) / n_in**0.5, jnp.zeros((n_lines, n_out)))
        for key, n_in, n_out in zip(keys, widths[:-1], widths[1:], strict=True)
    )
    mean, std = (jnp.asarray(np.tile(f(features, axis=0), (n_lines, 1)), jnp.float32) for f in (np.mean, np.std))
    x, y = jnp.asarray(features, jnp.float32), jnp.asarray(np.arcsinh(ew), jnp.float32)

    def loss(network: PerLineNetwork, rows: Array, _: Array) -> Array:
        residual = jnp.where(jnp.isfinite(y[rows]), per_line_output(network, x[rows]) - y[rows], 0.0)
        return (residual**2).sum() / len(rows)

    network = PerLineNetwork(mean, std, layers)
    return minimize(network, loss, len(x), recipe.schedule(), progress, optimizer=optax.adam(recipe.rate(len(x))))


def fit_joint(
    features: Float[np.ndarray, "galaxy feature"],
    ew: Float[np.ndarray, "galaxy line"],
    recipe: Recipe = JOINT_RECIPE,
    progress: Progress = None,
) -> JointNetwork:
    """Train a plain joint network: residual SiLU layers, pseudo-Huber loss of standardised arcsinh EW, AdamW.

    Parameters
    ----------
    features : (galaxy, feature) array
        Colours, or colours and luminosity.
    ew : (galaxy, line) array
        Observed equivalent widths [Å]; NaN where missing.
    recipe : Recipe
        Sizes, rates, seed.
    progress : callable, optional
        Called with the mean loss of each epoch.

    Returns
    -------
    JointNetwork
        The trained network, numpy arrays; its percentiles are NaN.
    """
    import optax

    width, targets = recipe.sizes[0], np.arcsinh(ew)
    entry, *blocks, head = jax.random.split(jax.random.key(recipe.seed), len(recipe.sizes) + 1)
    mean, std = (jnp.asarray(f(targets, axis=0), jnp.float32) for f in (np.nanmean, np.nanstd))
    none = Dense(jnp.zeros((width, ew.shape[1])), jnp.full(ew.shape[1], jnp.nan))
    network = JointNetwork(
        init_trunk(entry, blocks, features, width), mean, std, init_dense(head, width, ew.shape[1]), none, none
    )
    x, y = jnp.asarray(features, jnp.float32), (jnp.asarray(targets, jnp.float32) - mean) / std

    def loss(network: JointNetwork, rows: Array, _: Array) -> Array:
        present = jnp.isfinite(y[rows])
        middle = run_dense(network.median, run_trunk(network.trunk, x[rows]))
        residual = jnp.where(present, middle - y[rows], 0.0) / HUBER_WIDTH
        return (jnp.sqrt(1 + residual**2) - 1).sum() / present.sum()

    return minimize(network, loss, len(x), recipe.schedule(), progress, optimizer=optax.adamw(recipe.rate(len(x))))
