"""Light of lines: areas of painted lines, and magnitudes of painted spectra."""

import numpy as np
import pytest

from analysis.emission.filters import load_bands
from model.features import log_luminosity
from model.physics.levels import continuum_levels
from model.physics.luminosities import SOLAR_LUMINOSITY, line_fluxes, line_luminosities, magnitude_changes
from model.spectra.starlight import starlight, starlight_grid
from model.spectra.synthesis import add_lines

SHAPE = np.array([1.0, 1.2, 1.6, 1.7, 1.8, 1.7, 1.7, 1.6, 1.6, 1.5, 1.5, 1.4], np.float32)
EW = np.array([20.0, 4, 10, 5, 15, 4, 60, 12, 8, 6], np.float32)


@pytest.mark.parametrize("redshift", [0.05, 0.3])
def test_a_line_on_a_flat_continuum_has_the_flux_of_its_area(redshift: float):
    flat = np.full(12, 2.0, np.float32)
    total = float(log_luminosity(flat, redshift))
    luminosity = line_luminosities(3 * flat, EW, total, levels=3 * flat[:10])
    np.testing.assert_allclose(line_fluxes(luminosity, redshift), 2 * EW * (1 + redshift), rtol=1e-4)
    estimated = line_luminosities(3 * flat, EW, total)
    np.testing.assert_allclose(estimated / luminosity, continuum_levels(flat) / 2, rtol=1e-4)
    assert 39 < np.log10(float(luminosity[6]) * SOLAR_LUMINOSITY) < 42


@pytest.mark.parametrize("redshift", [0.0, 0.1, 0.25])
def test_magnitudes_are_those_of_the_painted_spectrum(redshift: float):
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


def test_a_band_that_the_bins_do_not_cover_has_no_magnitude():
    names, wavelength, responses = load_bands()
    found = dict(zip(names, magnitude_changes(wavelength, responses, SHAPE, EW, 0.1), strict=True))
    assert np.isnan([found["LSST y"], found["LSST u"], found["DESI z"]]).all()
    assert np.isfinite([found["LSST g"], found["DESI g"], found["DESI r"]]).all()
