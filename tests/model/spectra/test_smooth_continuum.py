import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.bins import bin_continuum
from model.spectra.smooth_continuum import smooth_continuum

GRID = np.arange(3400.2, 7000.0, 0.4)


@given(arrays(np.float32, 12, elements=st.floats(0.03125, 64, width=32)))
def test_a_smooth_continuum_has_exactly_its_bins_and_is_never_negative(flux):
    curve = np.asarray(smooth_continuum(GRID, flux))
    assert np.allclose(bin_continuum(GRID, curve), flux, rtol=2e-3)
    assert curve.min() > -1e-4 * flux.max()
