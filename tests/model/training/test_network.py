import jax.numpy as jnp
import numpy as np
import pytest

from model.features import VARIANTS
from model.predictions.batch import predict_many
from model.predictions.params import Params
from model.statistics.point_scores import score_lines, spearman
from model.training.distillation import DistillationRecipe, continua_between, fit_variants, fit_variants_directly
from model.training.network import Recipe, fit

RNG = np.random.default_rng(0)
SMALL = Recipe(width=32, blocks=1, epochs=30, batch=256)
LONGER = SMALL._replace(epochs=60)
TAUGHT = DistillationRecipe(2, teacher_width=32, teacher_blocks=1, teacher_epochs=12, width=16, blocks=1, batch=256)


def _toy(n=4096):
    features = RNG.normal(size=(n, 3))
    truth = np.column_stack([np.sin(features[:, 0]), features[:, 1] * features[:, 2]])
    targets = truth + RNG.normal(size=truth.shape) * 0.2
    targets[RNG.random(targets.shape) < 0.3] = np.nan
    return features, targets, truth


def test_it_learns_a_function_and_its_scatter_from_rows_with_gaps():
    from model.networks.joint import quantiles

    features, targets, truth = _toy()
    fitted = quantiles(fit(features, targets, SMALL), jnp.asarray(features, jnp.float32))
    assert np.abs(np.asarray(fitted.median) - truth).mean() < 0.12
    seen = np.isfinite(targets)
    inside = (targets >= np.asarray(fitted.p16)) & (targets <= np.asarray(fitted.p84))
    assert 0.6 < inside[seen].mean() < 0.76


def test_the_same_seed_gives_the_same_network():
    features, targets, _ = _toy(1024)
    one, two = (fit(features, targets, SMALL._replace(epochs=2)) for _ in range(2))
    assert np.array_equal(one.trunk.entry.weight, two.trunk.entry.weight)
    other = fit(features, targets, SMALL._replace(epochs=2, seed=1))
    assert not np.array_equal(one.trunk.entry.weight, other.trunk.entry.weight)


def test_bad_rows_are_named():
    features, targets, _ = _toy(1024)
    features[17, 2] = np.nan
    with pytest.raises(ValueError, match=r"features\[17, 2\] is"):
        fit(features, targets, SMALL)
    with pytest.raises(ValueError, match="fewer than one batch"):
        fit(features[:10], targets[:10], SMALL)


@pytest.mark.parametrize(("method", "recipe"), [(fit_variants, TAUGHT), (fit_variants_directly, LONGER)])
def test_every_variant_learns_lines_and_their_scatter_from_continua(method, recipe):
    slope = RNG.normal(0, 0.5, 2000)
    flux = np.exp(slope[:, None] * np.linspace(-1, 1, 12) + RNG.normal(0, 0.01, (2000, 12))).astype(np.float32)
    luminosity = RNG.normal(6, 0.5, 2000).astype(np.float32)
    ew = np.exp(-slope[:, None] + RNG.normal(0, 0.2, (2000, 10)))
    epochs = []
    redshift = RNG.uniform(0.06, 0.3, 2000).astype(np.float32)
    params = method(flux, luminosity, redshift, ew, recipe, lambda variant, _: epochs.append(variant))
    assert isinstance(params, Params)
    scores = score_lines(ew, predict_many(params, flux)).values()
    assert min(score.spearman for score in scores) > 0.9
    assert max(abs(score.bias) for score in scores) < 0.06
    assert all(0.6 < score.coverage < 0.78 for score in scores)
    assert len(epochs) == (recipe.epochs_in_all() if method is fit_variants else len(VARIANTS) * recipe.epochs)


def test_continua_between_galaxies_lie_between_them():
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], np.float32)
    many = continua_between(corners, 200, seed=1)
    assert np.array_equal(many[:3], corners)
    assert many.shape == (603, 2)
    assert (many >= 0).all()
    assert (many.sum(axis=1) <= 1 + 1e-6).all()
    assert np.ptp(many[3:], axis=0).min() > 0.9


def test_spearman_shares_ranks_between_ties():
    assert spearman(np.array([1.0, 2, 2, 3]), np.array([1.0, 2, 2, 9])) == pytest.approx(1.0)
    assert spearman(np.array([1.0, 2, 3, 4]), np.array([4.0, 3, 2, 1])) == pytest.approx(-1.0)
