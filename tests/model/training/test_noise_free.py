"""Networks for continua without noise, on continua whose truth is known."""

import jax
import numpy as np
import pytest

from model.features import VARIANTS, colors, with_columns
from model.networks.joint import quantiles
from model.networks.per_line import PerLineNetwork
from model.predictions.batch import intrinsic_many, predict_many
from model.predictions.joint.batch import sample_many
from model.spectra.bin_noise import DESI_NOISE
from model.storage.weights import available_models, load_params
from model.training.distillation import DistillationRecipe, fit_variants
from model.training.noise_free import fit_noise_free

SMALL = DistillationRecipe(
    2, teacher_width=32, teacher_blocks=1, teacher_epochs=20, width=32, blocks=1, batch=256, epochs=20
)


@pytest.fixture(scope="module")
def truth():
    """Continua without noise, and lines that follow their first colour."""
    rng = np.random.default_rng(0)
    slope = rng.normal(0, 0.06, 6000)
    flux = np.exp(slope[:, None] * np.linspace(-1, 1, 12)).astype(np.float32)
    flux[:, 0] *= np.exp(rng.normal(0, 0.25, 6000))
    ew = 10 * np.exp(-2 * np.asarray(colors(flux))[:, :1] + rng.normal(0, 0.1, (6000, 10)))
    return flux, rng.normal(6, 0.5, 6000), rng.uniform(0.06, 0.3, 6000), ew


@pytest.mark.slow
def test_the_extrapolation_undoes_half_of_the_dilution_at_least(truth):
    flux, luminosity, redshift, ew = truth
    noise = np.random.default_rng(1).normal(size=flux.shape) * DESI_NOISE
    noisy = np.maximum(flux + noise, 0.05).astype(np.float32)
    default = fit_variants(noisy, luminosity, redshift, ew, SMALL)
    free = fit_noise_free(default, noisy, luminosity, redshift, ew, SMALL)

    def slope(params, variant: str) -> float:
        given = [np.asarray(column, np.float32) for column in (luminosity, redshift)[: VARIANTS.index(variant)]]
        features = with_columns(colors(flux), given)
        middle = np.asarray(jax.jit(quantiles)(getattr(params, variant), features).median)[:, 0]
        return float(np.polyfit(np.asarray(colors(flux))[:, 0], middle, 1)[0])

    for variant in VARIANTS:
        diluted, undiluted = slope(default, variant), slope(free, variant)
        assert -2.0 < undiluted < diluted < -0.8, variant
        assert abs(undiluted + 2) < 0.75 * abs(diluted + 2), variant


def test_networks_without_an_interval_are_left_out(truth):
    flux, luminosity, redshift, ew = truth
    published = load_params()._replace(**dict.fromkeys(VARIANTS))
    published = published._replace(colors=PerLineNetwork(np.zeros((10, 11)), np.ones((10, 11)), ()))
    found = fit_noise_free(published, flux, luminosity, redshift, ew, SMALL)
    assert all(getattr(found, name) is None for name in VARIANTS)


def test_every_answer_of_the_shipped_networks_differs_a_little_from_the_default():
    assert available_models()[:2] == ("default", "noise-free")
    rng = np.random.default_rng(2)
    flux = (np.linspace(1, 2, 12) * rng.lognormal(0, 0.02, (64, 12))).astype(np.float32)
    luminosity, redshift = np.full(64, 6.4, np.float32), np.linspace(0.06, 0.29, 64, dtype=np.float32)
    default, free = load_params(), load_params("noise-free")
    for given in ((), (luminosity,), (luminosity, redshift)):
        for function in (predict_many, intrinsic_many):
            noisy, clean = (np.asarray(function(params, flux, *given)[0]) for params in (default, free))
            assert not np.array_equal(noisy, clean)
            assert 0.8 < np.median(clean / np.maximum(noisy, 1e-3)) < 1.25
        known = dict(zip(("log_luminosity", "redshift"), given, strict=False))
        noisy, clean = (sample_many(0, params, flux, **known) for params in (default, free))
        ratio = clean[0] / np.maximum(noisy[0], 1e-6)
        assert ((ratio >= 0.49) & (ratio <= 2.01))[noisy[0] > 1e-3].all()
        assert (ratio != 1).any()
        # The factor of a galaxy is one for all its draws: noise-free and listed lines keep their ratio.
        both = (noisy[1].ew > 0) & (noisy[0] > 1e-3)
        np.testing.assert_allclose(clean[1].ew[both] / noisy[1].ew[both], ratio[both], rtol=1e-3)
