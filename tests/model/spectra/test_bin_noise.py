"""The noise of the bins is that of repeated spectra, and only what DESI's spectra do not have counts."""

import numpy as np
import pytest

from model.bins import N_BINS, bin_continuum
from model.spectra.bin_noise import DESI_NOISE, bin_variance, excess_ivar

REST = np.arange(3380.0, 7020.0, 1.3)


def test_the_variance_is_that_of_repeated_spectra():
    rng = np.random.default_rng(0)
    sigma = np.linspace(0.5, 1.5, len(REST))
    ivar = np.where(rng.random(len(REST)) < 0.2, 0.0, 1 / sigma**2)
    means = np.stack([bin_continuum(REST, 5 + sigma * rng.normal(size=len(REST)), ivar) for _ in range(400)])
    assert np.sqrt(bin_variance(REST, ivar)) == pytest.approx(means.std(axis=0), rel=0.15)


def test_only_noise_beyond_desi_s_counts():
    flux = np.full(N_BINS, 3.0)
    assert np.isinf(excess_ivar(flux, 0.9 * DESI_NOISE**2, absolute=True)).all()
    assert excess_ivar(flux, 5 * DESI_NOISE**2, absolute=True) == pytest.approx(1 / (4 * DESI_NOISE**2))
    assert np.isinf(excess_ivar(flux, np.full(N_BINS, np.nan), absolute=True)).all()


def test_fluxes_without_a_unit_are_compared_with_a_median_galaxy():
    flux = np.full(N_BINS, 3.0)
    one, other = (excess_ivar(unit * flux, unit**2 * np.full(N_BINS, 0.3), absolute=False) for unit in (1.0, 1000.0))
    assert np.isfinite(one).all()
    assert other * 1e6 == pytest.approx(one)
