"""The widening is read off what intervals miss."""

import numpy as np
import pytest

from research.fitting.widening import _slope


@pytest.mark.parametrize("slope", [0.0, 0.02, 0.1])
def test_the_slope_of_misses_that_grow_with_rarity_is_found(slope: float):
    rng = np.random.default_rng(0)
    rarity = np.maximum(rng.normal(-5, 5, 50_000), 0)
    misses = np.abs(rng.normal(0, 1 + slope * rarity))
    misses[::7] = np.nan  # lines that are not listed
    assert _slope(rarity, misses) == pytest.approx(slope, abs=0.01)
