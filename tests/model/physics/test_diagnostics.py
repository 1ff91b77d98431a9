"""Diagnostic diagrams: the curves at known points, classes on either side of them, errors in dex."""

import numpy as np
import pytest

from model.physics.diagnostics import (
    HALPHA,
    HBETA,
    KAUFFMANN,
    KEWLEY,
    NII,
    OIII,
    bpt_class,
    bpt_point,
    curve_height,
    is_above,
    whan_class,
    whan_point,
)
from model.physics.diagram_class import classify_bpt, classify_whan


def lines(**ew: float) -> np.ndarray:
    places = {"halpha": HALPHA, "hbeta": HBETA, "nii": NII, "oiii": OIII}
    values = np.full(10, np.nan)
    for name, value in ew.items():
        values[places[name]] = value
    return values


def test_the_curves_pass_through_their_published_points() -> None:
    # Kauffmann 2003 and Kewley 2001 at x = -0.5, by hand from the printed formulas.
    assert curve_height(KAUFFMANN, np.array(-0.5)) == pytest.approx(0.61 / -0.55 + 1.3)
    assert curve_height(KEWLEY, np.array(-0.5)) == pytest.approx(0.61 / -0.97 + 1.19)


def test_beyond_a_pole_everything_is_above_and_nothing_unknown_is() -> None:
    x, y = np.array([0.1, 0.5, 0.5]), np.array([-5.0, -5.0, np.nan])
    assert is_above(KAUFFMANN, x, y).tolist() == [True, True, False]
    assert is_above(KEWLEY, x, y).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("oiii", "nii", "bpt", "whan"),
    [
        (3.0, 8.0, "star-forming", "star-forming"),
        (12.0, 14.0, "composite", "strong nucleus"),
        (60.0, 30.0, "above Kewley", "strong nucleus"),
    ],
)
def test_a_galaxy_is_named_by_its_lines(oiii: float, nii: float, bpt: str, whan: str) -> None:
    ew = lines(halpha=28.0, hbeta=9.0, oiii=oiii, nii=nii)
    at, here = bpt_point(ew), whan_point(ew)
    assert (str(bpt_class(at.x, at.y)), str(whan_class(here.x, here.y))) == (bpt, whan)


@pytest.mark.parametrize(
    ("halpha", "named"), [(10.0, "strong nucleus"), (4.0, "weak nucleus"), (2.0, "retired"), (0.4, "passive")]
)
def test_faint_galaxies_have_no_nucleus_whatever_their_ratio(halpha: float, named: str) -> None:
    here = whan_point(lines(halpha=halpha, nii=halpha))
    assert str(whan_class(here.x, here.y)) == named


@pytest.mark.parametrize(
    ("halpha", "nii", "named"),
    [
        (0.4, 0.4, "passive"),
        (0.4, 0.6, "retired"),
        (0.6, 0.4, "retired"),
        (0.1, 0.49, "passive"),
        (0.5, 0.1, "retired"),
    ],
)
def test_a_passive_galaxy_has_neither_halpha_nor_nii(halpha: float, nii: float, named: str) -> None:
    """Cid Fernandes et al. 2011: passive (lineless) galaxies have W(Hα) and W([N II]) < 0.5 Å."""
    here = whan_point(lines(halpha=halpha, nii=nii))
    assert str(whan_class(here.x, here.y)) == named


def test_missing_lines_give_no_class_and_errors_are_propagated() -> None:
    ew = lines(halpha=20.0, nii=5.0)
    at = bpt_point(ew, np.full(10, 1.0))
    assert np.isnan(at.y)
    assert str(bpt_class(at.x, at.y)) == ""
    assert at.x_error == pytest.approx(np.hypot(1 / 20, 1 / 5) / np.log(10))


@pytest.mark.parametrize(
    ("halpha", "nii", "error", "named", "noted"),
    [
        (20.0, 4.0, 1.0, "star-forming", ""),
        (20.0, 2.0, 1.0, "", "S/N of [N II] 2.0 below 3"),
        (2.0, 0.3, 0.3, "retired", ""),
        (1.0, 0.4, 0.5, "", "retired or passive"),
        (0.2, 0.1, 0.05, "passive", "upper limits"),
        (0.2, 0.1, 0.3, "", "EW(Hα) below 1.1 Å"),
        (np.nan, 0.4, 0.1, "", "Hα not detected"),
    ],
)
def test_a_whan_class_follows_from_significant_lines_or_limits(
    halpha: float, nii: float, error: float, named: str, noted: str
) -> None:
    found = classify_whan(lines(halpha=halpha, nii=nii), np.full(10, error**-2))
    assert found.name == named
    assert noted in found.note
    assert named or noted


def test_the_least_signal_can_be_chosen_and_an_unknown_error_is_no_significance() -> None:
    ew = lines(halpha=28.0, hbeta=9.0, oiii=3.0, nii=8.0)
    assert classify_bpt(ew, np.full(10, 1.0)).name == "star-forming"
    assert classify_bpt(ew, np.full(10, 1.0), min_signal=5.0) == ("", "S/N of [O III] 3.0 below 5")
    assert classify_bpt(ew, np.full(10, np.nan)).note == "error of [N II], Hα, [O III], Hβ unknown"
