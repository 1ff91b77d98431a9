"""Missing end bins: filled in from the others, and nothing else is touched."""

import jax
import jax.numpy as jnp
import numpy as np
import pyarrow.parquet as pq
import pytest

from data.catalogue.schema import FLUX_NAMES
from model.distribution.colors import marginal
from model.predictions.batch import complete_many, predict_many
from model.predictions.domain.domain import domain
from model.predictions.domain.verdicts import judge_rows
from model.predictions.imputation import complete_bins
from model.predictions.predict import predict_ew
from model.storage.weights import load_params
from research.sample import without_bins
from tests.serving import ROOT

ENDS = [(0,), (11,), (0, 11)]


@pytest.fixture(scope="module")
def params():
    return load_params()


@pytest.fixture(scope="module")
def galaxies():
    table = pq.read_table(ROOT / "data/files/mock.parquet", columns=list(FLUX_NAMES)).slice(0, 1000)
    return np.column_stack([table[name].to_numpy() for name in FLUX_NAMES]).astype(np.float32)


def test_whole_continua_come_back_unchanged(params, galaxies):
    assert np.array_equal(complete_many(params, galaxies), galaxies)


@pytest.mark.parametrize("ends", ENDS)
def test_filled_bins_are_near_the_true_ones_and_the_others_stay(params, galaxies, ends):
    filled = complete_many(params, without_bins(galaxies, ends))
    kept = [place for place in range(12) if place not in ends]
    assert np.array_equal(filled[:, kept], galaxies[:, kept])
    for place in ends:
        error = np.log10(filled[:, place] / galaxies[:, place])
        assert abs(np.median(error)) < 0.01
        assert np.median(np.abs(error)) < (0.04 if place == 0 else 0.01)


@pytest.mark.parametrize("ends", ENDS)
def test_predictions_hardly_move(params, galaxies, ends):
    whole = predict_many(params, galaxies).ew
    fewer = predict_many(params, complete_many(params, without_bins(galaxies, ends))).ew
    assert np.median(np.abs(fewer / whole - 1)[:, 6]) < 0.1


def test_the_marginal_density_is_the_integral_over_the_missing_colours(params):
    flux = np.linspace(1, 2, 12)
    step = 0.002
    grid = np.arange(-0.6, 0.8, step)  # first colour [dex]: the density is summed over it
    whole = np.tile(flux, (len(grid), 1))
    whole[:, 0] = flux[1] / 10**grid
    density = np.exp(np.asarray(marginal(params.domain, whole.astype(np.float32)).log_density, float))
    found = marginal(params.domain, without_bins(flux[None].astype(np.float32), [0])[0])
    assert np.isclose(float(found.log_density), np.log(density.sum() * step), atol=0.01)
    assert np.isclose(float(found.end_color[0]), (density * grid).sum() / density.sum(), atol=1e-3)


def test_completion_is_scale_free_pure_and_differentiable(params, galaxies):
    flux = jnp.asarray(galaxies[0]).at[jnp.array([0, 11])].set(jnp.nan)
    filled = jax.jit(complete_bins)(params, flux)
    assert np.allclose(complete_bins(params, flux * 1e5), filled * 1e5, rtol=1e-4)
    assert np.allclose(jax.vmap(complete_bins, (None, 0))(params, flux[None])[0], filled, rtol=1e-5)
    slope = jax.jacfwd(lambda flux: predict_ew(params, complete_bins(params, flux)))(flux)
    assert jnp.isfinite(slope).all()


@pytest.mark.parametrize("gap", [(5,), (0, 1, 2), (2, 6, 11), tuple(range(6))])
def test_a_galaxy_with_gaps_is_judged_by_its_completed_continuum(params, galaxies, gap):
    verdicts = judge_rows(params, without_bins(galaxies, gap))
    assert set(verdicts.verdict) <= {"edge", "outside"}
    assert np.mean(np.array(verdicts.verdict) == "outside") < 0.01
    assert all("Missing bins:" in reason for reason in verdicts.reason)
    assert domain(params, without_bins(galaxies, gap)[3]).verdict == verdicts.verdict[3]


def test_too_few_bins_are_outside_and_said(params, galaxies):
    found = judge_rows(params, without_bins(galaxies[:2], tuple(range(7))))
    assert found.verdict == ["outside", "outside"]
    assert found.reason[0] == "Only 5 of 12 bins are given; at least 6 are needed."


def test_weights_without_a_density_say_so(params, galaxies):
    with pytest.raises(ValueError, match="load_params"):
        complete_bins(params._replace(domain=None), galaxies[0])
