"""Paired bootstrap: what a difference of two methods would be on other galaxies of the same kind."""

from typing import Final

import numpy as np
from jaxtyping import Float, Int

Counts = Int[np.ndarray, "resample galaxy"]

INTERVAL: Final = (2.5, 97.5)
"""Percentiles that bound the intervals."""


def resample_counts(n: int, resamples: int, seed: int = 0) -> Counts:
    """Draw how often each galaxy occurs in each resample.

    Parameters
    ----------
    n : int
        Galaxies.
    resamples : int
        How many times as many are drawn with replacement.
    seed : int
        Of the draws; the same for all methods, which pairs them.

    Returns
    -------
    (resample, galaxy) array
        Each row sums to n.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.integers(n, size=(resamples, n))
    return np.stack([np.bincount(row, minlength=n) for row in drawn]).astype(np.int32)


def resampled_ranks(values: Float[np.ndarray, " galaxy"], counts: Counts) -> Float[np.ndarray, "resample galaxy"]:
    """Rank every galaxy within each resample, equal values sharing their mean rank, scaled to mean 0 and variance 1.

    Parameters
    ----------
    values : (galaxy,) array
        Finite.
    counts : (resample, galaxy) array
        From `resample_counts`.

    Returns
    -------
    (resample, galaxy) array
        The correlation of two such arrays, weighted by the counts, is Spearman's.
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
    """Rank correlation in each resample.

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
    """NMAD in each resample.

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


def interval(differences: Float[np.ndarray, " resample"]) -> tuple[float, float]:
    """Bounds of the central 95 % of the resamples."""
    low, high = np.percentile(differences, INTERVAL)
    return float(low), float(high)
