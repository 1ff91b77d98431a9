import numpy as np
import pytest

from model.bins import bin_continuum
from model.spectra.bin_splines import spline_basis
from model.spectra.lines.side_bands import COMPONENT_WAVELENGTHS, side_band_levels
from model.spectra.pixel_noise import relative_noise
from model.spectra.starlight import starlight, starlight_grid
from model.spectra.templates import attenuation, load_templates, nnls, smear

OLD = np.array([0.35, 0.38, 0.72, 0.85, 0.98, 1.0, 1.08, 1.15, 1.17, 1.13, 1.16, 1.14], np.float32)
YOUNG = np.linspace(1.6, 0.8, 12, dtype=np.float32)


def depth(curve: np.ndarray, wavelength: float) -> float:
    """Give how deep an absorption line is, relative to its surroundings."""
    grid = starlight_grid()
    beside = curve[(np.abs(grid - wavelength) > 15) & (np.abs(grid - wavelength) < 30)].mean()
    return 1 - curve[np.abs(grid - wavelength) < 3].min() / beside


@pytest.mark.parametrize("bins", [OLD, YOUNG, 1e-3 * OLD, 1e3 * YOUNG])
def test_starlight_has_the_bins(bins):
    found = np.asarray(bin_continuum(starlight_grid().astype(np.float32), starlight(bins)))
    np.testing.assert_allclose(found, bins, rtol=1e-4)


def test_absorption_lines_and_the_break_are_there():
    old, young = (np.asarray(starlight(bins)) for bins in (OLD, YOUNG))
    assert depth(old, 3934.8) > 0.25  # Ca K
    assert depth(old, 3969.6) > 0.25  # Ca H
    assert depth(young, 4341.7) > 0.2  # Hγ
    assert depth(young, 4862.7) > 0.2  # Hβ
    grid = starlight_grid()
    red, blue = ((grid > 4000) & (grid < 4100), (grid > 3850) & (grid < 3950))
    assert old[red].mean() / old[blue].mean() > 1.5
    assert young[red].mean() / young[blue].mean() < 1.2


def test_templates_are_in_vacuum_and_complete():
    templates = load_templates()
    assert templates.flux.shape[0] == 40
    assert len(set(zip(templates.age.tolist(), templates.metallicity.tolist(), strict=True))) == 40
    # Hδ of 0.3 Gyr: 4102.89 Å in vacuum, 4101.73 in air.
    young = templates.flux[(np.abs(templates.age - 0.286) < 1e-3) & (np.abs(templates.metallicity - 0.02) < 1e-3)][0]
    near = np.abs(templates.wavelength_rest - 4102.3) < 12
    core = np.clip(np.quantile(young[near], 0.3) - young[near], 0, None)
    assert (core * templates.wavelength_rest[near]).sum() / core.sum() == pytest.approx(4102.89, abs=0.4)


def test_smearing_keeps_area_and_widens():
    spike = np.zeros((1, 401), np.float32)
    spike[0, 200] = 1
    wide = smear(spike, 120.0, 50.0)[0]
    places = 50.0 * (np.arange(401) - 200)
    assert wide.sum() == pytest.approx(1, abs=1e-5)
    assert np.sqrt((wide * places**2).sum()) == pytest.approx(120, rel=0.02)


def test_dust_dims_the_blue_more():
    screens = attenuation(np.array([3500.0, 5500.0, 7000.0]))
    assert (screens[0] == 1).all()
    # A(V) = 4.05 E(B-V), by the curve's definition.
    assert -2.5 * np.log10(screens[5, 1]) == pytest.approx(4.05 * 0.3, rel=0.01)
    assert (np.diff(screens[1:], axis=1) > 0).all()


def test_nnls_finds_what_scipy_finds():
    from scipy.optimize import nnls as reference

    random = np.random.default_rng(3)
    matrix = random.normal(size=(60, 12)).astype(np.float32)
    target = matrix @ np.maximum(random.normal(size=12), 0) + 0.1 * random.normal(size=60)
    found = np.asarray(nnls(matrix.T @ matrix, (matrix.T @ target).astype(np.float32), 300))
    np.testing.assert_allclose(found, reference(matrix, target)[0], atol=2e-4)


def test_splines_are_a_partition_of_one_and_straight_outside():
    basis = spline_basis(np.linspace(3300, 7100, 381))
    np.testing.assert_allclose(basis.sum(axis=1), 1, atol=1e-6)
    assert np.abs(np.diff(basis[:20], n=2, axis=0)).max() < 1e-5


def test_side_bands_do_not_see_the_absorption_core():
    grid = np.arange(3400.0, 7000.0, 0.8)
    slope = 1 + (grid - 3400) / 3600
    core = sum(0.5 * np.exp(-0.5 * ((grid - wavelength) / 3) ** 2) for wavelength in COMPONENT_WAVELENGTHS)
    expected = np.interp(COMPONENT_WAVELENGTHS, grid, slope)
    np.testing.assert_allclose(side_band_levels(grid, slope - core), expected, rtol=0.01)


def test_noise_follows_the_errors_and_is_typical_without_any():
    grid, ew = np.arange(3400.0, 7000.0, 0.7), np.full(10, 2.0)
    quiet, loud = (relative_noise(grid, ew, np.full(10, ivar), 0.1) for ivar in (4.0, 1.0))
    np.testing.assert_allclose(loud / quiet, 2, rtol=1e-6)
    none = relative_noise(grid, np.full(10, np.nan), np.full(10, np.nan), 0.1)
    assert 0.19 < none[-1] < 0.21
    assert none[0] > 1.2
