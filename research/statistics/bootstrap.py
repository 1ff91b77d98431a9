"""Paired bootstrap of the difference between two methods over galaxies."""

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
from jaxtyping import Float, Int

T = TypeVar("T")
Counts = Int[np.ndarray, "resample galaxy"]

INTERVAL: Final = (2.5, 97.5)
"""Percentiles that bound the intervals."""


def resample_counts(n: int, resamples: int, seed: int = 0) -> Counts:
    """Draw bootstrap resamples as counts of each galaxy.

    Parameters
    ----------
    n : int
        Number of galaxies.
    resamples : int
        Number of resamples, each of n galaxies drawn with replacement.
    seed : int
        Random seed; the same seed for two methods pairs them.

    Returns
    -------
    (resample, galaxy) array
        Each row sums to n.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.integers(n, size=(resamples, n))
    return np.stack([np.bincount(row, minlength=n) for row in drawn]).astype(np.int32)


def resampled_ranks(values: Float[np.ndarray, " galaxy"], counts: Counts) -> Float[np.ndarray, "resample galaxy"]:
    """Rank every galaxy within each resample, with ties at their mean rank, scaled to mean 0 and variance 1.

    Parameters
    ----------
    values : (galaxy,) array
        Finite values.
    counts : (resample, galaxy) array
        From `resample_counts`.

    Returns
    -------
    (resample, galaxy) array
        Ranks; the count-weighted mean product of two such arrays is Spearman's rho.
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    group = np.add.reduceat(counts[:, order], starts, axis=1)
    middle = group.cumsum(axis=1) - group / 2
    total = group.sum(axis=1, keepdims=True)
    middle -= total / 2
    middle /= np.sqrt((group * middle**2).sum(axis=1, keepdims=True) / total)
    ranks = np.empty(counts.shape, np.float32)
    ranks[:, order] = np.repeat(middle, np.diff(np.r_[starts, len(values)]), axis=1)
    return ranks


def resampled_spearman(
    observed_ranks: Float[np.ndarray, "resample galaxy"], predicted: Float[np.ndarray, " galaxy"], counts: Counts
) -> Float[np.ndarray, " resample"]:
    """Return Spearman's rank correlation in each resample.

    Parameters
    ----------
    observed_ranks : (resample, galaxy) array
        From `resampled_ranks`, computed once for all methods.
    predicted : (galaxy,) array
        Predictions of one method.
    counts : (resample, galaxy) array
        From `resample_counts`.

    Returns
    -------
    (resample,) array
        Correlations.
    """
    product = observed_ranks * resampled_ranks(predicted, counts)
    return np.einsum("rg,rg->r", product, counts, dtype=float) / counts.sum(axis=1)


def resampled_nmad(
    observed: Float[np.ndarray, " galaxy"], predicted: Float[np.ndarray, " galaxy"], counts: Counts
) -> Float[np.ndarray, " resample"]:
    """Return the NMAD in each resample.

    Parameters
    ----------
    observed, predicted : (galaxy,) arrays
        Equivalent widths [Å].
    counts : (resample, galaxy) array
        From `resample_counts`.

    Returns
    -------
    (resample,) array
        1.48 median |observed - predicted| [Å].
    """
    error = np.abs(observed.astype(float) - predicted)
    order = np.argsort(error)
    reached = counts[:, order].cumsum(axis=1)
    total = reached[:, -1]
    middle = [error[order[(reached > place[:, None]).argmax(axis=1)]] for place in ((total - 1) // 2, total // 2)]
    return 1.48 * (middle[0] + middle[1]) / 2


def resampled(
    statistic: Callable[[Int[np.ndarray, " galaxy"]], T], n: int, resamples: int, generator: np.random.Generator
) -> list[T]:
    """Evaluate a statistic on galaxies drawn with replacement.

    Parameters
    ----------
    statistic : callable
        Function of the drawn row indices.
    n : int
        Number of galaxies, and of draws per resample.
    resamples : int
        Number of resamples.
    generator : Generator
        Random number generator.

    Returns
    -------
    list
        The statistic of each resample.
    """
    return [statistic(generator.integers(n, size=n)) for _ in range(resamples)]


def interval(differences: Float[np.ndarray, " resample"]) -> tuple[float, float]:
    """Return the bounds of the central 95 % of the resamples."""
    low, high = np.percentile(differences, INTERVAL)
    return float(low), float(high)
