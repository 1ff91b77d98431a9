"""The other methods do what their names say, on galaxies whose answer is known."""

from typing import Any

import jax
import numpy as np
import pytest

from model.predictions.params import Params
from model.predictions.predict import predict
from research.baselines import cache, local, trained
from research.baselines.local import LWLR_COUNT, local_regression, nearest_neighbours, neighbours_of

RNG = np.random.default_rng(2)
FEATURES = RNG.normal(size=(3000, 3)).astype(np.float32) * [1, 0.1, 5] + [0, 2, -1]
SLOPES = np.array([[0.5, -3.0, 0.1], [0.2, 1.0, 0.2]]).T
EW = np.sinh(1.5 + (FEATURES - FEATURES.mean(axis=0)) @ SLOPES / 2).astype(np.float32)
EW[RNG.random(EW.shape) < 0.3] = np.nan
ASKED = FEATURES[:40] + RNG.normal(scale=0.01, size=(40, 3)).astype(np.float32)


def by_hand(asked):
    """Distances and order of the known galaxies, one galaxy at a time."""
    distance = np.linalg.norm((FEATURES - asked) / FEATURES.std(axis=0), axis=1)
    return distance, np.argsort(distance)


def test_neighbours_are_the_nearest_in_order():
    found = neighbours_of(FEATURES, ASKED, 25)
    for row, asked in zip(found, ASKED, strict=True):
        distance, order = by_hand(asked)
        assert distance[row] == pytest.approx(distance[order[:25]], rel=1e-3)


def test_nearest_neighbours_give_the_median_of_those_that_have_the_line():
    said = nearest_neighbours(FEATURES, EW)(ASKED)
    for row, asked in enumerate(ASKED):
        order = by_hand(asked)[1]
        for line in range(2):
            having = order[np.isfinite(EW[order, line])][: local.KNN_COUNT]
            assert said[row, line] == pytest.approx(np.median(EW[having, line]), rel=1e-3)


def test_local_regression_is_the_weighted_fit_that_one_would_write_down():
    said = local_regression(FEATURES, EW)(ASKED)
    scaled = (FEATURES - FEATURES.mean(axis=0)) / FEATURES.std(axis=0)
    for row, asked in enumerate(ASKED[:10]):
        distance, order = by_hand(asked)
        for line in range(2):
            near = order[np.isfinite(EW[order, line])][:LWLR_COUNT]
            weight = np.sqrt(1 / np.maximum(distance[near], local.NEAREST))[:, None]
            design = np.column_stack([np.ones(len(near)), scaled[near]])
            target = np.arcsinh(EW[near, line])[:, None]
            slopes = np.linalg.lstsq(weight * design, weight * target)[0][:, 0]
            here = np.r_[1, (asked - FEATURES.mean(axis=0)) / FEATURES.std(axis=0)]
            assert said[row, line] == pytest.approx(np.sinh(here @ slopes), rel=2e-3)


@pytest.mark.parametrize(("fit", "sizes"), [(trained.fit_per_line, (16, 16)), (trained.fit_joint, (32, 32))])
def test_networks_learn_and_are_not_trained_twice(fit, sizes, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    recipe = trained.Recipe(epochs=15, batch=100, learning_rate=1e-2, sizes=sizes)
    losses = []
    network = cache.remembered(fit, FEATURES, EW, recipe, losses.append)
    assert len(losses) == 15
    assert losses[-1] < losses[0] / 2
    flux = 10 ** np.cumsum(np.pad(FEATURES, ((0, 0), (1, 0))), axis=1)  # bins with these colours
    said = predict(Params(network, None, None), flux)
    assert np.isnan(said.p16).all()
    for line in range(2):
        use = np.isfinite(EW[:, line])
        assert np.corrcoef(np.arcsinh(said.ew[use, line]), np.arcsinh(EW[use, line]))[0, 1] > 0.95
    again = cache.remembered(fit, FEATURES, EW, recipe, losses.append)
    assert len(losses) == 15
    assert type(again) is type(network)
    assert jax.tree.all(jax.tree.map(lambda a, b: np.array_equal(a, b, equal_nan=True), again, network))
    cache.remembered(fit, FEATURES + 1, EW, recipe._replace(epochs=1), losses.append)
    assert len(list(cache.cache_folder().glob("*.safetensors"))) == 2


def test_what_was_looked_up_is_not_looked_up_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    predict = nearest_neighbours(FEATURES, EW)
    said = cache.looked_up("knn", predict, FEATURES, EW, ASKED)
    assert np.array_equal(said, predict(ASKED))
    unused: Any = pytest.fail
    assert np.array_equal(cache.looked_up("knn", unused, FEATURES, EW, ASKED), said)
    broken: Any = lambda _: 1 / 0  # noqa: E731
    with pytest.raises(ZeroDivisionError):
        cache.looked_up("knn", broken, FEATURES, EW, ASKED[:20])
