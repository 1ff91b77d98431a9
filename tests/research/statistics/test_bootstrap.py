"""Resampling by counts gives what resampling by rows gives."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from model.statistics.point_scores import score
from research.statistics.bootstrap import interval, resample_counts, resampled_nmad, resampled_ranks, resampled_spearman

RNG = np.random.default_rng(5)
OBSERVED = RNG.lognormal(size=301).astype(np.float32)
PREDICTED = (OBSERVED * RNG.lognormal(sigma=0.5, size=301)).round(1).astype(np.float32)  # rounded: with ties


def test_counts_give_the_scores_of_the_resampled_rows():
    counts = resample_counts(301, 8, seed=1)
    assert (counts.sum(axis=1) == 301).all()
    rho = resampled_spearman(resampled_ranks(OBSERVED, counts), PREDICTED, counts)
    nmad = resampled_nmad(OBSERVED, PREDICTED, counts)
    for row, times in enumerate(counts):
        seen, said = np.repeat(OBSERVED, times), np.repeat(PREDICTED, times)
        assert rho[row] == pytest.approx(spearmanr(seen, said)[0], abs=1e-5)
        assert nmad[row] == pytest.approx(score(seen, said).nmad, rel=1e-6)


def test_a_subset_of_the_galaxies_may_have_any_number_of_them():
    counts = resample_counts(301, 5)[:, ::2]
    nmad = resampled_nmad(OBSERVED[::2], PREDICTED[::2], counts)
    for row, times in enumerate(counts):
        assert nmad[row] == pytest.approx(
            score(np.repeat(OBSERVED[::2], times), np.repeat(PREDICTED[::2], times)).nmad, rel=1e-6
        )


def test_the_interval_of_a_real_difference_excludes_zero_and_of_none_includes_it():
    counts = resample_counts(301, 200)
    ranks = resampled_ranks(OBSERVED, counts)
    worse = (OBSERVED * RNG.lognormal(sigma=2, size=301)).astype(np.float32)
    alike = (OBSERVED * RNG.lognormal(sigma=0.5, size=301)).astype(np.float32)
    ours = resampled_spearman(ranks, PREDICTED, counts)
    low, high = interval(ours - resampled_spearman(ranks, worse, counts))
    assert 0 < low < high
    low, high = interval(ours - resampled_spearman(ranks, alike, counts))
    assert low < 0 < high
