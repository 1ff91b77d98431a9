"""The colours of a continuum with missing bins are those of a Gaussian given what is known, by its own formula."""

import jax
import numpy as np
import pytest

from model.distribution.colors import posterior
from model.storage.weights import load_params


@pytest.mark.parametrize(
    "missing",
    [(), (0,), (11,), (0, 1), (0, 11), (4, 5, 6), (1,), (0, 2, 3, 9), tuple(range(2, 12)), tuple(range(1, 11))],
)
@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_one_gaussian_is_conditioned_on_the_known_bins(missing: tuple[int, ...], noise: float):
    domain = load_params().domain
    assert domain is not None
    mixture = jax.tree.map(lambda values: values[:1], domain)
    whitening = np.asarray(mixture.whitening[0], float)
    center, spread = np.asarray(mixture.center[0], float), np.linalg.inv(whitening @ whitening.T)
    rng = np.random.default_rng(len(missing))
    log_flux = np.r_[0.3, 0.3 + np.cumsum(rng.multivariate_normal(center, spread))]
    known = np.setdiff1d(np.arange(12), missing)

    # Logarithms of the bins are sums of colours over the first one, which has no prior.
    sums = np.tril(np.ones((12, 11)), -1)
    differences = np.diff(np.eye(12)[known], axis=0)
    pick = differences @ sums
    error = differences @ differences.T * (noise / np.log(10)) ** 2
    inverse = np.linalg.inv(pick @ spread @ pick.T + error)
    expected = center + spread @ pick.T @ inverse @ (differences @ log_flux - pick @ center)
    covariance = spread - spread @ pick.T @ inverse @ pick @ spread

    flux = 10**log_flux
    flux[list(missing)] = np.nan
    ivar = np.full(12, np.inf) if noise == 0 else 1 / (noise * flux) ** 2
    ivar[list(missing)] = 0
    found = posterior(mixture, flux.astype(np.float32), ivar.astype(np.float32))
    np.testing.assert_allclose(found.color, expected, atol=1e-3)
    np.testing.assert_allclose(found.covariance, covariance, atol=0.02 * np.diag(spread).max())
