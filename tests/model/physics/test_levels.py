"""Continuum levels at the lines, against spectra of starlight; `scripts.continuum_levels` prints the table."""

import jax
import numpy as np
import pytest

from analysis.explorer.spectra import synthesise
from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from model.bins import bin_continuum
from model.lines import LINE_NAMES, LINES
from model.physics import levels
from model.physics.levels import LARGEST_CORRECTION, continuum_levels, interpolated_levels, stored_coefficients
from model.spectra.continuum import continuum_bins
from model.spectra.lines.side_bands import COMPONENT_LINE, side_band_levels
from model.spectra.templates import attenuation, load_templates


def true_levels(wavelength_rest: np.ndarray, stars: np.ndarray) -> np.ndarray:
    found = np.asarray(side_band_levels(wavelength_rest, stars), np.float64)
    return np.bincount(COMPONENT_LINE, found) / np.bincount(COMPONENT_LINE)


@pytest.mark.slow
def test_levels_of_mock_spectra_are_within_one_percent_in_every_third_of_colour():
    catalogue = Catalogue(EMBEDDED_FILE)
    bins, truth, see = [], [], jax.jit(continuum_bins)
    for row in range(0, catalogue.n, catalogue.n // 120):
        galaxy = catalogue.galaxy(row)
        spectrum = synthesise(galaxy, noise=False)
        assert spectrum.continuum is not None
        last = spectrum.wavelength_rest[-1]
        beyond = np.arange(1, 6145 - len(spectrum.flux))
        bins.append(see(np.append(spectrum.wavelength_rest, last + beyond), np.pad(spectrum.flux, (0, len(beyond)))))
        truth.append(true_levels(spectrum.wavelength_rest, spectrum.continuum))
    bins, truth = np.array(bins), np.array(truth)
    red = bins[:, 3] / bins[:, 1]
    third = np.digitize(red, np.quantile(red, [1 / 3, 2 / 3]))
    for estimate, least, most in ((continuum_levels, 0.0, 0.012), (interpolated_levels, 0.04, 0.1)):
        error = np.array([np.median((estimate(bins) / truth - 1)[third == one], axis=0) for one in range(3)])
        assert least < np.abs(error).max() < most


def test_levels_of_other_star_formation_histories_are_close():
    templates, random = load_templates(), np.random.default_rng(0)
    share = random.dirichlet(np.full(len(templates.flux), 0.3), 60)
    screen = attenuation(templates.wavelength_rest)[random.integers(0, 6, 60)]
    stars = (share @ templates.flux * screen).astype(np.float32)
    bins = np.array([bin_continuum(templates.wavelength_rest, one) for one in stars])
    truth = np.array([true_levels(templates.wavelength_rest, one) for one in stars])
    error, before = (estimate(bins) / truth - 1 for estimate in (continuum_levels, interpolated_levels))
    assert np.abs(np.median(error, axis=0)).max() < 0.025  # the absorption under the lines stays in these bins
    hgamma, hbeta = LINE_NAMES.index("HGAMMA"), LINE_NAMES.index("HBETA")
    for line in (hgamma, hbeta):
        assert np.abs(error[:, line]).mean() < 0.5 * np.abs(before[:, line]).mean()


def test_levels_scale_with_the_flux_and_stay_near_the_bins_for_any_colours():
    flux = 10 ** np.random.default_rng(0).uniform(-3, 3, (50, 12))
    found = continuum_levels(flux)
    assert found.shape == (50, len(LINES))
    np.testing.assert_allclose(continuum_levels(7e-18 * flux), 7e-18 * found)
    assert np.abs(np.log(found / interpolated_levels(flux))).max() <= LARGEST_CORRECTION + 1e-9


def test_a_line_without_coefficients_has_the_interpolated_level(monkeypatch):
    assert set(stored_coefficients()) >= set(LINE_NAMES)
    monkeypatch.setattr(levels, "stored_coefficients", dict)
    flux = np.linspace(1, 2, 12)
    np.testing.assert_array_equal(continuum_levels(flux), interpolated_levels(flux))
