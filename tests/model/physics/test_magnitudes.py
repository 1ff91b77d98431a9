"""Magnitudes from bins: those of painted spectra, of a flat spectrum, and the share of each line."""

import jax
import numpy as np
import pytest

from analysis.emission.filters import SURVEYS, load_bands
from model.lines import LINE_NAMES, LINES
from model.physics.bands import Bands
from model.physics.magnitudes import line_magnitudes, magnitude_changes
from model.spectra.grid import Grid
from model.spectra.starlight import starlight, starlight_grid
from model.spectra.synthesis import add_lines

SHAPE = np.array([1.0, 1.2, 1.6, 1.7, 1.8, 1.7, 1.7, 1.6, 1.6, 1.5, 1.5, 1.4], np.float32)
EW = np.array([20.0, 4, 10, 5, 15, 4, 60, 12, 8, 6], np.float32)


@pytest.mark.parametrize("redshift", [0.0, 0.1, 0.25])
def test_changes_are_those_of_the_painted_spectrum(redshift: float):
    names, wavelength, responses = load_bands()
    rest = np.arange(3400.0, 7000.0, 0.5)
    continuum = np.interp(rest, starlight_grid(), np.asarray(starlight(SHAPE))).astype(np.float32)
    painted = np.asarray(add_lines(rest, continuum, EW))
    found = dict(zip(names, magnitude_changes(wavelength, responses, 5 * SHAPE, EW, redshift), strict=True))
    assert np.isfinite(found["LSST r"]) or redshift < 0.05
    compared = 0
    for name, response in zip(names, responses, strict=True):
        photons = rest * np.interp(rest * (1 + redshift), wavelength, response)
        if np.isfinite(found[name]):
            expected = -2.5 * np.log10((painted @ photons) / (continuum @ photons))
            assert found[name] == pytest.approx(expected, abs=0.004)
            assert found[name] < 0
            compared += 1
    assert compared >= 2


def test_a_source_of_3631_jansky_has_magnitude_0_in_every_survey():
    names, wavelength, responses = load_bands(*SURVEYS)
    seen = set()
    for redshift in (0.1, 0.4, 1.0, 2.0, 5.0):
        centers = (3550 + 300 * np.arange(12)) * (1 + redshift)
        flat = (3631e-23 * 2.99792458e18 / centers**2).astype(np.float32)
        found = line_magnitudes(wavelength, responses, flat, np.zeros(10, np.float32), redshift, unit=1.0)
        known = np.isfinite(found.without_lines)
        assert np.abs(np.asarray(found.without_lines)[known]).max() < 0.02
        np.testing.assert_array_equal(found.with_lines[known], found.without_lines[known])
        seen |= {name.split()[0] for name, one in zip(names, known, strict=True) if one}
    assert seen == set(SURVEYS)


def test_bins_and_their_spectrum_have_the_same_magnitudes():
    names, wavelength, responses = load_bands("LSST")
    used = [names.index("LSST g"), names.index("LSST r")]
    grid = Grid(starlight_grid())
    spectrum = np.asarray(starlight(SHAPE)) * np.float32(1e-17)
    whole = Bands(wavelength, responses[used], 0.1, grid).line_magnitudes(spectrum, EW)
    bins = line_magnitudes(wavelength, responses[used], SHAPE, EW, 0.1)
    np.testing.assert_allclose(bins.without_lines, whole.without_lines, atol=0.03)
    np.testing.assert_allclose(bins.changes, whole.changes, atol=0.004)
    np.testing.assert_allclose(whole.with_lines, Bands(wavelength, responses[used], 0.1, grid).magnitudes(spectrum, EW))


def test_each_line_alone_changes_what_it_does_without_the_others():
    names, wavelength, responses = load_bands()
    band = names.index("LSST r")
    found = line_magnitudes(wavelength, responses, SHAPE, EW, 0.1)
    assert found.changes.shape == (len(names), len(LINES))
    for place in range(len(LINES)):
        alone = np.where(np.arange(len(LINES)) == place, EW, 0).astype(np.float32)
        change = magnitude_changes(wavelength, responses, SHAPE, alone, 0.1)[band]
        assert found.changes[band, place] == pytest.approx(float(change), abs=5e-6)
    strongest = int(np.argmin(found.changes[band]))
    assert LINE_NAMES[strongest] == "OIII_5007"
    assert abs(float(found.changes[band, LINE_NAMES.index("HALPHA")])) < 1e-3  # at 7222 Å, beyond the band
    light = 10 ** (-0.4 * np.asarray(found.changes[band], float)) - 1
    total = float(found.with_lines[band] - found.without_lines[band])
    assert total == pytest.approx(-2.5 * np.log10(1 + light.sum()), abs=1e-5)


def test_many_galaxies_and_units():
    names, wavelength, responses = load_bands()
    band = names.index("LSST g")
    shifts = np.array([0.08, 0.1, 0.2], np.float32)
    flux = np.stack([SHAPE, 2 * SHAPE, SHAPE[::-1]])

    def one(flux, redshift):
        return line_magnitudes(wavelength, responses, flux, EW, redshift)

    many = jax.jit(jax.vmap(one))(flux, shifts)
    for row in range(3):
        alone = one(flux[row], float(shifts[row]))
        np.testing.assert_allclose(many.with_lines[row], alone.with_lines, atol=2e-5)
    brighter = one(10 * SHAPE, 0.1)
    assert one(SHAPE, 0.1).with_lines[band] - brighter.with_lines[band] == pytest.approx(2.5, abs=1e-4)
    coarse = line_magnitudes(wavelength, responses, SHAPE, EW, 0.1, unit=1e-16)
    np.testing.assert_allclose(coarse.with_lines, brighter.with_lines, atol=1e-4)
    np.testing.assert_allclose(coarse.changes, brighter.changes, atol=1e-6)


def test_a_band_that_the_bins_do_not_cover_has_no_magnitude():
    names, wavelength, responses = load_bands()
    found = line_magnitudes(wavelength, responses, SHAPE, EW, 0.1)
    for values in (found.with_lines, found.without_lines, found.changes[:, 0]):
        by_name = dict(zip(names, np.asarray(values), strict=True))
        assert np.isnan([by_name["LSST y"], by_name["LSST u"], by_name["DESI z"]]).all()
        assert np.isfinite([by_name["LSST g"], by_name["DESI g"], by_name["DESI r"]]).all()


def test_a_survey_without_curves_is_named():
    with pytest.raises(ValueError, match=r"no curves of 'HST'. There are those of LSST, DESI, Roman, Euclid, SPHEREx"):
        load_bands("HST")
