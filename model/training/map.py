"""Training of the network that places continua on the map. Needs optax; placing does not.

It learns the places that UMAP gave, and among those that UMAP would take as well the ones that keep neighbours: who is
near on the map should be near among the continua. UMAP itself pulls true neighbours together and says nothing of false
ones, which is what trustworthiness counts.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..networks.joint import JointNetwork
from ..networks.layers import Dense, run_trunk
from .network import Recipe, check_rows, init_network, interval_loss
from .optimization import Progress, minimize

FALSE_NEIGHBOURS: Final = 4.0
"""Weight of the neighbours' term."""
TOLERANCE: Final = 0.05
"""Distance to UMAP's place, in deviations of the map, beyond which it counts linearly and no longer squared."""
KERNEL_STEP: Final = 2
"""A galaxy of a batch has the kernel's width between it and its nearest one but this many."""
REFERENCES: Final = 2000
"""Galaxies among which the others' ranks are counted."""
RANKS: Final = (3, 300)
"""Between these, of so many, ranks follow a power of the distance."""


class Ranks(NamedTuple):
    """For each galaxy, the share of all others that are nearer than a distance: exp(offset) times a power of it."""

    offset: Float[Array | np.ndarray, " galaxy"]
    power: Float[Array | np.ndarray, " galaxy"]


def fit_places(
    shape: Float[np.ndarray, "galaxy bin"],
    space: Float[np.ndarray, "galaxy axis"],
    position: Float[np.ndarray, "galaxy 2"],
    recipe: Recipe,
    progress: Progress = None,
) -> JointNetwork:
    """Train the network.

    Parameters
    ----------
    shape : (galaxy, 12) array
        ln(F_i / mean F), the network's input.
    space : (galaxy, axis) array
        Where neighbours are counted.
    position : (galaxy, 2) array
        UMAP's places.
    recipe : Recipe
        Sizes, rates and seed.
    progress : callable, optional
        Called with the mean loss of each epoch.

    Returns
    -------
    JointNetwork
        Places, and the 16-84 % range of UMAP's about them.

    Raises
    ------
    ValueError
        If an input is not finite, or fewer rows are given than one batch holds.
    """
    check_rows(shape, recipe.batch)
    widened = _with_differences(shape.shape[1])
    features = (shape @ widened).astype(np.float32)
    x, places, s = (jnp.asarray(array, jnp.float32) for array in (features, position, space))
    ranks = Ranks(*(jnp.asarray(column) for column in count_ranks(space, recipe.seed)))

    def loss(network: JointNetwork, rows: Array, _: Array) -> Array:
        hidden = run_trunk(network, x[rows])
        middle = hidden @ network.median.weight + network.median.bias
        standardised = (places[rows] - network.target_mean) / network.target_std
        unit = network.target_std / network.target_std.mean()
        miss = (((middle - standardised) * unit) ** 2).sum(axis=-1)
        to_umap = TOLERANCE * (jnp.sqrt(1 + miss / TOLERANCE**2) - 1).mean()
        false = false_neighbours(middle * unit, s[rows], Ranks(*(column[rows] for column in ranks)))
        return to_umap + FALSE_NEIGHBOURS * false + interval_loss(network, hidden, middle, standardised).mean()

    network = init_network(jax.random.key(recipe.seed), features, position, recipe.width, recipe.blocks)
    return _narrowed(minimize(network, loss, len(x), recipe.schedule(), progress), shape, widened)


def false_neighbours(
    position: Float[Array, "galaxy 2"], space: Float[Array, "galaxy axis"], ranks: Ranks
) -> Float[Array, ""]:
    """Mean rank, as a share of all galaxies, among the continua of the galaxies that are near on the map.

    Parameters
    ----------
    position : (galaxy, 2) array
        Places of a batch, in any unit.
    space : (galaxy, axis) array
        Where ranks are counted.
    ranks : Ranks
        Of the same galaxies, from `count_ranks`.

    Returns
    -------
    () array
        0 is perfect, about .5 a map at random.
    """
    apart = ((position[:, None] - position[None]) ** 2).sum(axis=-1) + 1e6 * jnp.eye(len(position))
    near = jnp.exp(-apart / jax.lax.stop_gradient(_nth_least(apart, KERNEL_STEP) + 1e-9)[:, None])
    near = near / near.sum(axis=-1, keepdims=True)
    size = (space**2).sum(axis=-1)
    distance = jnp.maximum(size[:, None] + size[None] - 2 * space @ space.T, 1e-8)
    log_rank = ranks.offset[:, None] + ranks.power[:, None] * jnp.log(distance) / 2
    return (near * jnp.exp(jnp.minimum(log_rank, 0.0))).sum(axis=-1).mean()


def count_ranks(space: Float[np.ndarray, "galaxy axis"], seed: int = 0) -> Ranks:
    """Find how a distance from each galaxy turns into a rank: a power law through its nearer neighbours.

    Parameters
    ----------
    space : (galaxy, axis) array
        Where neighbours are counted.
    seed : int
        Of the choice of the galaxies that are counted.

    Returns
    -------
    Ranks
        Of each galaxy.
    """
    some = np.random.Generator(np.random.PCG64(seed)).permutation(len(space))[:REFERENCES]
    counted = np.unique(np.geomspace(*RANKS, 12).astype(int)) * len(some) // REFERENCES
    log_rank = np.log((counted + 0.5) / len(some))
    offset, power = np.empty((2, len(space)), np.float32)
    size = (space**2).sum(axis=1)
    for start in range(0, len(space), 4096):
        here = slice(start, start + 4096)
        distance = size[here, None] + size[some] - 2 * space[here] @ space[some].T
        log_distance = np.log(np.maximum(np.partition(distance, counted, axis=1)[:, counted], 1e-10)) / 2
        middle = log_distance.mean(axis=1, keepdims=True)
        power[here] = (
            (log_distance - middle) @ (log_rank - log_rank.mean()) / ((log_distance - middle) ** 2).sum(axis=1)
        )
        offset[here] = log_rank.mean() - power[here] * middle[:, 0]
    return Ranks(offset, power)


def _nth_least(rows: Float[Array, "row column"], n: int) -> Float[Array, " row"]:
    """Give the n-th least of each row: for a small n much faster than sorting."""
    for _ in range(n - 1):
        rows = jnp.where(rows <= rows.min(axis=1, keepdims=True), jnp.inf, rows)
    return rows.min(axis=1)


def _with_differences(bins: int) -> Float[np.ndarray, "bin feature"]:
    """Give the matrix that appends differences of neighbouring bins: standardised, they show what colours tell."""
    return np.hstack([np.eye(bins), np.diff(np.eye(bins), axis=1)]).astype(np.float32)


def _narrowed(
    network: JointNetwork, shape: Float[np.ndarray, "galaxy bin"], widened: Float[np.ndarray, "bin feature"]
) -> JointNetwork:
    """Give the same function of the bins alone: the first layer takes the differences in."""
    weight = (widened / network.feature_std) @ np.asarray(network.entry.weight)
    bins = np.ones(len(widened), np.float32)
    return network._replace(
        feature_mean=shape.mean(axis=0), feature_std=bins, entry=Dense(weight, np.asarray(network.entry.bias))
    )
