import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.lines import LINES
from model.predictions.batch import predict_many
from model.predictions.chunks import CHUNKS
from model.predictions.params import Params
from model.predictions.predict import predict, predict_ew
from model.storage.weights import load_params

PARAMS = load_params()
GALAXIES = np.random.default_rng(1).lognormal(0.0, 0.1, (40, 12)).astype(np.float32) * np.linspace(1, 2, 12)


def test_output_has_one_number_per_line_in_angstrom():
    ew = np.asarray(predict_ew(PARAMS, GALAXIES[0]))
    assert ew.shape == (len(LINES),)
    assert (ew >= 0).all()


def test_the_interval_holds_the_median():
    prediction = predict(PARAMS, GALAXIES, np.full(40, 6.4))
    assert (prediction.p16 <= prediction.ew).all()
    assert (prediction.ew <= prediction.p84).all()


@pytest.mark.parametrize("luminosity", [None, 6.0])
def test_many_agree_with_one_by_one_and_with_vmap(luminosity):
    flux = GALAXIES.astype(np.float32)
    many = predict_many(PARAMS, flux, None if luminosity is None else np.full(40, luminosity, np.float32)).ew
    one = np.array([predict_ew(PARAMS, row, luminosity) for row in flux])
    mapped = jax.vmap(lambda row: predict_ew(PARAMS, row, luminosity))(flux)
    assert np.allclose(many, one, rtol=1e-4, atol=1e-5)
    assert np.allclose(mapped, one, rtol=1e-4, atol=1e-5)


@settings(max_examples=10)
@given(st.integers(1, 2 * CHUNKS[2]))
def test_batches_of_any_size_come_back_whole(n):
    flux = np.resize(GALAXIES.astype(np.float32), (n, 12))
    prediction = predict_many(PARAMS, flux)
    assert prediction.ew.shape == (n, 10)
    assert np.allclose(prediction.ew[-1], predict_ew(PARAMS, flux[-1]), rtol=1e-4, atol=1e-5)


def test_more_rows_than_the_largest_chunk():
    flux = np.resize(GALAXIES.astype(np.float32), (CHUNKS[-1] + 3, 12))
    assert predict_many(PARAMS, flux).ew.shape == (CHUNKS[-1] + 3, 10)


def test_scaling_a_continuum_changes_nothing():
    flux = GALAXIES.astype(np.float32)
    assert np.allclose(predict_ew(PARAMS, flux), predict_ew(PARAMS, 1e3 * flux), rtol=1e-3, atol=1e-3)


def test_a_bad_bin_gives_nan_and_spoils_no_other_row():
    flux = GALAXIES.astype(np.float32).copy()
    flux[3, 5] = -1
    ew = predict_many(PARAMS, flux).ew
    assert np.isnan(ew[3]).all()
    assert np.isfinite(np.delete(ew, 3, axis=0)).all()


def test_gradients_match_finite_differences():
    flux = jnp.asarray(GALAXIES[0], jnp.float32)
    jacobian = np.asarray(jax.jacfwd(lambda flux: predict_ew(PARAMS, flux))(flux))
    step = 3e-3
    for index in range(12):
        change = jnp.zeros(12).at[index].set(step)
        slope = (predict_ew(PARAMS, flux + change) - predict_ew(PARAMS, flux - change)) / (2 * step)
        assert np.allclose(jacobian[:, index], slope, atol=0.02 * np.abs(jacobian).max() + 0.05)


def test_a_missing_variant_is_named():
    with pytest.raises(ValueError, match="'luminosity'"):
        predict(Params(PARAMS.colors, None, None), GALAXIES[0], 6.4)
