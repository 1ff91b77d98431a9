"""An evaluation from predictions to record, tables and words, on galaxies whose scores are known."""

import numpy as np
import pytest

from model.lines import LINE_NAMES
from model.predictions.predict import Prediction
from research.baselines.methods import Method
from research.evaluation.histograms import bands, cells
from research.evaluation.points import HeldOut, score_variant
from research.evaluation.record.schema import FEWEST, OURS, Variant
from research.evaluation.words import agreement_words, comparison_words, coverage_words, residual_words
from research.sample import Sample

N = 900
RNG = np.random.default_rng(8)
TRUE = RNG.lognormal(1, 1, (N, 10)).astype(np.float32)
OBSERVED = (TRUE * RNG.lognormal(0, 0.3, (N, 10))).astype(np.float32)
OBSERVED[::3, 6] = np.nan


def method(spread: float, factor: float = 1.0) -> Method:
    """A method whose predictions scatter about the true values, with an honest interval."""
    ew = (factor * TRUE * np.random.default_rng(int(100 * spread)).lognormal(0, spread, (N, 10))).astype(np.float32)

    def answer(flux, *_):
        rows = np.rint(flux[:, 5] - 1).astype(int)
        return Prediction(ew[rows], ew[rows] * np.float32(np.exp(-0.3)), ew[rows] * np.float32(np.exp(0.3)))

    return Method(f"spread {spread}", "", {"colors": answer})


@pytest.fixture(scope="module")
def scored():
    flux = np.ones((N, 12), np.float32)
    flux[:, 0] = np.linspace(0.5, 2, N)
    flux[:, 5] = 1 + np.arange(N)
    ids = [str(row) for row in range(N)]
    zeros = np.zeros(N, np.float32)
    sample = Sample(ids, zeros, zeros, flux, OBSERVED, OBSERVED, np.ones(N, bool), np.zeros(N, bool))
    methods = {OURS: method(0.001), "alike": method(0.002), "worse": method(0.8), "biased": method(0.001, 1.5)}
    return score_variant("colors", methods, HeldOut(sample), 100, lambda _: None)


def test_scores_and_intervals_tell_better_from_worse_and_from_alike(scored):
    lines, mean, against, ours = scored
    assert tuple(lines) == LINE_NAMES
    assert ours.ew.shape == (N, 10)
    halpha = lines["HALPHA"]
    assert halpha.scores[OURS].n == N - N // 3
    assert halpha.scores[OURS].coverage == pytest.approx(0.68, abs=0.06)
    assert halpha.scores["biased"].bias == pytest.approx(0.5, abs=0.05)
    assert halpha.scores["biased"].spearman == pytest.approx(halpha.scores[OURS].spearman, abs=0.01)
    for quintile in halpha.scores[OURS].quintiles:
        assert quintile > 0.9
    value, low, high = against["worse"]
    assert 0.05 < low < value < high
    assert value == pytest.approx(mean[OURS] - mean["worse"])
    low, high = against["alike"][1:]
    assert low < 0 < high
    value, low, high = lines["OII_DOUBLET"].against["worse"].nmad
    assert low < value < high < 0


def test_cells_of_few_galaxies_are_never_kept():
    x = np.r_[np.full(FEWEST, 0.25), np.full(FEWEST - 1, 0.75), np.nan]
    found = cells(x, x, (0, 1), (0, 1), (2, 2))
    assert (found.x, found.y, found.count, found.n) == ([0], [0], [FEWEST], 2 * FEWEST - 1)
    doubled = cells(np.r_[x, x], np.r_[x, x], (0, 1), (0, 1), (2, 2), realisations=2)
    assert doubled.count == found.count
    with np.errstate(all="raise"):
        assert len(bands(np.arange(50.0), np.arange(50.0)).at) == 50 // FEWEST


def test_words_carry_the_numbers(scored):
    lines, mean, against, _ = scored
    variant = Variant(lines=lines, mean=mean, mean_against=against, distribution=None)
    assert f"ρ = {lines['HALPHA'].scores[OURS].spearman:.3f}" in agreement_words(lines["HALPHA"])
    assert "dex for the bluest" in residual_words(lines["HALPHA"])
    assert "of the draws" not in coverage_words(variant)
    said = comparison_words(variant, {name: name for name in mean})
    assert "ahead of worse" in said
    assert "not distinguishable from alike" in said
