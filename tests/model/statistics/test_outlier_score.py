"""Joint surprise on invented distributions: uniform on draws, and a planted excess is found and named."""

import numpy as np
import pytest

from model.lines import FREE_LINES, LINE_NAMES
from model.statistics.outlier_score import score_outliers, tail_probability

KEPT = 24
OIII = LINE_NAMES.index("OIII_5007")


def draw(random: np.random.Generator, galaxies: int, count: int) -> np.ndarray:
    """Correlated, skewed widths with a different level, scatter and detection limit for every galaxy."""
    level = np.random.default_rng(0).uniform(-1.0, 2.5, (galaxies, 10))
    scatter = np.random.default_rng(1).uniform(0.2, 0.6, (galaxies, 10))
    common = random.normal(size=(count, galaxies, 1))
    own = random.normal(size=(count, galaxies, 10))
    ew = np.sinh(level + scatter * (0.8 * common + 0.6 * own + 0.1 * own**2))
    return ew + random.normal(size=ew.shape)


def listed(ew: np.ndarray) -> np.ndarray:
    return np.where(ew > 0, ew, np.nan)


@pytest.fixture(scope="module")
def random() -> np.random.Generator:
    return np.random.default_rng(5)


def test_draws_have_uniform_probabilities(random: np.random.Generator) -> None:
    n = 1500
    looked = np.random.default_rng(2).random((n, 10)) > 0.05
    found = score_outliers(listed(draw(random, n, 1)[0]), looked, draw(random, n, 48 + KEPT), KEPT)
    p = np.sort(tail_probability(found.statistic, found.calibration))
    distance = np.abs(p - (np.arange(n) + 0.5) / n).max()
    assert distance < 1.63 / np.sqrt(n)  # the 1 % limit of Kolmogorov and Smirnov


def test_thirty_angstrom_of_planted_oiii_rank_first(random: np.random.Generator) -> None:
    n, chosen = 400, 137
    observed = listed(draw(random, n, 1)[0])
    possible = draw(random, n, 48 + KEPT)
    quiet = int(np.argmin(np.median(possible[:, :, OIII], axis=0) + 1e9 * (np.arange(n) == chosen)))
    observed[quiet, OIII] = 30.0 + max(np.nan_to_num(observed[quiet, OIII]), 0.0)
    found = score_outliers(observed, np.ones((n, 10), bool), possible, KEPT)
    p = tail_probability(found.statistic, found.calibration)
    assert found.statistic.argmax() == quiet
    assert p[quiet] == p.min() == pytest.approx(1 / (n * KEPT + 1))
    assert found.line[quiet] == OIII
    assert found.sigma[quiet] > 4


def test_a_cut_line_says_nothing(random: np.random.Generator) -> None:
    n = 20
    observed, possible = listed(draw(random, n, 1)[0]), draw(random, n, 48 + KEPT)
    looked = np.ones((n, 10), bool)
    looked[3, OIII] = False
    plain = score_outliers(observed, looked, possible, KEPT)
    observed[3, OIII] = 500.0
    assert score_outliers(observed, looked, possible, KEPT).statistic[3] == plain.statistic[3]
    assert OIII in FREE_LINES
