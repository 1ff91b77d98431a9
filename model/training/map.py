"""Training of the network that places continua on the map. Training needs optax; placing does not.

The network is trained on the positions that UMAP gave. Within a tolerance of these positions, a second term of the loss
prefers positions at which galaxies near each other on the map have similar continua. UMAP attracts true neighbours but
does not penalise false ones, which lower the trustworthiness.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..networks.joint import JointNetwork, init_joint
from ..networks.layers import Dense, Trunk, run_dense, run_trunk
from .loop import Progress, minimize
from .network import Recipe, check_rows, interval_loss

FALSE_NEIGHBOURS: Final = 4.0
"""Weight of the false-neighbour term in the loss."""
TOLERANCE: Final = 0.05
"""Distance from UMAP's position, in standard deviations of the map, beyond which the loss is linear, not quadratic."""
KERNEL_STEP: Final = 2
"""The kernel width of a galaxy is its distance to its nearest neighbour of this rank within the batch."""
REFERENCES: Final = 2000
"""Number of random galaxies among which ranks are counted."""
RANKS: Final = (3, 300)
"""Ranks, of `REFERENCES` galaxies, between which the power law of the distance is fitted."""


class Ranks(NamedTuple):
    """Share of all galaxies nearer to a galaxy than a distance d: exp(offset) d**power, fitted for each galaxy."""

    offset: Float[Array | np.ndarray, " galaxy"]
    power: Float[Array | np.ndarray, " galaxy"]


def fit_places(
    shape: Float[np.ndarray, "galaxy bin"],
    space: Float[np.ndarray, "galaxy axis"],
    position: Float[np.ndarray, "galaxy 2"],
    recipe: Recipe,
    progress: Progress = None,
) -> JointNetwork:
    """Train the network that places continua on the map.

    Parameters
    ----------
    shape : (galaxy, 12) array
        ln(F_i / mean F), the network's input.
    space : (galaxy, axis) array
        Coordinates in which neighbours are counted.
    position : (galaxy, 2) array
        Positions that UMAP gave.
    recipe : Recipe
        Sizes, rates and seed.
    progress : callable, optional
        Called with the mean loss of each epoch.

    Returns
    -------
    JointNetwork
        Median position, and the 16-84 % range of UMAP's positions.

    Raises
    ------
    ValueError
        If an input is not finite, or fewer rows are given than one batch holds.
    """
    check_rows(shape, recipe.batch)
    with_differences = _difference_matrix(shape.shape[1])
    features = (shape @ with_differences).astype(np.float32)
    x, umap, s = (jnp.asarray(array, jnp.float32) for array in (features, position, space))
    ranks = Ranks(*(jnp.asarray(column) for column in count_ranks(space, recipe.seed)))

    def loss(network: JointNetwork, rows: Array, _: Array) -> Array:
        hidden = run_trunk(network.trunk, x[rows])
        middle = run_dense(network.median, hidden)
        standardised = (umap[rows] - network.target_mean) / network.target_std
        unit = network.target_std / network.target_std.mean()
        squared_distance = (((middle - standardised) * unit) ** 2).sum(axis=-1)
        to_umap = TOLERANCE * (jnp.sqrt(1 + squared_distance / TOLERANCE**2) - 1).mean()
        false = false_neighbours(middle * unit, s[rows], Ranks(*(column[rows] for column in ranks)))
        return to_umap + FALSE_NEIGHBOURS * false + interval_loss(network, hidden, middle, standardised).mean()

    network = init_joint(jax.random.key(recipe.seed), features, position, recipe.width, recipe.blocks)
    return _fold_differences(minimize(network, loss, len(x), recipe.schedule(), progress), shape, with_differences)


