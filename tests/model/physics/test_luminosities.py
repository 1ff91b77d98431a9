"""Light of lines: areas of painted lines."""

import numpy as np
import pytest

from model.physics.levels import continuum_levels
from model.physics.luminosities import SOLAR_LUMINOSITY, line_fluxes, line_luminosities, log_luminosity

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
