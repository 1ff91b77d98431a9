import numpy as np
import pytest

from data.comparison import compare
from data.sample import Sample

RNG = np.random.default_rng(0)


def sample(n: int, reddening: float = 0.0) -> Sample:
    """Galaxies whose starlight is redder by `reddening`, every third without Halpha."""
    tilt = RNG.normal(reddening, 0.3, n)
    flux = np.exp(tilt[:, None] * np.linspace(-1, 1, 12) + RNG.normal(0, 0.02, (n, 12)))
    ew = RNG.lognormal(1, 0.5, (n, 10))
    ew[::3, 6] = np.nan
    redshift = np.full(n, 0.1)
    return Sample(list(map(str, range(n))), redshift, RNG.normal(6, 0.3, n), flux, ew, ew, np.ones(n, bool))


def test_two_draws_of_one_population_cannot_be_told_apart():
    result = compare(sample(1500), sample(1500))
    assert result.auc_continuum == pytest.approx(0.5, abs=0.05)
    assert result.undetected[:, 6] == pytest.approx(1 / 3, abs=0.01)
    assert result.median == pytest.approx(np.e, rel=0.1)


def test_a_redder_mock_is_found_out():
    assert compare(sample(1500, reddening=0.5), sample(1500)).auc_continuum > 0.7
