import numpy as np
import pytest

from data.mock.fit_lines import LineRecipe, fit_lines, prepare
from data.mock.lines import ORDER, STEPS, STRONG, draw_lines
from model.lines import LINE_NAMES

STRONG_LINE, WEAK_LINE = LINE_NAMES.index("OIII_5007"), LINE_NAMES.index("OIII_4959")
RNG = np.random.default_rng(0)
N = 3000


@pytest.fixture(scope="module")
def toy():
    """Lines that grow with the first quantity, seen less often where they are weak; one doublet tied."""
    continuum = RNG.standard_normal((N, 13))
    ew = 10 ** (0.5 * continuum[:, :1] + 0.2 * RNG.standard_normal((N, len(LINE_NAMES))))
    ew[:, WEAK_LINE] = ew[:, STRONG_LINE] / 10 ** RNG.normal(0.5, 0.03, N)
    ivar = 10 ** RNG.normal(0.0, 0.2, ew.shape)
    missing = RNG.random(ew.shape) > 1 / (1 + np.exp(-3 - 2 * continuum[:, :1]))
    ew[missing] = ivar[missing] = np.nan
    return continuum, ew, ivar


@pytest.fixture(scope="module")
def drawn(toy):
    listed, units, limits = prepare(*toy, np.zeros(toy[1].shape, bool))
    losses = []
    recipe = LineRecipe(width=32, hidden=16, epochs=15, batch=150, learning_rate=5e-3)
    chain = fit_lines(listed, units, limits, recipe, lambda _, loss: losses.append(loss))
    assert losses[-1] < losses[0] - 3
    return draw_lines(chain, toy[0], np.full(N, 0.1), np.random.default_rng(1))


def test_tied_lines_come_last_and_know_their_partner():
    assert sorted(ORDER) == list(range(STEPS))
    assert [strong is None for strong in STRONG] == [True] * 8 + [False] * 2


@pytest.mark.slow
def test_draws_follow_the_starlight_as_the_real_lines_do(toy, drawn):
    continuum, ew, _ = toy
    blue = continuum[:, 0] > 0
    for side in (blue, ~blue):
        assert np.nanmedian(np.log10(drawn[0][side]), axis=0) == pytest.approx(
            np.nanmedian(np.log10(ew[side]), axis=0), abs=0.08
        )
        assert np.isnan(drawn[0][side]).mean(axis=0) == pytest.approx(np.isnan(ew[side]).mean(axis=0), abs=0.05)


@pytest.mark.slow
def test_the_doublet_stays_tied(drawn):
    ratio = np.log10(drawn[0][:, STRONG_LINE] / drawn[0][:, WEAK_LINE])
    assert np.nanmedian(ratio) == pytest.approx(0.5, abs=0.01)
    assert 1.48 * np.nanmedian(np.abs(ratio - np.nanmedian(ratio))) == pytest.approx(0.03, rel=0.3)


@pytest.mark.slow
def test_an_error_goes_with_every_line(drawn):
    np.testing.assert_array_equal(np.isnan(drawn[0]), np.isnan(drawn[1]))
