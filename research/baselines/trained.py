"""Two networks trained for comparison: the published recipe, and a plain joint network."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Layers = list[tuple[Array, Array]]

HUBER_WIDTH: Final = 0.5
CHUNK: Final = 4096
"""Galaxies predicted at a time."""


class Recipe(NamedTuple):
    """Choices of a training run."""

    epochs: int
    batch: int
    learning_rate: float
    sizes: tuple[int, ...]
    seed: int = 0


PUBLISHED_RECIPE: Final = Recipe(epochs=30, batch=1024, learning_rate=3e-3, sizes=(64, 128, 64))
"""The published layers, loss and optimiser. Epochs, batch and rate are not public; these score best here."""
JOINT_RECIPE: Final = Recipe(epochs=40, batch=1024, learning_rate=2e-3, sizes=(192, 192, 192, 192))


class Network(NamedTuple):
    """A trained comparator: standardisation and layers; targets are arcsinh EW."""

    feature_mean: Array
    feature_std: Array
    target_mean: Array
    target_std: Array
    layers: Layers


def per_line(network: Network, features: Float[Array, "galaxy feature"]) -> Float[Array, "galaxy line"]:
    """Run ten independent networks with SELU layers; weights have a leading line axis."""
    hidden = ((features - network.feature_mean) / network.feature_std)[None]
    for weight, bias in network.layers[:-1]:
        hidden = jax.nn.selu(hidden @ weight + bias[:, None])
    weight, bias = network.layers[-1]
    return (hidden @ weight + bias[:, None])[..., 0].T * network.target_std + network.target_mean


def joint(network: Network, features: Float[Array, "galaxy feature"]) -> Float[Array, "galaxy line"]:
    """Run one residual network with SiLU layers for all lines."""
    hidden = (features - network.feature_mean) / network.feature_std
    for index, (weight, bias) in enumerate(network.layers[:-1]):
        step = jax.nn.silu(hidden @ weight + bias)
        hidden = step if index == 0 else hidden + step
    weight, bias = network.layers[-1]
    return (hidden @ weight + bias) * network.target_std + network.target_mean


def fit_per_line(
    features: Float[np.ndarray, "galaxy feature"],
    ew: Float[np.ndarray, "galaxy line"],
    recipe: Recipe = PUBLISHED_RECIPE,
    progress: Callable[[int], None] = lambda _: None,
) -> Network:
    """Train the published recipe: a small network per line, squared error of arcsinh EW, Adam.

    Every listed EW weighs the same: weighted by inverse variance, the same networks rank galaxies worse.

    Parameters
    ----------
    features : (galaxy, feature) array
        Colours, or colours and luminosity.
    ew : (galaxy, 10) array
        Observed equivalent widths [Å]; NaN where there is none.
    recipe : Recipe
        Sizes, rates, seed.
    progress : callable
        Told after each epoch.

    Returns
    -------
    Network
        For `per_line`.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.
    """
    import optax

    n_lines = ew.shape[1]
    widths = (features.shape[1], *recipe.sizes, 1)
    keys = jax.random.split(jax.random.key(recipe.seed), len(widths) - 1)
    layers = [
        (jax.random.normal(key, (n_lines, n_in, n_out)) / n_in**0.5, jnp.zeros((n_lines, n_out)))
        for key, n_in, n_out in zip(keys, widths[:-1], widths[1:], strict=True)
    ]
    network = _scaled(features, np.zeros((2, n_lines)), layers)

    def loss(guess: Array, target: Array, present: Array) -> Array:
        return (present * (guess - target) ** 2).sum() / len(target)

    return _train(per_line, loss, network, features, ew, optax.adam, recipe, progress)


def fit_joint(
    features: Float[np.ndarray, "galaxy feature"],
    ew: Float[np.ndarray, "galaxy line"],
    recipe: Recipe = JOINT_RECIPE,
    progress: Callable[[int], None] = lambda _: None,
) -> Network:
    """Train a plain joint network: residual SiLU layers, pseudo-Huber loss of standardised arcsinh EW, AdamW.

    Parameters
    ----------
    features : (galaxy, feature) array
        Colours, or colours and luminosity.
    ew : (galaxy, 10) array
        Observed equivalent widths [Å]; NaN where there is none.
    recipe : Recipe
        Sizes, rates, seed.
    progress : callable
        Told after each epoch.

    Returns
    -------
    Network
        For `joint`.
    """
    import optax

    widths = (features.shape[1], *recipe.sizes, ew.shape[1])
    keys = jax.random.split(jax.random.key(recipe.seed), len(widths) - 1)
    layers = [
        (jax.random.normal(key, (n_in, n_out)) / n_in**0.5, jnp.zeros(n_out))
        for key, n_in, n_out in zip(keys, widths[:-1], widths[1:], strict=True)
    ]
    network = _scaled(features, np.arcsinh(ew), layers)
    spread = network.target_std

    def loss(guess: Array, target: Array, present: Array) -> Array:
        residual = (guess - target) / spread / HUBER_WIDTH
        return (present * (jnp.sqrt(1 + residual**2) - 1)).sum() / present.sum()

    return _train(joint, loss, network, features, ew, optax.adamw, recipe, progress)


def predictor(
    apply: Callable[[Network, Array], Array], network: Network
) -> Callable[[Float[np.ndarray, "galaxy feature"]], Float[np.ndarray, "galaxy line"]]:
    """Compile a trained network for batches of any size.

    Parameters
    ----------
    apply : callable
        `per_line` or `joint`.
    network : Network
        What it was trained into.

    Returns
    -------
    callable
        From features to equivalent widths [Å].
    """
    compiled = jax.jit(lambda features: jnp.sinh(apply(network, features)))

    def predict(features: Float[np.ndarray, "galaxy feature"]) -> Float[np.ndarray, "galaxy line"]:
        size = CHUNK if len(features) > 1 else 1
        parts = []
        for start in range(0, len(features), size):
            rows = features[start : start + size]
            whole = np.zeros((size, rows.shape[1]), np.float32)
            whole[: len(rows)] = rows
            parts.append(np.asarray(compiled(whole))[: len(rows)])
        return np.concatenate(parts)

    return predict


def _scaled(features: np.ndarray, targets: np.ndarray, layers: Layers) -> Network:
    std = np.nanstd(targets, axis=0)
    statistics = (features.mean(axis=0), features.std(axis=0), np.nanmean(targets, axis=0), np.where(std > 0, std, 1.0))
    return Network(*(jnp.asarray(each, jnp.float32) for each in statistics), layers=layers)


def _train(
    apply: Callable[..., Array],
    loss: Callable[..., Array],
    network: Network,
    features: np.ndarray,
    ew: np.ndarray,
    optimizer: Callable[..., Any],
    recipe: Recipe,
    progress: Callable[[int], None],
) -> Network:
    """Minimise a loss over shuffled batches, warm-up and cosine decay, one compiled scan per epoch."""
    import optax

    n_batches = len(features) // recipe.batch
    steps = recipe.epochs * n_batches
    rate = optax.warmup_cosine_decay_schedule(0.0, recipe.learning_rate, steps // 20, steps)
    method = optimizer(rate)
    x = jnp.asarray(features, jnp.float32)
    y = jnp.asarray(np.nan_to_num(np.arcsinh(ew)), jnp.float32)
    present = jnp.asarray(np.isfinite(ew), jnp.float32)

    def step(state: tuple[Layers, Any], rows: Array) -> tuple[tuple[Layers, Any], None]:
        layers, memory = state

        def cost(layers: Layers) -> Array:
            return loss(apply(network._replace(layers=layers), x[rows]), y[rows], present[rows])

        update, memory = method.update(jax.grad(cost)(layers), memory, layers)
        return (optax.apply_updates(layers, update), memory), None  # pyright: ignore[reportReturnType]

    @jax.jit
    def epoch(state: tuple[Layers, Any], key: Array) -> tuple[Layers, Any]:
        order = jax.random.permutation(key, len(x))[: n_batches * recipe.batch]
        return jax.lax.scan(step, state, order.reshape(n_batches, recipe.batch))[0]

    state = (network.layers, method.init(network.layers))
    key = jax.random.key(recipe.seed + 1)
    for number in range(recipe.epochs):
        state = jax.block_until_ready(epoch(state, jax.random.fold_in(key, number)))
        progress(number + 1)
    return network._replace(layers=state[0])
