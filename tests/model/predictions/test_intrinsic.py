from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pyarrow.parquet as pq
import pytest

from model.distribution.latent import ORDER, TIED
from model.lines import LINE_NAMES
from model.predictions.batch import intrinsic_many
from model.predictions.intrinsic import intrinsic_ew
from model.predictions.joint.batch import sample_many
from model.predictions.joint.draws import sample
from model.predictions.params import Params
from model.storage.weights import load_params, read_params, save_params

PARAMS = load_params()
MOCK = Path(__file__).parents[3] / "data/files/mock.parquet"
N = 500
TABLE = pq.read_table(MOCK, columns=[f"flux_{index:02d}" for index in range(12)]).slice(0, N)
GALAXIES = np.column_stack([column.to_numpy() for column in TABLE.columns]).astype(np.float32)
LUMINOSITY = pq.read_table(MOCK, columns=["log_luminosity"]).slice(0, N)[0].to_numpy().astype(np.float32)
STRONG = GALAXIES[int(np.argmax(pq.read_table(MOCK, columns=["HALPHA_EW"]).slice(0, N)[0].to_numpy() > 40))]
"""A galaxy with strong lines: those of a quiescent one are little but noise."""
VARIANTS = pytest.mark.parametrize("luminosity", [None, LUMINOSITY], ids=["colors", "luminosity"])


@jax.jit
def _sample(key, *given):
    return sample(key, *given).ew


@VARIANTS
def test_draws_are_not_negative_and_stay_within_the_sample(luminosity):
    ew = np.asarray(_sample(jax.random.key(1), PARAMS, GALAXIES, luminosity))
    assert ew.shape == (N, len(LINE_NAMES))
    assert (ew >= 0).all()
    assert (ew[:, ORDER] <= PARAMS.intrinsic.scales.cap * 1.001).all()


def test_a_key_fixes_a_draw():
    one, two = (_sample(jax.random.key(5), PARAMS, GALAXIES[0]) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, _sample(jax.random.key(6), PARAMS, GALAXIES[0]))


def test_weak_lines_follow_their_strong_partners():
    ew = np.asarray(_sample(jax.random.key(1), PARAMS, GALAXIES, LUMINOSITY))
    for (weak, step), ratio in zip(TIED, (3.19, 2.97), strict=True):
        drawn = ew[:, ORDER[step]] / ew[:, weak]
        assert np.median(drawn) == pytest.approx(ratio, rel=0.05)


@VARIANTS
def test_percentiles_hold_their_share_of_the_draws(luminosity):
    known = intrinsic_many(PARAMS, GALAXIES, luminosity)
    runs = [sample_many(seed, PARAMS, GALAXIES, luminosity) for seed in range(16)]
    drawn = np.stack([ew for ew, _ in runs])
    for share, percentile in zip((0.16, 0.5, 0.84), known[:3], strict=True):
        assert np.abs((drawn <= percentile).mean(axis=(0, 1)) - share).max() < 0.03
    assert (known.p16 <= known.p50).all()
    assert (known.p50 <= known.p84).all()
    listed = np.stack([seen.detected for _, seen in runs]).mean(axis=(0, 1))
    assert np.abs(listed - known.p_detected.mean(axis=0)).max() < 0.03


def test_the_catalogue_lists_what_the_same_key_drew_with_noise():
    key = jax.random.key(8)
    keys = jax.random.split(key, 400)
    seen = jax.jit(jax.vmap(lambda key: sample(key, PARAMS, STRONG, 6.3, 0.2).observed))(keys)
    assert (np.asarray(seen.ew_ivar) > 0).all()
    own = np.asarray(jax.jit(jax.vmap(lambda key: sample(key, PARAMS, STRONG, 6.3).ew))(keys))
    assert seen.ew.shape == seen.ew_ivar.shape == own.shape
    alpha = LINE_NAMES.index("HALPHA")
    assert np.corrcoef(np.asarray(seen.ew)[:, alpha], own[:, alpha])[0, 1] > 0.8
    chance = np.asarray(intrinsic_ew(PARAMS, STRONG, 6.3).p_detected)
    assert np.abs(np.asarray(seen.detected).mean(axis=0) - chance).max() < 0.15


def test_a_row_draws_the_same_wherever_it_stands():
    luminosity, redshift = np.full(N, 6.3, np.float32), np.full(N, 0.2, np.float32)
    ew, seen = sample_many(4, PARAMS, GALAXIES, luminosity, redshift)
    again, seen_again = sample_many(4, PARAMS, GALAXIES[::-1], luminosity, redshift)
    assert np.allclose(ew, again[::-1], rtol=1e-3, atol=1e-4)
    assert np.allclose(seen.ew, seen_again.ew[::-1], rtol=1e-2, atol=1e-3)
    assert not np.allclose(ew, sample_many(5, PARAMS, GALAXIES, luminosity, redshift)[0])


def test_many_agree_with_one():
    many = intrinsic_many(PARAMS, GALAXIES)
    one = intrinsic_ew(PARAMS, GALAXIES[7])
    for several, single in zip(many, one, strict=True):
        assert np.allclose(several[7], single, rtol=1e-3, atol=1e-4)


def test_a_bad_bin_gives_nan_and_spoils_no_other_row():
    flux = GALAXIES.copy()
    flux[3, 5] = -1
    ew, seen = sample_many(0, PARAMS, flux)
    for values in (ew, seen.ew, intrinsic_many(PARAMS, flux).p50):
        assert np.isnan(values[3]).all()
        assert np.isfinite(np.delete(values, 3, axis=0)).all()


def test_draws_and_percentiles_have_gradients():
    flux = jnp.asarray(GALAXIES[0])
    slope = jax.jit(jax.grad(lambda flux: sample(0, PARAMS, flux).ew.sum()))(flux)
    assert np.isfinite(slope).all()
    assert np.abs(slope).max() > 0
    assert np.isfinite(jax.jacfwd(lambda flux: intrinsic_ew(PARAMS, flux).p50)(flux)).all()


def test_weights_without_a_distribution_are_named():
    with pytest.raises(ValueError, match="no intrinsic distribution"):
        intrinsic_ew(Params(PARAMS.colors, None, None), GALAXIES[0])


def test_a_distribution_survives_its_file(tmp_path):
    params = Params(None, None, None, intrinsic=PARAMS.intrinsic)
    save_params(params, tmp_path / "x.safetensors", {})
    back = read_params(tmp_path / "x.safetensors").intrinsic
    assert jax.tree.structure(back) == jax.tree.structure(PARAMS.intrinsic)
    assert all(map(np.array_equal, jax.tree.leaves(back), jax.tree.leaves(PARAMS.intrinsic)))
