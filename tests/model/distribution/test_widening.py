"""Intervals widen where colours are rare, and nowhere else."""

import jax
import numpy as np

from model.distribution.widening import LARGEST, log_density, width_factor
from model.features import colors
from model.predictions.batch import predict_many
from model.predictions.domain.domain import domain_score
from model.predictions.params import Params
from model.predictions.predict import predict
from model.storage.weights import load_params

PARAMS = load_params()
COMMON = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6], np.float32)
RARE = COMMON * np.array([1, 1.1] * 6, np.float32)


def factor(flux: np.ndarray) -> np.ndarray:
    assert PARAMS.widening is not None
    assert PARAMS.domain is not None
    return np.asarray(width_factor(PARAMS.widening, PARAMS.domain, colors(flux)))


def test_common_colours_keep_their_interval_and_rare_ones_get_a_wider_one():
    plain, luminosity = PARAMS._replace(widening=None), np.array([6.4], np.float32)
    for flux, wider in ((COMMON, False), (RARE, True)):
        ours, theirs = (predict_many(params, flux[None], luminosity) for params in (PARAMS, plain))
        assert np.array_equal(ours.ew, theirs.ew)
        assert (np.asarray(ours.p84 - ours.p16) > np.asarray(theirs.p84 - theirs.p16)).all() == wider
        assert np.array_equal(ours.p84, theirs.p84) != wider
    assert (factor(COMMON) == 1).all()
    assert (factor(RARE) > 1).all()


def test_the_factor_is_limited():
    absurd = COMMON * np.array([1, 100] * 6, np.float32)
    assert (factor(absurd) == LARGEST).all()


def test_the_density_is_that_of_the_domain_score():
    flux = np.random.default_rng(0).lognormal(0, 0.03, (200, 12)).astype(np.float32)
    assert PARAMS.domain is not None
    density, score = log_density(PARAMS.domain, colors(flux)), domain_score(PARAMS, flux)
    order = np.argsort(np.asarray(density))
    assert (np.diff(np.asarray(score)[order]) >= 0).all()


def test_gradients_of_intervals_are_finite_for_rare_and_common_colours():
    def width(params: Params, flux):
        answer = predict(params, flux, 6.4)
        return (answer.p84 - answer.p16).sum()

    for flux in (COMMON, RARE, COMMON * np.array([1, 100] * 6, np.float32)):
        assert np.isfinite(np.asarray(jax.grad(width, argnums=1)(PARAMS, flux))).all()
