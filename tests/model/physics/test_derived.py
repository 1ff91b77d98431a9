"""Derived quantities: worked by hand, checked against draws, and silent where they do not apply."""

import math

import numpy as np
import pytest

from model.bins import BIN_CENTERS
from model.physics.derived import CASE_B, derive
from model.physics.diagnostics import HALPHA, HBETA, NII, OIII
from model.physics.diagram_class import classify_bpt, classify_whan
from model.physics.levels import continuum_levels

FLAT = np.ones(len(BIN_CENTERS))
DUSTFREE = float(CASE_B * continuum_levels(FLAT)[HBETA] / continuum_levels(FLAT)[HALPHA])
"""Ratio of the EWs of Hα and Hβ without dust."""


def lines(halpha: float, hbeta: float = math.nan, nii: float = math.nan, oiii: float = math.nan) -> np.ndarray:
    ew = np.full(10, np.nan)
    ew[[HALPHA, HBETA, NII, OIII]] = halpha, hbeta, nii, oiii
    return ew


def test_gas_without_dust_and_one_magnitude_of_it() -> None:
    clear, dusty = (
        derive(FLAT, lines(DUSTFREE * 10 * 10 ** (0.4 * 0.346 * a_v), 10.0), np.ones(10), 0.1)[0].value
        for a_v in (0.0, 1.0)
    )
    assert clear == pytest.approx(0.0, abs=1e-9)
    assert dusty == pytest.approx(1.0)


def test_the_star_formation_rate_of_a_known_luminosity() -> None:
    # Planck-like distance at z = 0.1 in the training cosmology is 460.3 Mpc (astropy, H0 = 70, Om0 = 0.3).
    found = derive(FLAT, lines(20.0, 20.0 / DUSTFREE), np.ones(10), 0.1)[1]
    flux = 20.0 * continuum_levels(FLAT)[HALPHA] * 1.1 * 1e-17
    luminosity = 4 * math.pi * (460.3 * 3.0857e24) ** 2 * flux
    assert found.value == pytest.approx(luminosity * 10**-41.27, rel=2e-3)


def test_errors_are_those_of_many_noisy_galaxies() -> None:
    random, ew, ivar = np.random.default_rng(1), lines(60.0, 12.0, 12.0, 12.0), np.full(10, 4.0)
    told = derive(FLAT, ew, ivar, 0.1)
    drawn = np.array([[q.value for q in derive(FLAT, ew + random.normal(0, 0.5, 10), ivar, 0.1)] for _ in range(2000)])
    assert [q.error for q in told] == pytest.approx(drawn.std(axis=0), rel=0.1)


SIGNALS = (0.5, 1.5, 2.9, 3.1, 30.0, math.nan)
"""S/N of a line; NaN: not detected."""


@pytest.mark.parametrize("halpha", SIGNALS)
@pytest.mark.parametrize("hbeta", SIGNALS)
@pytest.mark.parametrize("others", SIGNALS)
def test_nothing_is_derived_from_a_line_below_the_least_signal(halpha: float, hbeta: float, others: float) -> None:
    ew, signal = lines(40.0, 8.0, 10.0, 8.0), np.full(10, 30.0)
    signal[[HALPHA, HBETA, NII, OIII]] = halpha, hbeta, others, others
    ew = np.where(np.isfinite(signal), ew, np.nan)
    ivar = (signal / ew) ** 2
    dust, stars, metals = derive(FLAT, ew, ivar, 0.1)
    both = halpha > 3 and hbeta > 3
    assert (math.isfinite(dust.value) and not dust.limit) == both
    assert (math.isfinite(metals.value) and not metals.limit) == (both and others > 3)
    assert (math.isfinite(stars.value) and not stars.limit) == both
    assert dust.limit in ("", ">")
    assert stars.limit == ("" if both or math.isnan(halpha) else ">" if halpha > 3 else "<")
    for one in (dust, stars, metals):
        if one.limit or math.isnan(one.value):
            assert math.isnan(one.error)
            assert "Not measured: " in one.note
            assert "below 3" in one.note or "not detected" in one.note
    bpt, whan = classify_bpt(ew, ivar), classify_whan(ew, ivar)
    assert bool(bpt.name) == (both and others > 3)
    assert bool(whan.name) == (halpha > 3 and others > 3)
    assert bool(bpt.note) == (not bpt.name)


def test_limits_bound_what_a_better_spectrum_would_show() -> None:
    full = derive(FLAT, lines(40.0, 4.0), np.full(10, 100.0), 0.1)
    ivar = np.full(10, 100.0)
    ivar[HBETA] = 0.25
    dust, stars, _ = derive(FLAT, lines(40.0, 4.0), ivar, 0.1)
    assert 0 < dust.value < full[0].value
    assert 0 < stars.value < full[1].value
    faint = derive(FLAT, lines(0.5, 0.1), np.full(10, 4.0), 0.1)[1]
    assert faint.limit == "<"
    assert faint.value > derive(FLAT, lines(0.5), np.full(10, 1e4), 0.1)[1].value
    assert derive(FLAT, lines(40.0, 4.0), ivar, 0.1, min_signal=1.0)[0].limit == ""


def test_levels_of_a_measured_spectrum_replace_those_of_the_bins() -> None:
    levels = 2 * continuum_levels(FLAT)
    one, two = (derive(FLAT, lines(40.0, 8.0), np.full(10, 100.0), 0.1, given) for given in (None, levels))
    assert two[0].value == pytest.approx(one[0].value)
    assert two[1].value == pytest.approx(2 * one[1].value)


def test_a_missing_line_is_said_and_dust_left_alone() -> None:
    dust, stars, metals = derive(FLAT, lines(30.0), np.ones(10), 0.1)
    assert math.isnan(dust.value)
    assert "lower limit" in stars.note
    assert stars.value > 0
    assert math.isnan(metals.value)


def test_a_nucleus_has_no_metallicity() -> None:
    metals = derive(FLAT, lines(30.0, 10.0, 30.0, 60.0), np.ones(10), 0.1)[2]
    assert math.isnan(metals.value)
    assert "Kauffmann" in metals.note
    assert derive(FLAT, lines(30.0, 10.0, 9.0, 10.0), np.ones(10), 0.1)[2].value == pytest.approx(
        8.73 - 0.32 * math.log10(1 / 0.3), abs=0.03
    )
