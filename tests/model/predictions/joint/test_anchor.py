"""Draws of lines whose Hα is known."""

from pathlib import Path

import jax
import numpy as np
import pyarrow.parquet as pq
import pytest

from model import LINES, Anchor, domain, intrinsic_ew, load_params, sample, sample_many
from model.physics.photoionisation import line_ratios

MOCK = Path(__file__).parents[4] / "data/files/mock.parquet"
NAMES = [line.name for line in LINES]
HALPHA, NII, NII_WEAK, OIII, OIII_WEAK = (
    NAMES.index(name) for name in ("HALPHA", "NII_6584", "NII_6548", "OIII_5007", "OIII_4959")
)
GALAXIES = 2000


@pytest.fixture(scope="module")
def params():
    return load_params()


@pytest.fixture(scope="module")
def bins():
    columns = [f"flux_{index:02d}" for index in range(12)]
    rows = pq.read_table(MOCK, columns=columns).slice(0, GALAXIES)
    return np.stack([rows[name].to_numpy() for name in columns], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def free(params, bins):
    return jax.tree.map(np.asarray, sample(1, params, bins, ids=np.arange(len(bins))))


def anchored(params, bins, log_ew, key=2, **known):
    drawn = sample(key, params, bins, ids=np.arange(len(bins)), anchor=Anchor(log_ew, **known))
    return jax.tree.map(np.asarray, drawn)


def test_halpha_is_what_is_known(params, bins):
    expected = np.linspace(0.0, 2.7, len(bins))
    exact = anchored(params, bins, expected, scatter=0.0)
    np.testing.assert_allclose(np.log10(exact.ew[:, HALPHA]), expected, atol=1e-4)
    wide = np.log10(anchored(params, bins, expected, scatter=0.2).ew[:, HALPHA]) - expected
    assert abs(wide.mean()) < 0.02
    assert wide.std() == pytest.approx(0.2, rel=0.05)


def test_an_anchor_at_the_drawn_halpha_changes_no_distribution(params, bins, free):
    again = anchored(params, bins, np.log10(np.maximum(free.ew[:, HALPHA], 1e-2)), scatter=0.0)
    middle = np.asarray(intrinsic_ew(params, bins).p50)
    residual = [np.log10((drawn.ew + 0.3) / (middle + 0.3)) for drawn in (free, again)]
    correlation = [np.corrcoef(each.T) for each in residual]
    # Two draws of 2,000 galaxies differ by .06 at most; the figure of 8,000 is in docs/photoionisation.md.
    assert np.abs(correlation[1] - correlation[0]).max() < 0.1
    np.testing.assert_allclose(np.median(residual[1], axis=0), np.median(residual[0], axis=0), atol=0.03)
    np.testing.assert_allclose(residual[1].std(axis=0), residual[0].std(axis=0), rtol=0.1)
    listed = [np.mean(drawn.observed.ew > 0, axis=0) for drawn in (free, again)]
    np.testing.assert_allclose(*listed, atol=0.06)


def test_beyond_what_galaxies_have_all_lines_scale(params, bins, free):
    usual = np.log10(np.maximum(intrinsic_ew(params, bins).p84, 0.1))[:, HALPHA]
    far, farther = (anchored(params, bins, usual + more, scatter=0.0).ew for more in (2.0, 3.0))
    np.testing.assert_allclose(farther / far, 10.0, rtol=1e-3)


def test_ties_hold(params, bins):
    drawn = anchored(params, bins, 1.5, log_oh=8.4, scatter=0.1)
    assert np.median(drawn.ew[:, NII] / drawn.ew[:, NII_WEAK]) == pytest.approx(2.97, rel=0.02)
    assert np.median(drawn.ew[:, OIII] / drawn.ew[:, OIII_WEAK]) == pytest.approx(3.19, rel=0.03)
    weak_alone = (drawn.observed.ew[:, OIII_WEAK] > 0) & (drawn.observed.ew[:, OIII] <= 0)
    assert not weak_alone.any()


def test_ratios_follow_the_abundance(params, bins):
    for log_oh in (7.8, 8.3, 8.8):
        ew = anchored(params, bins, 1.5, log_oh=log_oh).ew
        expected = float(line_ratios(log_oh)[NII])
        assert np.median(np.log10(ew[:, NII] / ew[:, HALPHA])) == pytest.approx(expected, abs=0.15)


def test_without_an_anchor_nothing_changes(params, bins, free):
    again = sample(1, params, bins, ids=np.arange(len(bins)), anchor=None)
    np.testing.assert_array_equal(again.ew, free.ew)


def test_one_by_one_is_the_batch(params, bins):
    log_ew, log_oh = np.linspace(0.5, 2.0, 5), np.linspace(8.0, 8.8, 5)
    whole = sample(3, params, bins[:5], ids=np.arange(5), anchor=Anchor(log_ew, log_oh))
    for row in range(5):
        one = Anchor(log_ew[row], log_oh[row])
        alone = sample(3, params, bins[row], ids=row, anchor=one)
        np.testing.assert_allclose(alone.ew, whole.ew[row], rtol=2e-4, atol=1e-4)
        np.testing.assert_allclose(alone.observed.ew, whole.observed.ew[row], rtol=2e-3, atol=1e-3)


def test_draws_follow_the_anchor_smoothly(params, bins):
    def total(log_ew):
        return sample(3, params, bins[0], anchor=Anchor(log_ew, 8.5, 0.0)).ew.sum()

    slope = float(jax.grad(total)(1.3))
    assert np.isfinite(slope)
    assert slope == pytest.approx(float(total(1.301) - total(1.299)) / 0.002, rel=0.1)


def test_the_verdict_knows_what_the_stars_ionise(params, bins):
    usual = intrinsic_ew(params, bins)
    middle = np.asarray(usual.p50)[:, HALPHA]
    agree = domain(params, bins, expected_ew_halpha=middle)
    np.testing.assert_array_equal(agree.code, domain(params, bins).code)
    far = domain(params, bins, expected_ew_halpha=5 * middle + 40)
    assert (far.code == 2).mean() > 0.95
    assert "The stars ionise Hα of" in " ".join(far.reasons[0])
    unknown = domain(params, bins, expected_ew_halpha=np.full(len(bins), np.nan))
    np.testing.assert_array_equal(unknown.code, domain(params, bins).code)


def test_a_quenched_galaxy_of_half_an_angstrom_is_one_of_one_and_a_half(params, bins):
    middle = np.asarray(intrinsic_ew(params, bins).p50)[:, HALPHA]
    quenched = bins[middle < 1.5]
    assert len(quenched) > 10
    found = domain(params, quenched, expected_ew_halpha=np.full(len(quenched), 0.3))
    assert (found.code == domain(params, quenched).code).all()


def test_many_galaxies_are_drawn_as_one_is(params, bins):
    expected, log_oh = np.linspace(0.0, 2.5, 40), np.where(np.arange(40) % 2, np.nan, 8.4)
    anchor, ids = Anchor(expected, log_oh), np.arange(40)
    one = sample(3, params, bins[:40], ids=ids, anchor=anchor)
    many = sample_many(3, params, bins[:40], ids=ids, anchor=anchor)
    for drawn, wanted in ((many.ew, one.ew), (many.observed.ew, one.observed.ew)):
        np.testing.assert_allclose(drawn, wanted, rtol=1e-3, atol=1e-3)
    without = sample_many(3, params, bins[1:40:2], ids=ids[1::2], anchor=Anchor(expected[1::2]))
    np.testing.assert_allclose(many.ew[1::2], without.ew, rtol=1e-3, atol=1e-3)  # an abundance of NaN is none
    assert np.isnan(sample_many(3, params, bins[:2], anchor=Anchor(np.array([np.nan, 1.0]))).ew[0]).all()


def test_a_galaxy_without_a_luminosity_is_anchored_by_its_colours(params, bins):
    """NaN beside numbers, as in a table; the expectation is judged for it too."""
    luminosity, redshift = np.array([np.nan, 6.2, 6.2]), np.array([0.1, np.nan, 0.1])
    given = {"ids": np.arange(3), "anchor": Anchor(np.full(3, 2.0), scatter=0.0)}
    drawn = sample_many(4, params, bins[:3], luminosity, redshift, **given)
    np.testing.assert_allclose(drawn.ew[:, HALPHA], 100.0, rtol=1e-4)
    assert np.isfinite(drawn.ew).all()
    judged = domain(params, bins[:3], luminosity, redshift, expected_ew_halpha=np.full(3, 5000.0))
    assert judged.verdict.tolist() == ["outside"] * 3
    percentiles = np.asarray(judged.usual_ew_halpha)
    for row, number in ((0, 0), (1, 1), (2, 2)):
        conditions = dict(zip(("log_luminosity", "redshift")[:number], (6.2, 0.1), strict=False))
        usual = intrinsic_ew(params, bins[row], **conditions)
        np.testing.assert_allclose(percentiles[row], [part[HALPHA] for part in usual[:3]], rtol=1e-4)
