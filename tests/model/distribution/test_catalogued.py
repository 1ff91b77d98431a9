import jax
import numpy as np
import pytest

from model.distribution.catalogued import (
    CONTEXT,
    DETECTION,
    SEQUENCE,
    STEPS,
    STRENGTH,
    draw_catalogued,
    log_likelihood,
    to_catalogued,
)
from model.distribution.chain import init_chain
from model.distribution.conditioning import with_conditions
from model.distribution.latent import TIED
from model.lines import LINE_NAMES, LINES
from model.training.sample import measure_scales

N = 500


@pytest.fixture(scope="module")
def catalogue():
    """Made-up lines: a tenth not listed, weak lines of pairs in a fixed ratio to the strong ones."""
    rng = np.random.default_rng(0)
    ew = 10 ** rng.normal(0.5, 0.4, (N, len(LINES)))
    for index, line in enumerate(LINES):
        if line.tied_to:
            ew[:, index] = ew[:, LINE_NAMES.index(line.tied_to)] / 3 * 10 ** rng.normal(0, 0.02, N)
    sigma = ew / 10 ** rng.normal(0.7, 0.2, ew.shape)
    missing = rng.random(ew.shape) < 0.1
    return np.where(missing, np.nan, ew), np.where(missing, np.nan, sigma)


@pytest.fixture(scope="module")
def chain():
    rng = np.random.default_rng(1)
    features = np.asarray(with_conditions(rng.normal(size=(N, 11)), rng.normal(6, 0.3, N), rng.uniform(0.1, 0.3, N)))
    heads = ((STEPS, CONTEXT, DETECTION), (STEPS, CONTEXT + 1, STRENGTH))
    made = init_chain(jax.random.key(0), features, 8, 1, 8, heads)
    return made._replace(trunk=made.trunk._replace(feature_std=np.maximum(made.trunk.feature_std, 1e-3))), features


def _levels(seed):
    return jax.random.uniform(jax.random.key(seed), (N, STEPS, 5), minval=1e-6, maxval=1 - 1e-6)


def _axis_order(column):
    return np.asarray(column)[:, np.argsort(SEQUENCE)]


def test_what_is_drawn_reads_like_what_is_listed(catalogue, chain):
    """A drawn list, read as a catalogue, shows later lines what drawing showed them."""
    scales = measure_scales(*catalogue)
    drawn = jax.jit(draw_catalogued)(_levels(3), chain[0], scales, chain[1])
    detected = _axis_order(drawn.detected)
    ew, sigma = (np.where(detected, _axis_order(column), np.nan) for column in (drawn.ew, drawn.sigma))
    read = to_catalogued(scales, ew, sigma, np.zeros(ew.shape, bool))
    assert np.array_equal(read.detected, drawn.detected)
    assert np.allclose(read.context, drawn.context, atol=1e-3)


def test_no_draw_leaves_what_was_ever_seen(catalogue, chain):
    ew, sigma = catalogue
    scales = measure_scales(ew, sigma)
    drawn = draw_catalogued(_levels(4), chain[0], scales, chain[1])
    free = [step for step, line in enumerate(SEQUENCE) if LINES[line].tied_to is None]
    order = [SEQUENCE[step] for step in free]
    assert (np.asarray(drawn.ew)[:, free] <= np.nanmax(ew, axis=0)[order] * 1.001).all()
    assert (np.asarray(drawn.sigma)[:, free] <= np.nanmax(sigma, axis=0)[order] * 1.001).all()
    weak, step = TIED[0]
    ratio = np.asarray(drawn.ew)[:, step] / np.asarray(drawn.ew)[:, SEQUENCE.index(weak)]
    both = np.asarray(drawn.detected)[:, step] & np.asarray(drawn.detected)[:, SEQUENCE.index(weak)]
    seen = ew[:, SEQUENCE[step]] / ew[:, weak]
    assert both.any()
    assert (ratio[both] <= np.nanmax(seen) * 1.001).all()
    assert (ratio[both] >= np.nanmin(seen) * 0.999).all()


def test_lines_that_were_cut_do_not_count(catalogue, chain):
    ew, sigma = catalogue
    scales = measure_scales(ew, sigma)
    cut = np.zeros(ew.shape, bool)
    cut[:, 3] = True
    network, features = chain
    once = log_likelihood(network, features, to_catalogued(scales, ew, sigma, cut))
    other = ew.copy()
    other[:, 3] = np.nan
    assert np.allclose(once, log_likelihood(network, features, to_catalogued(scales, other, sigma, cut)))
    assert not np.allclose(
        once, log_likelihood(network, features, to_catalogued(scales, other, sigma, np.zeros(ew.shape, bool)))
    )
