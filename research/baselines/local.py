"""Two methods without training: nearest neighbours and locally weighted regression."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from jaxtyping import Float, Int

KNN_COUNT: Final = 100
LWLR_COUNT: Final = 800
SEARCH_FACTOR: Final = 2
"""Neighbours searched per neighbour used, as many lack the predicted line."""
CHUNK: Final = 64
NEAREST: Final = 1e-3
"""Distance [standard deviations] below which weights are constant, so that none is infinite."""
RIDGE: Final = 1e-6

Predictor = Callable[[Float[np.ndarray, "galaxy feature"]], Float[np.ndarray, "galaxy line"]]


def nearest_neighbours(features: Float[np.ndarray, "known feature"], ew: Float[np.ndarray, "known line"]) -> Predictor:
    """Predict each line as the median of the `KNN_COUNT` nearest known galaxies in which it is detected.

    Parameters
    ----------
    features : (known, feature) array
        Known galaxies; distances are Euclidean after standardisation.
    ew : (known, 10) array
        Equivalent widths of the known galaxies [Å]; NaN where missing.

    Returns
    -------
    callable
        Function from features to equivalent widths [Å].
    """
    space = _Space(features)

    def predict(asked: Float[np.ndarray, "galaxy feature"]) -> Float[np.ndarray, "galaxy line"]:
        place, _ = space.nearest(space.scale(asked), SEARCH_FACTOR * KNN_COUNT)
        found = ew[place]
        found[np.isfinite(found).cumsum(axis=1) > KNN_COUNT] = np.nan
        found.sort(axis=1)  # NaN last; several times as fast as nanmedian
        last = np.maximum(np.isfinite(found).sum(axis=1, keepdims=True) - 1, 0)
        middle = [np.take_along_axis(found, half, axis=1)[:, 0] for half in (last // 2, (last + 1) // 2)]
        return (middle[0] + middle[1]) / 2

    return _in_chunks(predict)


def local_regression(features: Float[np.ndarray, "known feature"], ew: Float[np.ndarray, "known line"]) -> Predictor:
    """Predict each line by a linear fit of arcsinh EW to the `LWLR_COUNT` nearest galaxies in which it is detected.

    Neighbours are weighted by the inverse of their distance. The lines share one search, and one matrix product of
    weights and products of features gives the normal equations of all lines.

    Parameters
    ----------
    features : (known, feature) array
        Known galaxies; distances are Euclidean after standardisation.
    ew : (known, 10) array
        Equivalent widths of the known galaxies [Å]; NaN where missing.

    Returns
    -------
    callable
        Function from features to equivalent widths [Å].
    """
    space = _Space(features)
    present, target = np.isfinite(ew), np.nan_to_num(np.arcsinh(ew)).astype(np.float32)
    design = np.column_stack([np.ones(len(features), np.float32), space.reference])
    n, n_lines = design.shape[1], ew.shape[1]
    upper = np.triu_indices(n)
    products = design[:, upper[0]] * design[:, upper[1]]  # the first n of them are the design itself

    def predict(asked: Float[np.ndarray, "galaxy feature"]) -> Float[np.ndarray, "galaxy line"]:
        center = space.scale(asked)
        place, distance = space.nearest(center, SEARCH_FACTOR * LWLR_COUNT)
        sums = np.empty((len(asked), 2 * n_lines, len(upper[0])))
        for row, (near, far) in enumerate(zip(place, distance, strict=True)):
            use = present[near]
            weight = (use & (use.cumsum(axis=0) <= LWLR_COUNT)) / np.maximum(far, NEAREST)[:, None]
            sums[row] = np.column_stack([weight, weight * target[near]]).T @ products[near]
        normal = np.empty((len(asked), n_lines, n, n))
        normal[..., upper[0], upper[1]] = normal[..., upper[1], upper[0]] = sums[:, :n_lines]
        normal += RIDGE * np.trace(normal, axis1=-2, axis2=-1)[..., None, None] * np.eye(n) / n
        slopes = np.linalg.solve(normal, sums[:, n_lines:, :n, None])[..., 0]
        fitted = slopes[..., 0] + np.einsum("gls,gs->gl", slopes[..., 1:], center)
        return np.maximum(np.sinh(fitted), 0.0).astype(np.float32)

    return _in_chunks(predict)


def neighbours_of(
    features: Float[np.ndarray, "known feature"], asked: Float[np.ndarray, "galaxy feature"], count: int
) -> Int[np.ndarray, "galaxy near"]:
    """Return the known galaxies nearest to each galaxy, the nearest first.

    Parameters
    ----------
    features : (known, feature) array
        Known galaxies; distances are Euclidean after standardisation.
    asked : (galaxy, feature) array
        Galaxies whose neighbours are searched.
    count : int
        Number of neighbours of each galaxy.

    Returns
    -------
    (galaxy, count) array
        Row numbers of `features`.
    """
    space = _Space(features)
    return _in_chunks(lambda piece: space.nearest(space.scale(piece), count)[0])(asked)


class _Space:
    """Standardised features of the known galaxies, searched by brute force.

    With hundreds of neighbours in eleven dimensions, a tree search visits nearly every galaxy; a matrix product and a
    partition take a fifth of the time of scikit-learn's searches.
    """

    def __init__(self, features: Float[np.ndarray, "known feature"]) -> None:
        self.mean, self.std = features.mean(axis=0), features.std(axis=0)
        self.reference = self.scale(features)
        self.square = (self.reference**2).sum(axis=1)

    def scale(self, features: Float[np.ndarray, "galaxy feature"]) -> Float[np.ndarray, "galaxy feature"]:
        return ((features - self.mean) / self.std).astype(np.float32)

    def nearest(
        self, asked: Float[np.ndarray, "galaxy feature"], count: int
    ) -> tuple[Int[np.ndarray, "galaxy near"], Float[np.ndarray, "galaxy near"]]:
        count = min(count, len(self.reference))
        rank = (-2 * asked) @ self.reference.T
        rank += self.square
        place = np.argpartition(rank, count - 1, axis=1)[:, :count]
        distance = np.linalg.norm(self.reference[place] - asked[:, None], axis=-1)
        order = np.argsort(distance, axis=1)
        return np.take_along_axis(place, order, axis=1), np.take_along_axis(distance, order, axis=1)


def _in_chunks(predict: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Apply a function to chunks in parallel threads, as the matrix products of a chunk are too small for threads."""

    def chunked(asked: np.ndarray) -> np.ndarray:
        from threadpoolctl import threadpool_limits

        chunks = [asked[start : start + CHUNK] for start in range(0, len(asked), CHUNK)]
        with threadpool_limits(1), ThreadPoolExecutor() as pool:
            return np.concatenate(list(pool.map(predict, chunks)))

    return chunked
