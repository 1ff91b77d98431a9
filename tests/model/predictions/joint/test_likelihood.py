"""The likelihood of listed and censored lines: normalised, exact against draws, differentiable."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.distribution.catalogued import SEQUENCE
from model.lines import LINE_NAMES
from model.predictions.joint.batch import sample_many
from model.predictions.joint.draws import sample
from model.predictions.joint.likelihood import log_prob
from model.storage.weights import load_params

PARAMS = load_params()
FLUX = (np.linspace(1, 2, 12) * np.random.default_rng(0).lognormal(0, 0.05, (8, 12))).astype(np.float32)
SEEN = sample(1, PARAMS, FLUX).observed
EW = np.geomspace(1e-5, 3e3, 3000).astype(np.float32)
_log_prob = jax.jit(log_prob)


@pytest.mark.parametrize("stated", [True, False], ids=["errors", "no errors"])
@pytest.mark.parametrize("line", range(len(LINE_NAMES)), ids=LINE_NAMES)
def test_chances_and_densities_of_a_line_add_up_to_one(line: int, stated: bool):
    """Given the lines before it; a line that is not observed does not count."""
    before = list(SEQUENCE)[: SEQUENCE.index(line)]
    rows = np.full((len(EW) + 3, len(LINE_NAMES)), np.nan, np.float32)
    rows[:, before] = np.asarray(SEEN.ew)[0, before]
    rows[: len(EW), line], rows[len(EW) : -1, line] = EW, -1.0
    limits = np.full_like(rows, np.nan)
    limits[len(EW) + 1, line] = EW[1500]
    ivar = np.broadcast_to(np.asarray(SEEN.ew_ivar)[0], rows.shape) if stated else None
    found = np.asarray(_log_prob(rows, PARAMS, np.repeat(FLUX[:1], len(rows), 0), ew_ivar=ivar, limits=limits), float)
    density = np.exp(found - found[-1])
    missed, bounded = density[len(EW)], density[len(EW) + 1]
    assert np.trapezoid(density[: len(EW)], EW) + missed == pytest.approx(1, abs=0.01)
    below = np.trapezoid(density[:1501], EW[:1501]) + missed
    assert bounded == pytest.approx(below, abs=0.002)


def test_the_density_is_that_of_the_draws():
    """Each line alone, averaged over errors: shares of draws in bins of EW against the integrated density."""
    flux, n = np.repeat(FLUX[:1], 4000, 0), 4000
    drawn = np.asarray(sample_many(3, PARAMS, flux, ids=np.arange(n)).observed.ew)
    first = SEQUENCE[0]
    edges = np.quantile(drawn[drawn[:, first] > 0, first], np.linspace(0, 1, 6)[1:-1])
    rows = np.full((len(EW) + 1, len(LINE_NAMES)), np.nan, np.float32)
    rows[:-1, first], rows[-1, first] = EW, -1
    density = np.exp(np.asarray(_log_prob(rows, PARAMS, flux[: len(rows)]), float))
    total = np.concatenate([[0], np.cumsum((density[1:-1] + density[:-2]) / 2 * np.diff(EW))])
    for edge in edges:
        share = np.mean(drawn[:, first] < edge)
        assert np.interp(edge, EW, total) + density[-1] == pytest.approx(share, abs=4 * np.sqrt(0.25 / n))


def test_gradients_are_finite_differences():
    with jax.enable_x64(True):
        flux, ew, ivar = (np.asarray(part, np.float64)[:2] for part in (FLUX, SEEN.ew, SEEN.ew_ivar))

        def total(flux, ew):
            return log_prob(ew, PARAMS, flux, 6.3, 0.15, ew_ivar=ivar).sum()

        slopes = jax.grad(total, argnums=(0, 1))(jnp.asarray(flux), jnp.asarray(ew))
        for argument, slope in enumerate(slopes):
            for row, column in ((0, 0), (1, 6), (1, 9)):
                moved = []
                for change in (-1e-6, 1e-6):
                    both = [flux.copy(), ew.copy()]
                    both[argument][row, column] += change
                    moved.append(float(total(*both)))
                assert float(slope[row, column]) == pytest.approx((moved[1] - moved[0]) / 2e-6, rel=1e-4, abs=1e-5)


def test_what_cannot_be_used_is_named_or_nan():
    with pytest.raises(ValueError, match="last axis needs 10 lines"):
        log_prob(np.ones(9, np.float32), PARAMS, FLUX[0])
    bad = FLUX.copy()
    bad[2, 3] = -1
    found = np.asarray(_log_prob(SEEN.ew, PARAMS, bad))
    assert np.isnan(found[2])
    assert np.isfinite(np.delete(found, 2)).all()
    assert log_prob(np.ones((0, 10), np.float32), PARAMS, FLUX[:0]).shape == (0,)
    nothing = log_prob(np.full(10, np.nan, np.float32), PARAMS, FLUX[0])
    assert float(nothing) == 0


def test_errors_that_count_are_those_of_the_draws():
    """The share of drawn errors of the first line below some values, against the integrated density."""
    n, first = 4000, SEQUENCE[0]
    drawn = sample_many(3, PARAMS, np.repeat(FLUX[:1], n, 0), ids=np.arange(n)).observed
    error = 1 / np.sqrt(np.asarray(drawn.ew_ivar)[:, first])[np.asarray(drawn.ew)[:, first] > 0]
    grid = np.geomspace(0.02, 200, 2000).astype(np.float32)
    rows = np.full((len(grid), len(LINE_NAMES)), np.nan, np.float32)
    rows[:, first] = 5.0
    ivar = np.repeat(grid[:, None] ** -2.0, len(LINE_NAMES), axis=1)
    flux = np.repeat(FLUX[:1], len(grid), 0)
    alone, both = (
        np.asarray(log_prob(rows, PARAMS, flux, ew_ivar=ivar, errors_count=count), float) for count in (False, True)
    )
    density = np.exp(both - alone)  # per dex
    total = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(np.log10(grid)))])
    assert total[-1] == pytest.approx(1, abs=0.01)
    for value in np.quantile(error, (0.2, 0.5, 0.8)):
        share = np.mean(error < value)
        assert np.interp(value, grid, total) == pytest.approx(share, abs=4 * np.sqrt(0.25 / len(error)))
