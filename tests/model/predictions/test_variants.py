"""The richest variant that a row's numbers and the weights allow."""

import numpy as np
import pytest

from model.networks.layers import Dense
from model.networks.per_line import PerLineNetwork
from model.predictions.batch import complete_many, intrinsic_many, predict_many
from model.predictions.intrinsic import intrinsic_ew
from model.predictions.joint.batch import sample_many
from model.predictions.params import Params
from model.predictions.predict import predict
from model.predictions.variants import choose_variants
from model.storage.weights import load_params
from tests.compilations import compilations

PARAMS = load_params()
FLUX = np.linspace(1, 2, 12, dtype=np.float32)[None]
NAN = np.nan


@pytest.mark.parametrize(
    ("luminosity", "redshift", "variant"),
    [
        (NAN, NAN, "colors"),
        (NAN, 0.1, "colors"),
        (6.2, NAN, "luminosity"),
        (6.2, 0.1, "redshift"),
        (6.2, 0.0, "luminosity"),  # a mock at rest: no training galaxy has such a redshift
        (6.2, 1.1, "luminosity"),
        (np.inf, 0.1, "colors"),
    ],
)
def test_a_redshift_counts_with_a_luminosity_and_within_the_training_sample(luminosity, redshift, variant):
    given = (np.array([value], np.float32) for value in (luminosity, redshift))
    assert choose_variants(PARAMS, 1, *given).tolist() == [variant]


GIVEN = np.array([6.2], np.float32), np.array([0.1], np.float32)


def test_one_program_serves_all_variants_without_changing_them():
    """Each of a server's programs keeps megabytes, whatever it computes."""
    with compilations() as found:
        many = [(predict_many(PARAMS, FLUX, *GIVEN[:n]), intrinsic_many(PARAMS, FLUX, *GIVEN[:n])) for n in range(3)]
    assert len(found) == 2
    for n, answers in enumerate(many):
        for answer, function in zip(answers, (predict, intrinsic_ew), strict=True):
            for values, alone in zip(answer, function(PARAMS, FLUX, *GIVEN[:n]), strict=True):
                assert np.allclose(values, alone, rtol=1e-4, atol=1e-5)


def test_a_published_network_without_luminosity_predicts_many():
    rng = np.random.default_rng(0)
    layers = tuple(
        Dense(rng.normal(size=(10, n, m)).astype(np.float32) / 4, np.ones((10, m), np.float32))
        for n, m in ((11, 8), (8, 1))
    )
    only = Params(PerLineNetwork(np.zeros((10, 11), np.float32), np.ones((10, 11), np.float32), layers), None, None)
    assert np.allclose(predict_many(only, FLUX).ew, predict(only, FLUX).ew, rtol=1e-5)
    with pytest.raises(ValueError, match="'luminosity' variant"):
        predict_many(only, FLUX, GIVEN[0])


def test_weights_of_an_earlier_release_predict_without_redshift():
    older = PARAMS._replace(redshift=None, intrinsic=PARAMS.intrinsic._replace(redshift=None, response=None))
    given = np.array([6.2], np.float32), np.array([0.1], np.float32)
    assert choose_variants(older, 1, *given).tolist() == ["luminosity"]
    for many in (predict_many, intrinsic_many):
        assert np.array_equal(many(older, FLUX, *given)[1], many(PARAMS, FLUX, given[0])[1])
    with pytest.raises(ValueError, match="'luminosity' variant"):
        predict(older._replace(luminosity=None), FLUX, 6.2, 0.1)


def test_the_redshift_changes_what_is_catalogued_of_a_faint_galaxy():
    near, far = (
        predict_many(PARAMS, FLUX, np.array([6.2], np.float32), np.array([z], np.float32)) for z in (0.08, 0.28)
    )
    assert np.abs(near.ew / far.ew - 1).max() > 0.05


def test_what_noise_needs_is_compiled_once_and_draws_have_one_program():
    """A visitor waits for the first use of each; the noise of bins takes longest to compile."""
    ivar = np.full_like(FLUX, 400.0)
    with compilations() as found:
        predict_many(PARAMS, FLUX, bin_flux_ivar=ivar)
        intrinsic_many(PARAMS, FLUX, bin_flux_ivar=ivar)
        complete_many(PARAMS, np.where(np.arange(FLUX.shape[1]) == 3, np.nan, FLUX))
        assert len(found) == 4
        sample_many(0, PARAMS, FLUX)
        before = len(found)
        sample_many(0, PARAMS, FLUX, bin_flux_ivar=ivar)
    assert len(found) <= before + 2
