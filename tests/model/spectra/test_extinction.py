"""The extinction of the Milky Way follows O'Donnell's curve."""

import numpy as np
import pytest

from model.spectra.extinction import attenuation


@pytest.mark.parametrize(("wavelength", "share"), [(3546.0, 1.579), (4925.0, 1.161), (6335.0, 0.843), (7799.0, 0.639)])
def test_the_curve_is_that_of_the_sdss_bands(wavelength: float, share: float):
    """A(band) / A(V) for R_V = 3.1, Schlegel, Finkbeiner & Davis 1998, ApJ 500, 525, table 6: u', g', r' and i'."""
    in_v = attenuation(np.array([1e4 / 1.82]), 1.0)
    assert attenuation(np.array([wavelength]), 1.0) == pytest.approx(share * in_v, rel=0.02)


def test_a_v_is_3_1_times_the_colour_excess_and_ends_keep_their_values():
    found = attenuation(np.array([2000.0, 3030.4, 1e4 / 1.82, 9090.8, 12_000.0]), 0.2)
    assert found[2] == pytest.approx(0.62, rel=1e-6)
    assert found[0] == pytest.approx(found[1], rel=1e-3)
    assert found[-1] == pytest.approx(found[-2], rel=1e-3)
