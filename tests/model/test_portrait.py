"""One galaxy's portrait: consistent with the library's own functions, and exact derivatives."""

import numpy as np
import pytest

from model.bins import BIN_EDGES
from model.network import predict_ew
from model.portrait import PORTRAIT_WAVELENGTHS, portrait
from model.sensitivity import ew_sensitivity
from model.weights import load_params

FLUX = np.array([0.80, 0.97, 1.17, 1.14, 1.13, 1.06, 1.03, 1.01, 0.98, 0.92, 0.90, 0.86], np.float32)


@pytest.mark.parametrize("luminosity", [None, 6.2])
def test_agrees_with_predict_ew(luminosity: float | None):
    drawn = portrait(load_params(), FLUX, luminosity)
    np.testing.assert_allclose(drawn.prediction.ew, predict_ew(load_params(), FLUX, luminosity), rtol=1e-4)


def test_units_cancel_even_in_cgs():
    ours, cgs = portrait(load_params(), FLUX), portrait(load_params(), FLUX * np.float32(1e-17))
    np.testing.assert_allclose(cgs.prediction.ew, ours.prediction.ew, rtol=1e-4)
    np.testing.assert_allclose(cgs.continuum * 1e17, ours.continuum, rtol=1e-4)


def test_line_light_has_the_area_of_the_equivalent_width():
    drawn = portrait(load_params(), FLUX)
    step = PORTRAIT_WAVELENGTHS[1] - PORTRAIT_WAVELENGTHS[0]
    ew = (drawn.line_flux / drawn.continuum).sum(axis=1) * step
    np.testing.assert_allclose(ew, drawn.prediction.ew, rtol=0.02)
    assert BIN_EDGES[0] <= PORTRAIT_WAVELENGTHS[0] < PORTRAIT_WAVELENGTHS[-1] <= BIN_EDGES[-1]


def test_sensitivity_is_the_derivative_and_ignores_the_scale():
    params, step = load_params(), 1e-2
    exact = np.asarray(ew_sensitivity(params, FLUX))
    np.testing.assert_allclose(exact.sum(axis=1), 0, atol=2e-3 * np.abs(exact).max())
    for place in (1, 4, 10):
        up, down = (FLUX * np.exp(sign * step * np.eye(12, dtype=np.float32)[place]) for sign in (1, -1))
        slope = (np.asarray(predict_ew(params, up)) - np.asarray(predict_ew(params, down))) / (2 * step)
        np.testing.assert_allclose(exact[:, place], slope, rtol=0.05, atol=0.02 * np.abs(exact).max())
