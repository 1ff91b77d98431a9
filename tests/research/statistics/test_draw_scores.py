"""Scores of draws agree with their definitions, written out member by member, and reward the right distribution."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import ks_2samp, kstest

from model.lines import LINE_NAMES
from model.physics.diagnostics import HALPHA, HBETA, NII, OIII
from model.statistics.point_scores import ks_distance
from research.statistics.draw_scores import (
    crps,
    diagrams,
    distance_from_uniform,
    energy_score,
    probability_integral,
    robust_scatter,
)

RNG = np.random.default_rng(5)


def test_the_distance_is_that_of_kolmogorov_and_smirnov():
    one, other = RNG.normal(size=300), RNG.normal(0.3, 1.2, 200)
    assert ks_distance(one, other) == pytest.approx(ks_2samp(one, other)[0])
    assert np.isnan(ks_distance(one, np.full(3, np.nan)))


@pytest.mark.parametrize("power", [0.7, 1.0, 1.6])
def test_the_distance_from_uniform_is_that_of_one_sample(power: float):
    ranks = RNG.random(150) ** power
    assert distance_from_uniform(ranks) == pytest.approx(kstest(ranks, "uniform").statistic)


def test_the_scatter_is_that_of_a_gaussian_without_its_outliers():
    values = RNG.normal(3.0, 2.0, 40_000)
    values[:400], values[400:500] = 1e6, np.nan
    assert robust_scatter(values) == pytest.approx(2.0, rel=0.03)
    assert robust_scatter(np.array([1.0, 2.0, 4.0])) == pytest.approx(1.48)
    assert np.isnan(robust_scatter(np.array([np.nan])))


def test_crps_is_the_mean_error_minus_half_the_mean_difference_of_two_draws():
    draws, observed = RNG.lognormal(size=(7, 3)), RNG.lognormal(size=3)
    draws[2, 1] = np.nan
    for galaxy in range(3):
        ones = draws[np.isfinite(draws[:, galaxy]), galaxy]
        pairs = np.abs(ones[:, None] - ones).sum() / (len(ones) * (len(ones) - 1))
        expected = np.abs(ones - observed[galaxy]).mean() - pairs / 2
        assert crps(draws, observed)[galaxy] == pytest.approx(expected)


def test_energy_score_takes_consecutive_draws_and_leaves_out_galaxies_with_a_missing_line():
    draws, observed = RNG.normal(size=(5, 4, 2)), RNG.normal(size=(4, 2))
    error = np.hypot(*np.moveaxis(draws - observed, -1, 0)).mean(axis=0)
    steps = [np.hypot(*(after - before).T) for before, after in pairwise(draws)]
    expected = (error - np.mean(steps, axis=0) / 2)[[0, 1, 3]]
    observed[2, 0] = np.nan
    assert energy_score(draws, observed) == pytest.approx(np.mean(expected))


def test_scores_are_lowest_for_the_distribution_that_the_values_come_from():
    observed = RNG.normal(size=4000)
    scores = {
        (shift, width): crps(RNG.normal(shift, width, (40, 4000)), observed).mean()
        for shift, width in ((0, 1), (0.6, 1), (0, 2), (0, 0.5))
    }
    assert min(scores, key=lambda each: scores[each]) == (0, 1)
    assert scores[0, 1] == pytest.approx(1 / np.sqrt(np.pi), rel=0.05)


def test_ranks_count_the_detected_draws_below_and_are_uniform_for_calibrated_draws():
    draws = np.array([[1.0, 1.0], [2.0, np.nan], [3.0, np.nan]])
    ties = np.random.default_rng(0).random(2)
    ranks = probability_integral(draws, np.array([2.5, 0.5]))
    np.testing.assert_allclose(ranks, [(2 + ties[0]) / 4, ties[1] / 2])
    ranks = probability_integral(RNG.normal(size=(99, 4000)), RNG.normal(size=4000))
    assert kstest(ranks, "uniform").pvalue > 1e-3


def test_diagrams_count_galaxies_above_the_curves_and_in_the_classes():
    ew = np.full((4, len(LINE_NAMES)), 1.0)
    # log [N II]/Hα and log [O III]/Hβ of a star-forming galaxy, a composite, a nucleus, and one without Hβ.
    for row, (x, y, halpha) in enumerate(((-0.8, -0.3, 20.0), (-0.2, 0.0, 10.0), (0.2, 0.6, 8.0), (-0.1, 0.0, 2.0))):
        ew[row, HALPHA], ew[row, NII], ew[row, OIII] = halpha, halpha * 10**x, ew[row, HBETA] * 10**y
    ew[3, HBETA] = np.nan
    ivar = np.full_like(ew, 1e4)
    ivar[1] = 1.0
    found = diagrams(ew, ivar)
    assert found["above Kauffmann, all"] == pytest.approx(2 / 3)
    assert found["above Kewley, all"] == pytest.approx(1 / 3)
    assert found["above Kauffmann, S/N > 3"] == pytest.approx(1 / 2)
    assert found["WHAN star-forming"] == pytest.approx(1 / 4)
    assert found["WHAN strong nucleus"] == pytest.approx(1 / 2)
    assert found["WHAN retired"] == pytest.approx(1 / 4)
    assert found["BPT x width, all"] == pytest.approx(1.48 * 0.4)
    assert found["HALPHA/HBETA median"] == pytest.approx(10.0)
