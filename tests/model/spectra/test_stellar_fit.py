"""Pixels that the fit of the starlight leaves out: those near lines, on both sides."""

import numpy as np
import pytest

from model.lines import LINES
from model.numerics.constants import LIGHT_SPEED
from model.spectra.stellar_fit import LINE_REACH, OTHER_LINES, OTHER_REACH, near_lines


@pytest.mark.parametrize("side", [-1, 1])
def test_pixels_within_reach_of_a_line_are_near_it(side: int):
    waves = np.array([wave for line in LINES for wave in line.wavelengths])
    for reach, of in ((LINE_REACH, waves), (OTHER_REACH, np.asarray(OTHER_LINES))):
        assert near_lines(of * (1 + 0.98 * side * reach / LIGHT_SPEED)).all()
        assert near_lines(of).all()


def test_pixels_beyond_reach_of_every_line_are_used():
    last = max(wave for line in LINES for wave in line.wavelengths)
    assert not near_lines(np.array([4500.0, 5500.0, last * (1 + 1.02 * LINE_REACH / LIGHT_SPEED)])).any()
