import itertools

import numpy as np
import pytest

from model.bins import bin_continuum
from model.lines import LINES
from model.spectra.continuum import SIDE_BAND, continuum_bins, mask_lines, mask_windows
from model.spectra.synthesis import add_lines

GRID = np.arange(3390.0, 7010.0, 0.8)
STARLIGHT = 3 + 0.5 * np.sin(GRID / 900)


def test_windows_cover_every_line_and_leave_room_for_side_bands():
    windows = mask_windows()
    for line in LINES:
        for wavelength in line.wavelengths:
            assert any(low < wavelength < high for low, high in windows)
    for (_, high), (low, _) in itertools.pairwise(windows):
        assert low - high > SIDE_BAND


def test_masking_gives_the_continuum_back_from_under_strong_lines():
    flux = add_lines(GRID, STARLIGHT, np.array([60, 5, 20, 20, 60, 5, 100, 15, 10, 8.0]))
    unmasked = np.asarray(bin_continuum(GRID, flux)) / np.asarray(bin_continuum(GRID, STARLIGHT))
    assert unmasked[[1, 10]].min() > 1.1
    bins = np.asarray(continuum_bins(GRID, flux))
    assert np.allclose(bins, bin_continuum(GRID, STARLIGHT), rtol=2e-3)


def test_absorption_deeper_than_emission_is_kept():
    absorbed = np.asarray(add_lines(GRID, STARLIGHT, np.array([0, -3, -4, 0, 0, 0, 0, 0, 0, 0.0])))
    assert np.allclose(mask_lines(GRID, absorbed), absorbed, rtol=1e-3)


def test_bad_pixels_in_a_side_band_do_not_leak():
    flux, ivar = np.asarray(add_lines(GRID, STARLIGHT, np.full(10, 10.0))).copy(), np.ones_like(GRID)
    spoiled = (GRID > 5020) & (GRID < 5024)
    flux[spoiled], ivar[spoiled] = 1e5, 0
    assert np.allclose(continuum_bins(GRID, flux, ivar), bin_continuum(GRID, STARLIGHT), rtol=2e-3)


@pytest.mark.parametrize("low", [3500.0, 4100.0, 6600.0])
def test_a_spectrum_that_misses_a_window_stays_finite_where_it_has_data(low):
    part = GRID[low < GRID]
    assert np.isfinite(mask_lines(part, np.ones_like(part))).all()
