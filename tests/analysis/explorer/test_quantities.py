"""Quantities of the embedded catalogue, each checked against its definition."""

import numpy as np
import pytest

from analysis.explorer.quantities import PULL_LIMIT, QUANTITIES, axis_choices, values
from analysis.explorer.realisations import realisation
from data.catalogue import registry
from model.lines import LINE_NAMES


@pytest.fixture(scope="module")
def catalogue() -> registry.Catalogue:
    return next(iter(registry.open_catalogues().values()))


def test_every_quantity_that_axes_offer_has_values(catalogue: registry.Catalogue) -> None:
    for name, label in axis_choices():
        assert label
        assert np.isfinite(values(catalogue, name)).mean() > 0.3, name


def test_a_pull_is_zero_at_the_median_and_one_at_the_84th_percentile(catalogue: registry.Catalogue) -> None:
    pull, ew = values(catalogue, "HALPHA_PULL"), catalogue.column("HALPHA_EW")
    middle, low, high = (catalogue.column(f"HALPHA_EW_PREDICTED{suffix}") for suffix in ("", "_P16", "_P84"))
    known = np.isfinite(ew)
    assert np.isnan(pull[~known]).all()
    inside = np.abs(pull) < PULL_LIMIT
    np.testing.assert_array_equal((ew > middle)[known & inside], (pull > 0)[known & inside])
    np.testing.assert_array_equal((ew > high)[known & inside], (pull > 1)[known & inside])
    np.testing.assert_array_equal((ew < low)[known & inside], (pull < -1)[known & inside])
    assert np.nanmax(np.abs(pull)) <= PULL_LIMIT


def test_ratios_need_both_lines(catalogue: registry.Catalogue) -> None:
    ratio = values(catalogue, "log_OIII_HBETA")
    top, bottom = catalogue.column("OIII_5007_EW"), catalogue.column("HBETA_EW")
    both = (top > 0) & (bottom > 0)
    np.testing.assert_allclose(ratio[both], np.log10(top[both] / bottom[both]), rtol=1e-5, atol=1e-6)
    assert np.isnan(ratio[~both]).all()


def test_noisy_quantities_follow_the_realisation(catalogue: registry.Catalogue) -> None:
    drawn = realisation(catalogue, "published", 3)[:, LINE_NAMES.index("HBETA")]
    np.testing.assert_array_equal(values(catalogue, "HBETA_EW_NOISY", "published", 3), drawn)
    logs = values(catalogue, "log_HBETA_EW_NOISY", "published", 3)
    assert np.isnan(logs[~(drawn > 0)]).all()


def test_an_unknown_name_is_a_key_error(catalogue: registry.Catalogue) -> None:
    assert "nothing" not in QUANTITIES
    with pytest.raises(KeyError):
        values(catalogue, "nothing")
