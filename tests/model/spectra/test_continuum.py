import itertools

import jax
import numpy as np
import pytest

from model.bins import bin_continuum
from model.lines import LINES
from model.spectra.continuum import continuum_bins
from model.spectra.lines.mask import NARROW, SIDE_BAND, line_width, mask_lines, mask_windows
from model.spectra.starlight import starlight, starlight_grid
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


STRENGTHS = np.array([0.6, 0.05, 0.2, 0.2, 0.6, 0.33, 1.0, 1.0, 0.4, 0.3])
"""EWs of the lines in units of Hα's, with [N II] as strong as Hα."""


@pytest.mark.parametrize("dispersion", [50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0, 400.0])
@pytest.mark.parametrize("halpha", [10.0, 100.0, 300.0])
def test_masks_grow_with_the_width_of_the_lines(dispersion, halpha):
    flux = np.asarray(add_lines(GRID, STARLIGHT, STRENGTHS * halpha, dispersion, 1.4))
    true = np.asarray(bin_continuum(GRID, STARLIGHT))
    fixed = np.asarray(bin_continuum(GRID, mask_lines(GRID, flux, width=0.0)))
    assert np.abs(np.asarray(_bins(GRID, flux)) / true - 1).max() < 0.005
    assert np.abs(np.asarray(continuum_bins(GRID, flux, width=dispersion)) / true - 1).max() < 0.005
    if dispersion >= 250 and halpha >= 100:
        assert np.abs(fixed / true - 1)[10:].max() > 0.05
    if dispersion <= 100:
        np.testing.assert_array_equal(_bins(GRID, flux), np.asarray(_narrow(GRID, flux)))


def test_narrow_and_missing_lines_leave_the_windows_as_they_are():
    stars = np.interp(GRID, starlight_grid(), np.asarray(starlight(np.linspace(0.8, 1.0, 12, dtype=np.float32))))
    noise = np.random.default_rng(0)
    for halpha, error in itertools.product((0.0, 1.0, 10.0, 60.0), (0.0, 0.05, 0.5)):
        flux = np.asarray(add_lines(GRID, stars, STRENGTHS * halpha, 120.0, 1.4))
        assert line_width(GRID, flux + error * noise.standard_normal(len(GRID))) < NARROW


_bins = jax.jit(continuum_bins)
_narrow = jax.jit(lambda wavelength, flux: bin_continuum(wavelength, mask_lines(wavelength, flux, width=0.0)))


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


PIXELS = np.arange(80.0, 131.0)
WINDOW = ((100.0, 110.0),)
BLUE, RED = (PIXELS >= 92) & (PIXELS <= 99), (PIXELS >= 111) & (PIXELS <= 118)
INSIDE = (PIXELS >= 100) & (PIXELS <= 110)


def spectrum():
    """Return an emission line in the window, and side bands of 8 Å with different values in every pixel."""
    flux = np.full_like(PIXELS, 500.0)  # outside the side bands: must not count
    flux[BLUE], flux[RED] = [1, 2, 4, 8, 3, 5, 7, 2], [16, 9, 12, 10, 20, 11, 13, 5]  # means 4 and 12
    flux[INSIDE] = 50.0
    return flux


def test_a_window_becomes_the_line_between_the_means_of_its_side_bands():
    flux = spectrum()
    masked = np.asarray(mask_lines(PIXELS, flux, windows=WINDOW))
    assert np.array_equal(masked[~INSIDE], flux[~INSIDE])
    straight = 4 + (12 - 4) * (PIXELS[INSIDE] - 96) / (114 - 96)  # through the centres of the bands
    assert np.allclose(masked[INSIDE], straight, rtol=1e-6)


def test_a_line_as_strong_as_its_replacement_is_replaced():
    flux = np.ones_like(PIXELS)
    flux[INSIDE] = [2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    assert np.array_equal(mask_lines(PIXELS, flux, windows=WINDOW), np.ones_like(PIXELS))
    flux[PIXELS == 101] = -0.5
    assert np.array_equal(mask_lines(PIXELS, flux, windows=WINDOW), flux)


@pytest.mark.parametrize("value", [-1e6, 1e6, np.nan])
def test_a_bad_pixel_in_a_window_does_not_decide_whether_it_is_replaced(value):
    ivar = np.ones_like(PIXELS)
    ivar[PIXELS == 105] = 0
    for level, replaced in ((2.0, True), (0.5, False)):
        flux = np.ones_like(PIXELS)
        flux[INSIDE], flux[PIXELS == 105] = level, value
        masked = np.asarray(mask_lines(PIXELS, flux, ivar, WINDOW))
        assert np.array_equal(masked, np.ones_like(PIXELS) if replaced else flux, equal_nan=True)
        if np.isnan(value):
            assert np.array_equal(mask_lines(PIXELS, flux, windows=WINDOW), masked, equal_nan=True)


@pytest.mark.parametrize("band", [BLUE, RED])
def test_a_window_without_a_good_pixel_in_a_side_band_is_left_unchanged(band):
    flux, ivar = spectrum(), np.where(band, 0.0, 1.0)
    assert np.array_equal(mask_lines(PIXELS, flux, ivar, WINDOW), flux)


@pytest.mark.parametrize("band", [BLUE, RED])
def test_one_good_pixel_makes_a_side_band(band):
    flux, ivar = spectrum(), np.where(band, 0.0, 1.0)
    only = np.flatnonzero(band)[3]
    ivar[only] = 1
    blue, red = (flux[only] if band is BLUE else 4), (flux[only] if band is RED else 12)
    straight = blue + (red - blue) * (PIXELS[INSIDE] - 96) / 18
    assert np.allclose(np.asarray(mask_lines(PIXELS, flux, ivar, WINDOW))[INSIDE], straight, rtol=1e-6)


def test_only_the_pixels_of_a_window_decide_whether_it_is_replaced():
    wavelength = np.arange(80.0, 400.0)
    inside = (wavelength >= 100) & (wavelength <= 110)
    emission, absorption = wavelength + 0.5 * inside, wavelength - 0.5 * inside
    straight = 95.5 + (114.5 - 95.5) * (wavelength - 96) / 18  # the means of the bands, at their centres
    masked = np.asarray(mask_lines(wavelength, emission, windows=WINDOW))
    assert np.allclose(masked, np.where(inside, straight, wavelength), rtol=1e-6)
    assert np.array_equal(mask_lines(wavelength, absorption, windows=WINDOW), absorption)
