"""A grid does what the functions of single spectra do, for any leading axes, and names wrong wavelengths."""

import re

import jax
import numpy as np
import pytest

from model.spectra.continuum import continuum_bins
from model.spectra.grid import Grid
from model.spectra.synthesis import add_lines
from model.spectra.templates import load_templates

TEMPLATES = load_templates()
WAVE = TEMPLATES.wavelength_rest
GRID = Grid(WAVE)
EW = np.abs(np.random.default_rng(0).normal(0, 10, (40, 10))).astype(np.float32)


def test_bins_of_starlight_are_those_of_the_masked_spectrum():
    found = GRID.bins(TEMPLATES.flux, lines=False)
    expected = np.stack([continuum_bins(WAVE.astype(np.float32), one, width=0.0) for one in TEMPLATES.flux])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_lines_are_painted_and_masked_as_one_by_one():
    painted = GRID.add_lines(TEMPLATES.flux[:5], EW[:5])
    bins = GRID.bins(painted)
    for row in range(5):
        one = add_lines(WAVE.astype(np.float32), TEMPLATES.flux[row], EW[row])
        np.testing.assert_allclose(painted[row], one, rtol=1e-5)
        np.testing.assert_allclose(bins[row], continuum_bins(WAVE.astype(np.float32), one), rtol=1e-5)


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (0, 3)])
def test_any_leading_axes(shape):
    flux = np.broadcast_to(TEMPLATES.flux[3], (*shape, len(WAVE)))
    ew = np.broadcast_to(EW[0], (*shape, 10))
    assert GRID.bins(flux).shape == GRID.bins(flux, lines=False).shape == (*shape, 12)
    assert GRID.bins(flux, np.ones_like(flux)).shape == (*shape, 12)
    assert GRID.add_lines(flux, ew).shape == flux.shape
    assert add_lines(WAVE, flux, ew).shape == flux.shape
    assert continuum_bins(WAVE, flux).shape == (*shape, 12)


def test_it_is_a_pytree_that_compiles_and_differentiates():
    def total(grid, flux, ew):
        return grid.add_lines(flux, ew).sum() + grid.bins(flux, lines=False).sum()

    value, slope = jax.jit(jax.value_and_grad(total, argnums=1))(GRID, TEMPLATES.flux[0], EW[0])
    assert np.isfinite(value)
    step = np.zeros_like(TEMPLATES.flux[0])
    step[2000] = 0.05
    change = total(GRID, TEMPLATES.flux[0] + step, EW[0]) - value
    assert float(slope[2000]) * 0.05 == pytest.approx(float(change), rel=0.05, abs=0.002)


def test_a_mask_leaves_pixels_out_and_air_moves_lines():
    ivar = np.ones_like(TEMPLATES.flux[0])
    ivar[:300] = 0
    spoiled = np.where(ivar > 0, TEMPLATES.flux[0], 1e6)
    clean = GRID.bins(TEMPLATES.flux[0], lines=False)
    np.testing.assert_allclose(GRID.bins(spoiled, ivar)[2:], clean[2:], rtol=0.02)
    peak = WAVE[np.argmax(GRID.add_lines(np.ones(len(WAVE)), np.eye(10)[6] * 50))]
    in_air = Grid(np.arange(3300.0, 7200.0), air=True)
    assert peak == pytest.approx(6564.6, abs=1)
    flat = np.ones(len(in_air.wavelength_rest))
    place = int(np.argmax(in_air.add_lines(flat, np.eye(10)[6] * 50)))
    assert 3300 + place == pytest.approx(6562.8, abs=1)


@pytest.mark.parametrize(
    ("wave", "words"),
    [
        (WAVE / 10, "nm, not Å. Multiply them by 10"),
        (WAVE / 1e4, "µm, not Å"),
        (WAVE / 1e10, "m, not Å"),
        (np.log10(WAVE), "logarithms"),
        (WAVE[::-1], "decrease. Reverse"),
        (WAVE[:1000], "cover 2 of the twelve bins"),
        (WAVE[None], "one axis"),
        (np.array([4000.0, np.nan, 5000.0]), "Wavelength 1 is nan"),
        (np.array([4000.0, 4001.0, 4001.0]), "Wavelength 2 (4001) is not above"),
    ],
)
def test_wrong_wavelengths_are_named(wave, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Grid(wave)


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="Transpose it"):
        GRID.bins(TEMPLATES.flux.T)
    with pytest.raises(ValueError, match=f"needs the grid's {len(WAVE)} pixels"):
        GRID.add_lines(TEMPLATES.flux[:, :10], EW)
    with pytest.raises(ValueError, match="10 are needed, one per line"):
        GRID.add_lines(TEMPLATES.flux, EW[:, :9])
    with pytest.raises(ValueError, match="built outside jitted functions"):
        jax.jit(lambda wave: Grid(wave).bins(TEMPLATES.flux))(WAVE)