def false_neighbours(
    position: Float[Array, "galaxy 2"], space: Float[Array, "galaxy axis"], ranks: Ranks
) -> Float[Array, ""]:
    """Return the mean rank, by likeness of continuum, of the galaxies that lie near each other on the map.

    Parameters
    ----------
    position : (galaxy, 2) array
        Map positions of a batch, in any unit.
    space : (galaxy, axis) array
        Coordinates in which ranks are counted.
    ranks : Ranks
        Of the same galaxies, from `count_ranks`.

    Returns
    -------
    () array
        Mean rank as a share of all galaxies: 0 is perfect, a random map has about .5.
    """
    apart = ((position[:, None] - position[None]) ** 2).sum(axis=-1) + 1e6 * jnp.eye(len(position))
    near = jnp.exp(-apart / jax.lax.stop_gradient(_nth_smallest(apart, KERNEL_STEP) + 1e-9)[:, None])
    near = near / near.sum(axis=-1, keepdims=True)
    size = (space**2).sum(axis=-1)
    distance = jnp.maximum(size[:, None] + size[None] - 2 * space @ space.T, 1e-8)
    log_rank = ranks.offset[:, None] + ranks.power[:, None] * jnp.log(distance) / 2
    return (near * jnp.exp(jnp.minimum(log_rank, 0.0))).sum(axis=-1).mean()


def count_ranks(space: Float[np.ndarray, "galaxy axis"], seed: int = 0) -> Ranks:
    """Fit, for each galaxy, a power law from distance to rank through its nearer neighbours.

    Parameters
    ----------
    space : (galaxy, axis) array
        Coordinates in which neighbours are counted.
    seed : int
        Seed of the choice of the reference galaxies.

    Returns
    -------
    Ranks
        Arrays (galaxy,).
    """
    some = np.random.Generator(np.random.PCG64(seed)).permutation(len(space))[:REFERENCES]
    counted = np.unique(np.geomspace(*RANKS, 12).astype(int)) * len(some) // REFERENCES
    log_rank = np.log((counted + 0.5) / len(some))
    offset, power = np.empty((2, len(space)), np.float32)
    size = (space**2).sum(axis=1)
    for start in range(0, len(space), 4096):
        rows = slice(start, start + 4096)
        distance = size[rows, None] + size[some] - 2 * space[rows] @ space[some].T
        log_distance = np.log(np.maximum(np.partition(distance, counted, axis=1)[:, counted], 1e-10)) / 2
        middle = log_distance.mean(axis=1, keepdims=True)
        power[rows] = (
            (log_distance - middle) @ (log_rank - log_rank.mean()) / ((log_distance - middle) ** 2).sum(axis=1)
        )
        offset[rows] = log_rank.mean() - power[rows] * middle[:, 0]
    return Ranks(offset, power)


def _nth_smallest(rows: Float[Array, "row column"], n: int) -> Float[Array, " row"]:
    """Return the n-th smallest value of each row; for a small n much faster than sorting."""
    for _ in range(n - 1):
        rows = jnp.where(rows <= rows.min(axis=1, keepdims=True), jnp.inf, rows)
    return rows.min(axis=1)


def _difference_matrix(bins: int) -> Float[np.ndarray, "bin feature"]:
    """Return the matrix that appends the differences of neighbouring bins, which are colours, to the bins."""
    return np.hstack([np.eye(bins), np.diff(np.eye(bins), axis=1)]).astype(np.float32)


def _fold_differences(
    network: JointNetwork, shape: Float[np.ndarray, "galaxy bin"], with_differences: Float[np.ndarray, "bin feature"]
) -> JointNetwork:
    """Return the same network as a function of the bins alone: the differences are folded into its first layer."""
    trunk = network.trunk
    weight = (with_differences / trunk.feature_std) @ np.asarray(trunk.entry.weight)
    bins = np.ones(len(with_differences), np.float32)
    entry = Dense(weight, np.asarray(trunk.entry.bias))
    return network._replace(trunk=Trunk(shape.mean(axis=0), bins, entry, trunk.blocks))
