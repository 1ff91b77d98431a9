"""Columns as small integers: exact where they must be, within a step elsewhere."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.figures import quantise


@given(st.floats(1.0, 500.0), st.floats(0.0, 1.0))
def test_a_width_comes_back_within_half_a_step(top: float, share: float) -> None:
    ew = np.array([max(share * top, 1e-3)])
    code = int(quantise.quantise_ew(ew, top)[0])
    low, high = (quantise.ew_of_code(code + half, top) for half in (-0.5, 0.5))
    assert low - 1e-9 <= ew[0] <= high + 1e-9


def test_no_value_is_code_zero_and_every_value_is_not() -> None:
    codes = quantise.quantise_ew(np.array([np.nan, -1.0, 0.0, 1e-6, 20.0, 1e9]), 20.0)
    assert codes.tolist() == [0, 0, 1, 1, 255, 255]


def test_places_span_their_range() -> None:
    steps = quantise.quantise_place(np.array([-2.0, 0.0, 2.0]), (-2.0, 2.0))
    assert steps.tolist() == [0, 32768, 65535]
    assert steps.dtype.str == "<u2"


def test_one_place_alone_still_has_a_range() -> None:
    assert quantise.span(np.array([3.0, 3.0])) == (2.5, 3.5)


@pytest.mark.parametrize("ew", [np.array([np.nan]), np.array([]), np.array([0.1, 0.2])])
def test_a_top_is_at_least_one(ew: np.ndarray) -> None:
    assert quantise.ew_top(ew) == 1.0


@given(st.floats(1.0, 900.0))
def test_ticks_rise_from_zero_to_the_top_and_keep_apart(top: float) -> None:
    values, places = zip(*quantise.ew_ticks(top), strict=True)
    assert (values[0], values[-1], places[0], places[-1]) == (0.0, top, 0.0, 1.0)
    assert all(later - earlier >= 0.139 for earlier, later in itertools.pairwise(places))
