import numpy as np
import pytest

from model.lines import LINES
from model.spectra.synthesis import add_lines

GRID = np.arange(3400.2, 7000.0, 0.4)
EW = np.array([20, 3, 8, 1, 5, 2, 30, 6, 5, 4.0])


@pytest.mark.parametrize("dispersion", [40.0, 120.0, 250.0])
def test_each_line_has_the_equivalent_width_asked_for(dispersion):
    for index, line in enumerate(LINES):
        alone = np.where(np.arange(10) == index, EW, 0.0)
        excess = np.asarray(add_lines(GRID, np.full_like(GRID, 2.0), alone, dispersion)) / 2.0 - 1
        assert np.trapezoid(excess, GRID) == pytest.approx(EW[index], rel=1e-3)
        assert GRID[np.argmax(excess)] == pytest.approx(line.wavelength, abs=2.0)


@pytest.mark.parametrize("step", [0.8, 5.0, 10.0])
def test_coarse_pixels_keep_the_area(step):
    grid = np.arange(3400.0, 7000.0, step)
    excess = np.asarray(add_lines(grid, np.ones_like(grid), EW)) - 1
    assert excess.sum() * step == pytest.approx(EW.sum(), rel=1e-3)


def test_the_line_stands_on_the_continuum_at_its_wavelength():
    slope = np.linspace(1, 3, len(GRID))
    excess = np.asarray(add_lines(GRID, slope, np.where(np.arange(10) == 6, 10.0, 0.0))) - slope
    assert np.trapezoid(excess, GRID) == pytest.approx(10 * np.interp(LINES[6].wavelength, GRID, slope), rel=1e-3)
