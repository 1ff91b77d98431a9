"""Noisy and missing bins: their uncertainty reaches every answer."""

import jax
import numpy as np
import pyarrow.parquet as pq
import pytest

from data.catalogue.schema import FLUX_NAMES
from model.predictions.batch import complete_many, intrinsic_many, predict_many
from model.predictions.imputation import complete_bins
from model.predictions.joint.batch import sample_many
from model.predictions.predict import predict_ew
from model.storage.weights import load_params
from research.evaluation.calibration import linear_to_drawn
from research.sample import read_sample
from tests.conftest import SHARED
from tests.serving import ROOT

PARAMS = load_params()
DESI = SHARED / "desi/bgs_sv3.parquet"
needs_desi = pytest.mark.skipif(not DESI.exists(), reason="needs the real DESI galaxies in ../shared/desi")
MOCK = np.column_stack(
    [column.to_numpy() for column in pq.read_table(ROOT / "data/files/mock.parquet", columns=list(FLUX_NAMES)).columns]
)[:200].astype(np.float32)
RUNS = [(0, 6), (3, 9), (6, 12), (0, 10), (1, 12), (1, 11)]
"""Runs of bins that a spectrum covers."""


@pytest.fixture(scope="module")
def held_out():
    sample = read_sample(DESI)
    rows = np.flatnonzero(sample.held_out)[:6000]
    return [column[rows] for column in (sample.bin_flux, sample.log_luminosity, sample.redshift, sample.ew)]


def coverage(found, observed) -> np.ndarray:
    return np.nanmean(np.where(np.isfinite(observed), (observed > found.p16) & (observed < found.p84), np.nan), axis=0)


def noisy(flux, share: float) -> tuple[np.ndarray, np.ndarray]:
    noise = share * flux
    seen = flux + noise * np.random.Generator(np.random.PCG64(3)).standard_normal(flux.shape).astype(np.float32)
    return np.maximum(seen, 0.02 * flux), 1 / noise**2


@needs_desi
@pytest.mark.parametrize("share", [0.02, 0.05])
def test_the_interval_keeps_its_share_when_noise_is_added_and_stated(held_out, share):
    flux, luminosity, redshift, observed = held_out
    seen, ivar = noisy(flux, share)
    stated = coverage(predict_many(PARAMS, seen, luminosity, redshift, ivar), observed)
    assert (np.abs(stated - 0.68) < 0.06).all()
    assert np.abs(np.mean(stated) - 0.68) < 0.025
    silent = coverage(predict_many(PARAMS, seen, luminosity, redshift), observed)
    assert np.mean(silent) < np.mean(stated)


@needs_desi
@pytest.mark.parametrize(("first", "beyond"), RUNS)
def test_any_run_of_six_bins_or_more_is_answered_with_an_interval_that_knows(held_out, first, beyond):
    flux, luminosity, redshift, observed = held_out
    part = np.full_like(flux, np.nan)
    part[:, first:beyond] = flux[:, first:beyond]
    found = predict_many(PARAMS, part, luminosity, redshift, np.where(np.isnan(part), 0, np.inf).astype(np.float32))
    shares = coverage(found, observed)
    assert (shares > 0.62).all()
    assert (shares < 0.80).all()


def test_exact_bins_give_the_plain_answer():
    flux = MOCK
    exact = np.full_like(flux, np.inf)
    for many in (predict_many, intrinsic_many):
        for plain, same in zip(many(PARAMS, flux), many(PARAMS, flux, bin_flux_ivar=exact), strict=True):
            np.testing.assert_allclose(same, plain, rtol=2e-3, atol=1e-3)


@pytest.mark.parametrize("factor", [1e3, 1e-17, 1e-29, 1e29])
@pytest.mark.parametrize("share", [0.1, 0.003])
def test_scaling_fluxes_and_noise_changes_nothing(factor, share):
    """Inverse variances of fluxes in erg/s/cm² per Å or Hz do not fit into float32: the noise was ignored."""
    flux = MOCK.astype(np.float64)

    def answers(factor: float) -> list[np.ndarray]:
        given, ivar = factor * flux, 1 / (share * factor * flux) ** 2
        many = predict_many(PARAMS, given, bin_flux_ivar=ivar), intrinsic_many(PARAMS, given, bin_flux_ivar=ivar)
        one = predict_ew(PARAMS, given[0], bin_flux_ivar=ivar[0])
        return [np.asarray(values) for values in (*many[0], *many[1], one)]

    for values, same in zip(answers(1), answers(factor), strict=True):
        np.testing.assert_allclose(same, values, rtol=5e-3, atol=2e-3)


@pytest.mark.parametrize("factor", [1e-17, 1e-29, 1e29])
def test_gaps_are_filled_in_any_unit(factor):
    gap = MOCK.astype(np.float64)
    gap[:, 4:6] = np.nan
    for fill in (complete_many, complete_bins):
        np.testing.assert_allclose(np.asarray(fill(PARAMS, factor * gap)) / factor, fill(PARAMS, gap), rtol=1e-4)


def test_draws_scatter_with_the_noise_in_any_unit():
    flux = MOCK.astype(np.float64)
    spread = []
    for factor in (1.0, 1e-29):
        runs = [sample_many(s, PARAMS, factor * flux, bin_flux_ivar=25 / (factor * flux) ** 2)[0] for s in range(24)]
        spread.append(np.std(np.arcsinh(runs), axis=0).mean())
    assert spread[1] == pytest.approx(spread[0], rel=0.1)


def test_draws_scatter_with_the_noise():
    spread = []
    for share in (1e-3, 0.2):
        runs = [sample_many(seed, PARAMS, MOCK, bin_flux_ivar=1 / (share * MOCK) ** 2)[0] for seed in range(24)]
        spread.append(np.std(np.arcsinh(runs), axis=0).mean(axis=0))
    assert np.mean(spread[1] / spread[0]) > 1.1


def test_fewer_than_six_bins_are_no_galaxy():
    flux = np.full((1, 12), np.nan, np.float32)
    flux[0, :5] = 1
    ivar = np.where(np.isnan(flux), 0, np.inf).astype(np.float32)
    assert np.isnan(predict_many(PARAMS, flux, bin_flux_ivar=ivar).ew).all()
    assert np.isnan(complete_many(PARAMS, flux)).sum() == 7


def test_a_gap_is_bridged_with_the_bins_on_both_sides():
    flux = MOCK[:1]
    gap = flux.copy()
    gap[0, 4:6] = np.nan
    filled = complete_many(PARAMS, gap)
    assert np.array_equal(filled[0, [0, 3, 6, 11]], gap[0, [0, 3, 6, 11]])
    assert np.abs(filled / flux - 1).max() < 0.1


def test_gradients_pass_through_noise():
    flux = np.geomspace(1, 3, 12, dtype=np.float32)
    slope = jax.grad(lambda flux: predict_ew(PARAMS, flux, bin_flux_ivar=np.full(12, 400.0, np.float32))[6])(flux)
    assert np.isfinite(slope).all()
    assert np.abs(slope).max() > 0


@needs_desi
@pytest.mark.parametrize("share", [0.02, 0.05, 0.1])
def test_the_error_by_derivatives_is_that_of_drawn_colours(held_out, share):
    flux, luminosity, redshift, _ = (column[:256] for column in held_out)
    seen, ivar = noisy(flux, share)
    assert 0.9 < linear_to_drawn(PARAMS, seen, ivar, [luminosity, redshift]) < 1.15
