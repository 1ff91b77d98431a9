import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from model.storage.weights import load_params
from research.mock.comparison import as_markdown, compare
from research.sample import Sample

RNG = np.random.default_rng(0)


def sample(n: int, reddening: float = 0.0) -> Sample:
    """Galaxies whose starlight is redder by `reddening`, every third without Halpha."""
    tilt = RNG.normal(reddening, 0.3, n)
    flux = np.exp(tilt[:, None] * np.linspace(-1, 1, 12) + RNG.normal(0, 0.02, (n, 12)))
    ew = RNG.lognormal(1, 0.5, (n, 10))
    ew[::3, 6] = np.nan
    redshift = np.full(n, 0.1)
    held_out = np.arange(n) % 10 > 0
    return Sample(list(map(str, range(n))), redshift, RNG.normal(6, 0.3, n), flux, ew, ew, held_out, np.zeros(n, bool))


@pytest.fixture(autouse=True)
def one_thread():
    """Small tables do not repay threads that wait for one another."""
    import sklearn.ensemble  # noqa: F401  its threads can only be limited once they are there

    with threadpool_limits(1):
        yield


@pytest.mark.slow
def test_two_draws_of_one_population_cannot_be_told_apart():
    result = compare(sample(600), sample(600), load_params())
    assert result.auc == pytest.approx(dict.fromkeys(result.auc, 0.5), abs=0.08)
    assert result.undetected[:, 6] == pytest.approx(1 / 3, abs=0.02)
    assert result.median == pytest.approx(np.e, rel=0.1)
    assert result.distance[0] == pytest.approx(result.distance[1], rel=0.3)
    assert np.abs(np.diff(result.distance, axis=0)[0] / result.distance_error).max() < 4
    for name, (real, mock) in result.diagrams.items():
        assert abs(mock - real) <= 4 * result.diagrams_error[name], name
    assert "AUC" in as_markdown(result)


@pytest.mark.slow
def test_a_redder_mock_is_found_out():
    assert compare(sample(600, reddening=0.5), sample(600), load_params()).auc["everything"] > 0.7


@pytest.mark.slow
def test_copies_of_the_training_galaxies_are_found_out():
    real = sample(600)
    train = ~real.held_out
    copies = Sample(real.target_ids, *(np.concatenate([column[train]] * 10) for column in real[1:]))
    assert compare(copies, real, load_params()).distance[1, 2] == pytest.approx(0.0, abs=1e-6)
