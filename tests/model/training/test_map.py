import jax.numpy as jnp
import numpy as np
import pytest

from model.networks.joint import quantiles
from model.training.map import count_ranks, false_neighbours, fit_places
from model.training.network import Recipe

GENERATOR = np.random.default_rng(0)
PLACE = GENERATOR.uniform(-1, 1, (1500, 2)).astype(np.float32)
AXES = np.linalg.qr(GENERATOR.normal(size=(12, 12)))[0][:2].astype(np.float32)
SHAPE = PLACE @ AXES
"""Continua that a map of two axes loses nothing of."""


def test_ranks_are_shares_of_the_galaxies_that_are_nearer():
    ranks = count_ranks(SHAPE)
    inside = np.flatnonzero(np.abs(PLACE).max(axis=1) < 0.7)[:50]
    for reach in (0.1, 0.2):
        counted = np.array([np.mean(np.hypot(*(PLACE - PLACE[one]).T) < reach) for one in inside])
        told = np.exp(ranks.offset + ranks.power * np.log(reach))[inside]
        assert told.mean() == pytest.approx(counted.mean(), rel=0.3)
    assert np.median(ranks.power[inside]) == pytest.approx(2, abs=0.35)


def test_a_map_that_mixes_galaxies_has_false_neighbours():
    ranks = count_ranks(SHAPE)
    places = PLACE, GENERATOR.permutation(PLACE), 50 * PLACE
    kept, lost, larger = (float(false_neighbours(jnp.asarray(place), jnp.asarray(SHAPE), ranks)) for place in places)
    assert kept < 0.01
    assert 0.3 < lost < 0.7
    assert larger == pytest.approx(kept, rel=1e-3)


def test_the_network_places_bins_as_it_learned():
    recipe = Recipe(width=32, blocks=1, epochs=40, batch=250, learning_rate=5e-3, weight_decay=0.0)
    network = fit_places(SHAPE, SHAPE, 3 * PLACE + 1, recipe)
    place = quantiles(network, jnp.asarray(SHAPE))
    assert network.entry.weight.shape == (12, 32)
    assert np.median(np.hypot(*(np.asarray(place.median) - 3 * PLACE - 1).T)) < 0.15
    assert (np.asarray(place.p84) > np.asarray(place.p16)).all()
