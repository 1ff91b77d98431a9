"""Scores against what SciPy and the definitions give."""

import numpy as np
import pytest
from scipy.stats import norm, spearmanr

from model.statistics.point_scores import percentile, spearman


@pytest.mark.parametrize("steps", [3, 10, 10_000])
def test_ranks_with_and_without_ties_are_scipys(steps):
    first, second = np.random.default_rng(steps).integers(steps, size=(2, 200)).astype(float)
    second += first / 2
    assert spearman(first, second) == pytest.approx(spearmanr(first, second)[0], abs=1e-12)


@pytest.mark.parametrize(("rows", "known"), [(0, False), (2, False), (3, True), (4, True)])
def test_fewer_than_three_rows_have_no_rank_correlation(rows, known):
    assert np.isfinite(spearman(np.arange(rows) + 1.0, np.arange(rows) + 2.0)) == known


def test_an_observation_at_a_percentile_has_that_share_below_it():
    p16, middle, p84 = (np.full(5, value) for value in (2.0, 5.0, 20.0))
    below, above = np.arcsinh(5) - np.arcsinh(2), np.arcsinh(20) - np.arcsinh(5)
    observed = np.array([2.0, 5.0, 20.0, np.sinh(np.arcsinh(5) - 2 * below), np.sinh(np.arcsinh(5) + 2 * above)])
    assert percentile(observed, middle, p16, p84) == pytest.approx(norm.cdf([-1, 0, 1, -2, 2]), abs=1e-9)
