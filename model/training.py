"""Training of a joint network. Needs optax (the `train` extra); prediction does not."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from .features import colors
from .network import Dense, JointNetwork, Params, trunk

HUBER_WIDTH = 0.5
"""Residual, in standardised arcsinh, beyond which an outlier counts linearly and no longer squared."""


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


def _dense(key: PRNGKeyArray, n_in: int, n_out: int, gain: float = 1.0) -> Dense:
    weight = gain * jax.random.normal(key, (n_in, n_out), jnp.float32) / np.sqrt(n_in)
    return Dense(weight, jnp.zeros(n_out, jnp.float32))


def init_network(
    key: PRNGKeyArray,
    features: Float[np.ndarray, "galaxy feature"],
    targets: Float[np.ndarray, "galaxy target"],
    recipe: Recipe,
) -> JointNetwork:
    """Make an untrained network that standardises with these rows' means and deviations (NaN targets left out)."""
    keys = jax.random.split(key, recipe.blocks + 4)
    n_targets = targets.shape[1]
    return JointNetwork(
        feature_mean=jnp.asarray(features.mean(axis=0), jnp.float32),
        feature_std=jnp.asarray(features.std(axis=0), jnp.float32),
        target_mean=jnp.asarray(np.nanmean(targets, axis=0), jnp.float32),
        target_std=jnp.asarray(np.nanstd(targets, axis=0), jnp.float32),
        entry=_dense(keys[0], features.shape[1], recipe.width),
        blocks=tuple(_dense(key, recipe.width, recipe.width) for key in keys[4:]),
        median=_dense(keys[1], recipe.width, n_targets, gain=0.1),
        below=_dense(keys[2], recipe.width, n_targets, gain=0.1),
        above=_dense(keys[3], recipe.width, n_targets, gain=0.1),
    )


def _pinball(residual: Array, level: float) -> Array:
    """Loss whose minimum is the quantile at `level`."""
    return jnp.maximum(level * residual, (level - 1) * residual)


def loss(
    network: JointNetwork, features: Float[Array, "galaxy feature"], targets: Float[Array, "galaxy target"]
) -> Float[Array, ""]:
    """Pseudo-Huber loss of the median plus pinball losses of the interval; missing targets (NaN) do not count.

    The interval heads read the trunk without passing gradients to it, so they cannot cost the median anything.
    """
    present = jnp.isfinite(targets)
    standardised = jnp.where(present, (targets - network.target_mean) / network.target_std, 0.0)
    hidden = trunk(network, features)
    middle = hidden @ network.median.weight + network.median.bias
    huber = HUBER_WIDTH**2 * (jnp.sqrt(1 + ((standardised - middle) / HUBER_WIDTH) ** 2) - 1)
    hidden, fixed = jax.lax.stop_gradient((hidden, middle))
    below = jax.nn.softplus(hidden @ network.below.weight + network.below.bias)
    above = jax.nn.softplus(hidden @ network.above.weight + network.above.bias)
    interval = _pinball(standardised - (fixed - below), 0.16) + _pinball(standardised - (fixed + above), 0.84)
    return jnp.where(present, huber + interval, 0.0).sum() / jnp.maximum(present.sum(), 1)


def fit(
    features: Float[np.ndarray, "galaxy feature"],
    targets: Float[np.ndarray, "galaxy target"],
    recipe: Recipe = Recipe(),  # noqa: B008 - immutable
    progress: Callable[[int, float], None] | None = None,
) -> JointNetwork:
    """Train a joint network: AdamW, warm-up and cosine decay, one compiled scan per epoch.

    Parameters
    ----------
    features : (galaxy, feature) array
        Finite inputs.
    targets : (galaxy, target) array
        What to predict; NaN where it is not known.
    recipe : Recipe
        Sizes, rates and seed. The same recipe and rows give the same network on one kind of machine.
    progress : callable, optional
        Called after each epoch with its number from 1 and its mean loss.

    Returns
    -------
    JointNetwork
        The trained network, float32 numpy arrays.

    Raises
    ------
    ValueError
        If a feature is not finite, or fewer rows are given than one batch holds.
    """
    import optax

    if not np.isfinite(features).all():
        row, column = np.argwhere(~np.isfinite(features))[0]
        raise ValueError(
            f"Feature {column} of row {row} is {features[row, column]}; training needs finite inputs. Remove the row."
        )
    if len(features) < recipe.batch:
        raise ValueError(f"{len(features)} rows are fewer than one batch of {recipe.batch}. Give more galaxies.")
    key_init, key_order = jax.random.split(jax.random.key(recipe.seed))
    network = init_network(key_init, features, targets, recipe)
    n_batches = len(features) // recipe.batch
    steps = recipe.epochs * n_batches
    schedule = optax.warmup_cosine_decay_schedule(0.0, recipe.learning_rate, int(recipe.warm_up * steps), steps)
    scalers = ("feature_mean", "feature_std", "target_mean", "target_std")
    trained = network._replace(**dict.fromkeys(scalers, False))
    trained = jax.tree.map(lambda leaf: leaf is not False, trained)
    optimizer = optax.masked(optax.adamw(schedule, weight_decay=recipe.weight_decay), trained)
    x, y = jnp.asarray(features, jnp.float32), jnp.asarray(targets, jnp.float32)

    def step(state: tuple, rows: Array) -> tuple:
        network, optimizer_state = state
        value, gradient = jax.value_and_grad(loss)(network, x[rows], y[rows])
        gradient = gradient._replace(**{name: jnp.zeros_like(getattr(gradient, name)) for name in scalers})
        update, optimizer_state = optimizer.update(gradient, optimizer_state, network)
        return (optax.apply_updates(network, update), optimizer_state), value

    @jax.jit
    def epoch(state: tuple, key: PRNGKeyArray) -> tuple:
        order = jax.random.permutation(key, len(x))[: n_batches * recipe.batch]
        state, values = jax.lax.scan(step, state, order.reshape(n_batches, recipe.batch))
        return state, values.mean()

    state = (network, optimizer.init(network))
    for number in range(1, recipe.epochs + 1):
        state, value = epoch(state, jax.random.fold_in(key_order, number))
        if progress is not None:
            progress(number, float(value))
    return jax.tree.map(np.asarray, state[0])


def fit_variants(
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"],
    ew: Float[np.ndarray, "galaxy line"],
    recipe: Recipe = Recipe(),  # noqa: B008 - immutable
    progress: Callable[[str, int, float], None] | None = None,
) -> Params:
    """Train both variants of the line network on arcsinh equivalent widths.

    Parameters
    ----------
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, > 0.
    log_luminosity : (galaxy,) array
        See `features.log_luminosity`.
    ew : (galaxy, 10) array
        Observed equivalent widths [Å]; NaN where there is none.
    recipe : Recipe
        Sizes, rates and seed.
    progress : callable, optional
        Called after each epoch with the variant, the epoch's number from 1 and its mean loss.

    Returns
    -------
    Params
        Without a map.
    """
    shape = np.asarray(colors(bin_flux))
    features = {"colors": shape, "luminosity": np.column_stack([shape, log_luminosity])}
    networks = {
        variant: fit(columns, np.arcsinh(ew), recipe, None if progress is None else partial(progress, variant))
        for variant, columns in features.items()
    }
    return Params(networks["colors"], networks["luminosity"], map=None)
