"""Random numbers of rows: known answers of the generator, and that nothing but key and row decide a draw."""

import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.numerics.random_numbers import id_words, key_words, row_words, threefry, uniforms
from model.predictions.joint.batch import sample_many
from model.predictions.joint.draws import sample
from model.storage.weights import load_params
from tests.serving import ROOT

PARAMS = load_params()
RNG = np.random.default_rng(0)
FLUX = (np.linspace(1, 2, 12) * RNG.lognormal(0, 0.05, (40, 12))).astype(np.float32)
_draw = jax.jit(sample)


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((2**32 - 1, 2**32 - 1), (2**32 - 1, 2**32 - 1), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_the_generator_gives_the_known_answers_of_its_authors(key, counter, expected):
    words = (jnp.array(pair, jnp.uint32) for pair in (key, counter))
    assert tuple(int(word) for word in threefry(*words)) == expected


def test_uniform_numbers_are_uniform_and_neither_0_nor_1():
    numbers = np.asarray(uniforms(row_words(3, FLUX), 20_001)).ravel()
    assert numbers.dtype == np.float32
    assert 0 < numbers.min() < numbers.max() < 1
    counts = np.histogram(numbers, 100, (0, 1))[0]
    assert ((counts - counts.mean()) ** 2 / counts.mean()).sum() < 160  # chi squared of 99 degrees of freedom
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.01
    assert not np.array_equal(uniforms(row_words(3, FLUX), 10), uniforms(row_words(3, FLUX), 10, stream=1))


def test_a_seed_and_the_keys_made_of_it_are_one_key():
    for key in (7, np.int64(7), np.uint32(7), jax.random.key(7), jax.random.PRNGKey(7), jnp.uint32(7)):
        assert key_words(key).tolist() == [0, 7]
    assert key_words(2**40 + 1).tolist() == [256, 1]
    wide = key_words(jax.random.key(7, impl="rbg"))
    assert wide.shape == (2,)
    with pytest.raises(ValueError, match="one key is needed"):
        key_words(jax.random.split(jax.random.key(0), 3))


def test_an_id_counts_by_its_value():
    expected = id_words([5, 2**31 - 1]).tolist()
    for kind in (np.int8, np.int32, np.uint32, np.int64, np.uint64):
        assert id_words(np.array([5], kind)).tolist() == expected[:1]
    assert np.asarray(id_words(jnp.array([5, 2**31 - 1]))).tolist() == expected
    assert id_words([2**63 + 1]).tolist() == [[2**31, 1]]
    assert id_words(["a", b"a"]).tolist() == [id_words(["a"]).tolist()[0]] * 2
    assert np.asarray(id_words(jnp.array([-1]))).tolist() == id_words([-1]).tolist()
    for wrong in ([1.5], np.array([None]), np.array(["a", 3], object), jnp.array([1.5])):
        with pytest.raises(ValueError, match="integers or text"):
            id_words(wrong)


@pytest.mark.parametrize("ids", [None, np.arange(40) + 10**15])
def test_pieces_order_and_type_change_no_draw(ids):
    def part(rows, flux=FLUX):
        return sample(11, PARAMS, flux[rows], ids=None if ids is None else ids[rows])

    whole, rows = part(slice(None)), np.arange(40)
    for kept in (rows[::-1], rows[:3], rows[3:6], rows[5:6]):
        for several, few in zip(jax.tree.leaves(whole), jax.tree.leaves(part(kept)), strict=True):
            np.testing.assert_allclose(np.asarray(several)[kept], few, rtol=2e-4, atol=1e-5)
    assert not np.allclose(whole.ew[:3], whole.ew[3:6])
    many = sample_many(11, PARAMS, FLUX, ids=ids)
    np.testing.assert_allclose(many.ew, whole.ew, rtol=2e-4, atol=1e-5)
    named = None if ids is None else id_words(ids)
    np.testing.assert_allclose(_draw(jax.random.key(11), PARAMS, FLUX, ids=named).ew, whole.ew, rtol=2e-4, atol=1e-5)
    one = sample(11, PARAMS, FLUX[7], ids=None if ids is None else ids[7])
    np.testing.assert_allclose(one.ew, whole.ew[7], rtol=2e-4, atol=1e-5)


def test_ids_draw_equal_continua_apart_and_keep_their_numbers_as_a_continuum_changes():
    same = np.repeat(FLUX[:1], 3, axis=0)
    assert np.array_equal(*np.asarray(sample(1, PARAMS, same).ew)[:2])
    apart = np.asarray(sample(1, PARAMS, same, ids=["a", "b", "c"]).ew)
    assert len(np.unique(apart[:, 0])) == 3
    near = np.asarray(sample(1, PARAMS, same * np.linspace(1, 1.001, 12), ids=["a", "b", "c"]).ew)
    np.testing.assert_allclose(near, apart, rtol=0.05, atol=0.05)
    with pytest.raises(ValueError, match="one id per row"):
        sample(1, PARAMS, same, ids=[1, 2])


def test_no_rows_are_no_draws():
    none = sample(1, PARAMS, FLUX[:0])
    assert none.ew.shape == none.observed.ew.shape == (0, 10)
    assert sample_many(1, PARAMS, FLUX[:0]).ew.shape == (0, 10)


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["jax_enable_x64", "jax_threefry_partitionable"])
def test_settings_of_jax_change_no_draw(setting: str):
    program = """
import sys
import jax
import numpy as np
jax.config.update(sys.argv[1], sys.argv[2] == "on")
from model.predictions.joint.draws import sample
from model.storage.weights import load_params
flux = np.linspace(1, 2, 12) * np.random.default_rng(0).lognormal(0, 0.05, (40, 12))
for kind in (np.float32, np.float64):
    drawn = sample(11, load_params(), flux.astype(np.float32).astype(kind))
    print(" ".join(f"{value:.9g}" for value in np.asarray(drawn.ew, np.float64).ravel()))
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    found = [
        subprocess.run(
            [sys.executable, "-c", program, setting, state], env=environment, check=True, capture_output=True, text=True
        ).stdout.splitlines()
        for state in ("on", "off")
    ]
    whole = np.asarray(sample(11, PARAMS, FLUX).ew, float).ravel()
    for line in (line for run in found for line in run):
        np.testing.assert_allclose(np.array(line.split(), float), whole, rtol=1e-3, atol=1e-4)
