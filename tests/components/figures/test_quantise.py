"""Numbers as small integers: exact where they must be, within a step elsewhere."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.figures import quantise
from components.figures.quantise import Scale


def decode(code: float, scale: Scale, bits: int) -> float:
    """The value at the middle of a code's step, as the browser computes it."""
    low, high = (math.asinh(end / scale.soft) for end in (scale.low, scale.high))
    return math.sinh(low + (code - 1) / (quantise.steps(bits) - 1) * (high - low)) * scale.soft


@given(st.floats(1.0, 500.0), st.floats(0.0, 1.0), st.sampled_from([8, 16]))
def test_a_width_comes_back_within_half_a_step(top: float, share: float, bits: int) -> None:
    scale = Scale("arcsinh", 0.0, top, top * quantise.SOFT_SHARE)
    ew = np.array([share * top])
    code = int(quantise.encode(ew, scale, bits)[0])
    low, high = (decode(code + half, scale, bits) for half in (-0.5, 0.5))
    assert low - 1e-6 <= ew[0] <= high + 1e-6


def test_no_value_is_code_zero_and_every_value_is_not() -> None:
    scale = quantise.widths(np.array([20.0]))
    codes = quantise.encode(np.array([np.nan, -1.0, 0.0, 1e-6, 20.0, 1e9]), scale)
    assert codes.tolist() == [0, 0, 1, 1, 255, 255]


def test_an_even_scale_spans_its_values_below_zero_too() -> None:
    values = np.array([-2.0, 0.0, 2.0, np.nan])
    codes = quantise.encode(values, quantise.linear(values), 16)
    assert codes.tolist() == [1, 32768, 65535, 0]
    assert codes.dtype.str == "<u2"


def test_one_value_alone_still_has_a_range() -> None:
    assert quantise.linear(np.array([3.0, 3.0]))[1:3] == (2.5, 3.5)
    assert quantise.linear(np.array([np.nan]))[1:3] == (0.0, 1.0)


@pytest.mark.parametrize("ew", [np.array([np.nan]), np.array([]), np.array([0.1, 0.2])])
def test_a_top_is_at_least_one(ew: np.ndarray) -> None:
    assert quantise.widths(ew).high == 1.0


def test_a_home_leaves_the_outermost_out() -> None:
    low, high = quantise.home(np.append(np.linspace(0, 1, 1000), [100.0, np.nan]))
    assert -0.1 < low < 0
    assert 1 < high < 1.1
