"""Spectra for a figure, and which quantities of predicted lines a redshift makes known."""

import numpy as np
import pytest

from analysis.emission.line_luminosity import light_of
from analysis.emission.synthetic_spectrum import thinned
from data.spectrum import Spectrum
from model.lines import LINES


@pytest.mark.parametrize(("pixels", "points"), [(5, 5), (900, 900), (901, 451), (1800, 900)])
def test_a_spectrum_is_averaged_only_where_a_figure_needs_it(pixels, points):
    wavelength = np.linspace(3500, 6900, pixels)
    found = thinned(Spectrum(wavelength, np.full(pixels, 2.0)), 900)
    assert len(found["wavelength"]) == len(found["flux"]) == points
    assert set(found["flux"]) == {2.0}
    assert found["wavelength"][0] == pytest.approx(wavelength[: -(-pixels // 900)].mean(), rel=1e-4)


def test_a_galaxy_at_no_distance_has_luminosities_but_no_fluxes_and_magnitudes():
    ew = np.tile(np.linspace(1, 10, len(LINES)), (3, 1))
    here, there = (light_of(ew.astype(np.float32), np.ones(12, np.float32), 7.0, redshift) for redshift in (0.0, 0.1))
    assert here.flux is None
    assert here.magnitudes is None
    assert here.luminosity is not None
    assert there.luminosity is not None
    assert there.flux is not None
    np.testing.assert_allclose(here.luminosity, there.luminosity)
    assert np.isfinite(there.flux).all()
    assert there.magnitudes is not None
