"""Classes and ratios of mocks against those expected for their starlight."""

import numpy as np
import pytest

from model.lines import LINE_NAMES
from model.statistics.mock_diagrams import (
    DIAGRAMS,
    FEWEST,
    LEAST_EW,
    PERCENTILES,
    RATIOS,
    UNCLASSIFIED,
    compare,
    place,
)

GALAXIES, DRAWS = 400, 32
HALPHA, HBETA, NII = (LINE_NAMES.index(name) for name in ("HALPHA", "HBETA", "NII_6584"))


def lines(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Lines of star-forming galaxies with some scatter."""
    middle = np.array([15.0, 2.0, 5.0, 1.0, 3.0, 2.5, 20.0, 7.5, 4.0, 3.0])
    return middle * 10 ** rng.normal(0, 0.25, (*shape, len(LINE_NAMES)))


@pytest.fixture
def levels() -> np.ndarray:
    return np.linspace(1.0, 2.0, len(LINE_NAMES)) * np.ones((GALAXIES, 1))


@pytest.fixture
def draws(levels):
    return place(lines(np.random.default_rng(1), GALAXIES, DRAWS), levels[:, None])


def test_a_fair_mock_is_within_the_errors(draws, levels):
    pulls = []
    for seed in range(20):
        mock = lines(np.random.default_rng(100 + seed), GALAXIES)
        shares, ratios = compare(place(mock, levels), draws, mock)
        pulls += [(share.mock - share.expected) / share.error for share in shares if share.error > 0]
        pulls += [each for ratio in ratios for each in (ratio.mock - ratio.expected) / ratio.error]
        for diagram, *_ in DIAGRAMS:
            of_diagram = [share for share in shares if share.diagram == diagram]
            for what in ("mock", "expected"):
                assert sum(getattr(share, what) for share in of_diagram) == pytest.approx(1)
        assert [ratio.name for ratio in ratios] == [name for name, *_ in RATIOS]
    assert np.std(pulls) == pytest.approx(1, abs=0.2)


def test_errors_shrink_with_the_number_of_galaxies(levels):
    draws = lines(np.random.default_rng(1), GALAXIES, DRAWS)
    mock = lines(np.random.default_rng(2), GALAXIES)
    errors = []
    for n in (100, GALAXIES):
        given = place(mock[:n], levels[:n]), place(draws[:n], levels[:n, None]), mock[:n]
        errors.append(np.mean([ratio.error[2] / ratio.expected[2] for ratio in compare(*given)[1]]))
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.2)


def test_strong_nitrogen_is_seen_in_classes_and_ratios(draws, levels):
    mock = lines(np.random.default_rng(3), GALAXIES)
    mock[:, NII] *= 3
    shares, ratios = compare(place(mock, levels), draws, mock)
    forming = next(share for share in shares if (share.diagram, share.name) == ("WHAN", "star-forming"))
    assert forming.mock < forming.expected - 5 * forming.error
    nitrogen = next(ratio for ratio in ratios if ratio.name == "[N II]/Hα")
    assert (nitrogen.mock[2] - nitrogen.expected[2]) / nitrogen.error[2] > 5


def test_ratios_are_of_fluxes(levels):
    mock = np.full((GALAXIES, len(LINE_NAMES)), 4.0)
    found = place(mock, levels)
    decrement = levels[0, HALPHA] / levels[0, HBETA]
    np.testing.assert_allclose(found.ratios[:, 0], decrement, rtol=1e-6)
    doublet = [name for name, *_ in RATIOS].index("[S II]/Hα")
    expected = (levels[0, -1] + levels[0, -2]) / levels[0, HALPHA]
    np.testing.assert_allclose(found.ratios[:, doublet], expected, rtol=1e-6)


def test_faint_lines_have_no_ratio_and_missing_lines_no_class(draws, levels):
    mock = lines(np.random.default_rng(4), GALAXIES)
    mock[:100, HBETA] = 0.9 * LEAST_EW
    mock[100:150, HBETA] = 0.0
    shares, ratios = compare(place(mock, levels), draws, mock)
    assert next(ratio.n for ratio in ratios if ratio.name == "Hα/Hβ") <= GALAXIES - 150
    without = next(share for share in shares if (share.diagram, share.name) == ("BPT", UNCLASSIFIED))
    assert without.mock == pytest.approx(50 / GALAXIES)
    assert without.expected == 0


def test_lines_that_are_not_given_leave_their_galaxies_out(draws, levels):
    mock = lines(np.random.default_rng(5), GALAXIES)
    mock[FEWEST - 1 :, HBETA] = np.nan
    shares, ratios = compare(place(mock, levels), draws, mock)
    assert {share.diagram for share in shares} == {"WHAN"}
    assert {ratio.name for ratio in ratios} == {"[N II]/Hα", "[S II]/Hα", "[O II]/Hα"}
    assert all(ratio.mock.shape == (len(PERCENTILES),) for ratio in ratios)
