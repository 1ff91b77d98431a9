"""The intrinsic lines and the catalogue agree: what is drawn noise-free, measured again, looks like what was measured.

Without a response of the measurement, EWs >= 0 with symmetric noise imply that Hβ is listed in 75 % of the reddest
fifth; it is listed in 54 %. A response that lists every positive amplitude makes the 10 % points 15-32 % too low.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from data.catalogue.survey import DESI as SURVEY
from model.distribution.latent import Response, log_listed
from model.lines import FREE_LINES, LINE_NAMES
from model.predictions.joint.batch import sample_many
from model.storage.weights import load_params
from model.training.deconvolution import AT_BOUND
from research.evaluation.points import color_quintile
from research.evaluation.self_consistency import rank_distances, ranks, renoise
from research.sample import read_sample
from tests.conftest import SHARED

DESI = SHARED / "desi/bgs_sv3.parquet"
real = pytest.mark.skipif(not DESI.exists(), reason="needs the real DESI galaxies in ../shared/desi")


AT_FAULT = {("SII_6731", 0.1): 0.14}
"""Quantiles further off than .1: 2.6 % of the listed [S II] 6731 sit at the fit's bound, which no response explains."""
MISSED_QUANTILES = {("HBETA", 0.1), ("HALPHA", 0.1)}
"""10-11 % off, see the model card; the tests of these fail until the response is better."""
MISSED_SHARES = {"OII_DOUBLET"}
"""2.1 points off in the reddest fifth."""
DRAWS = 3
"""Realisations, so that chance moves a quantile by half a percent."""


class Remeasured(NamedTuple):
    """All galaxies, so that a fifth of them is a sharp test, and their draws measured again."""

    given: tuple[np.ndarray, np.ndarray, np.ndarray]
    measured: np.ndarray
    implied: np.ndarray
    found: np.ndarray
    observed: np.ndarray
    covered: np.ndarray


@pytest.fixture(scope="module")
def galaxies() -> Remeasured:
    sample, params = read_sample(DESI), load_params()
    flux, luminosity, redshift, observed = sample.bin_flux, sample.log_luminosity, sample.redshift, sample.ew
    found = observed * np.sqrt(sample.ew_ivar) > AT_BOUND
    covered = SURVEY.observable(redshift) | np.isfinite(observed)
    rng = np.random.Generator(np.random.PCG64(0))
    measured, implied = [], np.zeros(observed.shape)
    for seed in range(DRAWS):
        ew, drawn = jax.tree.map(np.asarray, sample_many(seed, params, flux, luminosity, redshift))
        again, chance = renoise(params, flux, ew, 1 / np.sqrt(drawn.ew_ivar), rng)
        measured.append(np.where(covered, again, np.nan))
        implied += chance / DRAWS
    return Remeasured((flux, luminosity, redshift), np.concatenate(measured), implied, found, observed, covered)


def missed(*values: object, so_far: bool) -> object:
    """Parameters of a test, which must fail where the aim is known to be missed."""
    return pytest.param(*values, marks=[pytest.mark.xfail(strict=True, reason="see the model card")] if so_far else [])


@real
@pytest.mark.parametrize("line", [missed(name, so_far=name in MISSED_SHARES) for name in LINE_NAMES])
def test_the_shares_that_draws_imply_are_those_of_the_catalogue(galaxies: Remeasured, line: str):
    i, fifth = LINE_NAMES.index(line), color_quintile(galaxies.given[0])
    off = [(galaxies.implied - galaxies.found)[galaxies.covered[:, i] & (fifth == k), i].mean() for k in range(5)]
    assert np.abs(off).max() < 0.02


QUANTILES = [(LINE_NAMES[i], level) for i in FREE_LINES for level in (0.1, 0.5, 0.9)]


@real
@pytest.mark.parametrize(("line", "level"), [missed(*each, so_far=each in MISSED_QUANTILES) for each in QUANTILES])
def test_what_is_measured_again_has_the_quantiles_of_the_catalogue(galaxies: Remeasured, line: str, level: float):
    i = LINE_NAMES.index(line)
    listed = np.quantile(galaxies.observed[galaxies.found[:, i], i], level)
    measured = np.nanquantile(galaxies.measured[:, i], level)
    assert measured == pytest.approx(listed, rel=AT_FAULT.get((line, level), 0.1))


@real
def test_ranks_among_draws_given_the_measurement_are_uniform(galaxies: Remeasured):
    flux, luminosity, redshift = (column[:4096] for column in galaxies.given)
    assert max(rank_distances(ranks(load_params(), flux, luminosity, redshift)).values()) < 0.06


@pytest.mark.parametrize("ew", [0.0, 0.3, 2.0, 30.0])
@pytest.mark.parametrize("onset", [0.05, 0.3, 2.0])
def test_the_chance_of_a_listing_is_the_integral_over_the_noise(ew: float, onset: float):
    offset, bias, scale, sigma = -0.4, 0.8, 1.2, 0.7
    middle = (ew + offset) / sigma + bias / (1 + (ew / sigma) ** 2)

    def density(signal: float) -> float:
        return np.exp(-0.5 * ((signal - middle) / scale) ** 2) / (scale * np.sqrt(2 * np.pi)) * np.exp(-signal / onset)

    passed_over = quad(density, 0, max(0, middle) + 10, points=[max(0, middle)], limit=200)[0]
    response = Response(*(jnp.asarray(value) for value in (offset, bias, scale, onset)))
    listed, missed = log_listed(response, jnp.asarray(ew), jnp.asarray(sigma))
    assert np.exp(listed) == pytest.approx(ndtr(middle / scale) - passed_over, abs=2e-5)
    assert np.exp(listed) + np.exp(missed) == pytest.approx(1, abs=1e-6)
