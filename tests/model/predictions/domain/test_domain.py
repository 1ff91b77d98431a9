"""Verdicts on continua that are, and are not, like those of the training galaxies."""

import jax
import jax.numpy as jnp
import numpy as np
import pyarrow.parquet as pq
import pytest

from data.catalogue.schema import FLUX_NAMES
from model.bins import BIN_CENTERS
from model.predictions.batch import score_many
from model.predictions.domain.domain import domain, domain_score
from model.predictions.domain.reasons import EDGE, OUTSIDE, domain_verdict
from model.predictions.domain.verdicts import judge_rows
from model.storage.weights import load_params, load_sidecar
from research.fitting.domain import measure
from research.sample import read_sample
from tests.serving import ROOT


@pytest.fixture(scope="module")
def params():
    return load_params()


@pytest.fixture(scope="module")
def galaxies():
    table = pq.read_table(ROOT / "data/files/mock.parquet", columns=list(FLUX_NAMES)).slice(0, 2000)
    return np.column_stack([table[name].to_numpy() for name in FLUX_NAMES]).astype(np.float32)


def blackbody(kelvin):
    return ((BIN_CENTERS / 5000) ** -5 / np.expm1(1.4388e8 / (BIN_CENTERS * kelvin))).astype(np.float32)


def attenuated(flux, reddening):
    """Dim by Calzetti et al. 2000, equation 4 (below 6300 Å, carried on redwards), E(B-V) in magnitudes."""
    micron = BIN_CENTERS / 1e4
    curve = 2.659 * (-2.156 + 1.509 / micron - 0.198 / micron**2 + 0.011 / micron**3) + 4.05
    return (flux * 10 ** (-0.4 * reddening * curve)).astype(np.float32)


def test_galaxies_like_the_training_ones_are_inside(params, galaxies):
    score = score_many(params, galaxies)
    assert np.mean(score < EDGE) < 0.03
    assert np.mean(score < OUTSIDE) < 0.005
    assert domain(params, np.median(galaxies / galaxies.mean(axis=1, keepdims=True), axis=0)).verdict == "inside"


@pytest.mark.parametrize("factor", [1e-17, 1e-3, 1e8])
def test_a_rescaled_continuum_has_the_same_score(params, galaxies, factor):
    again = score_many(params, galaxies * np.float32(factor))
    assert np.allclose(again, score_many(params, galaxies), atol=2e-3)


def test_stars_colder_or_hotter_than_galaxies_are_foreign(params):
    assert domain(params, blackbody(3000)).verdict == "outside"
    assert domain(params, blackbody(20_000)).verdict == "edge"
    assert domain(params, blackbody(100_000)).verdict != "inside"


def test_the_redder_a_continuum_is_made_the_rarer_it_gets(params, galaxies):
    scores = [score_many(params, attenuated(galaxies, reddening)) for reddening in (0.3, 0.5, 1.0)]
    middle = [np.median(score) for score in scores]
    assert middle == sorted(middle, reverse=True)
    assert np.mean(scores[-1] < OUTSIDE) > 0.9


def test_a_continuum_in_reversed_order_is_noticed(params, galaxies):
    score = score_many(params, galaxies[:, ::-1].copy())
    assert np.mean(score < EDGE) > 0.95


@pytest.mark.parametrize(("noise", "flagged"), [(0.1, 0.8), (0.2, 0.98)])
def test_noise_beyond_that_of_the_training_galaxies_is_noticed(params, galaxies, noise, flagged):
    factors = 1 + noise * np.random.default_rng(0).standard_normal(galaxies.shape)
    score = score_many(params, (galaxies * factors.clip(0.05)).astype(np.float32))
    assert np.mean(score < EDGE) > flagged


def test_what_colours_cannot_see_has_a_sentence_each(params, galaxies):
    common = np.median(galaxies / galaxies.mean(axis=1, keepdims=True), axis=0)
    assert domain(params, common, 6.4, 0.15).reasons == ()
    far, bright, faint = (domain(params, common, *seen) for seen in ((6.4, 0.37), (9.0, 0.15), (4.9, None)))
    assert (far.verdict, bright.verdict, faint.verdict) == ("outside", "outside", "edge")
    assert far.reasons[0].startswith("Redshift 0.37 lies outside 0.0588 to 0.3000")
    assert "9.00" in bright.reasons[0]
    common[0] = np.nan
    fewer = domain(params, common)
    assert fewer.verdict == "edge"
    assert fewer.reasons[0].startswith("Missing bins: 3400-3700 Å, filled in")


@pytest.mark.parametrize(
    ("log_luminosity", "verdict", "limits"),
    [
        (None, "inside", None),
        (np.nan, "inside", None),
        (6.0, "inside", None),
        (7.0, "inside", None),
        (5.99, "edge", "6.00 to 7.00, where all but 1.0%"),
        (7.01, "edge", "6.00 to 7.00, where all but 1.0%"),
        (5.0, "edge", "6.00 to 7.00, where all but 1.0%"),
        (8.0, "edge", "6.00 to 7.00, where all but 1.0%"),
        (4.99, "outside", "5.00 to 8.00, where all but 0.1%"),
        (8.01, "outside", "5.00 to 8.00, where all but 0.1%"),
    ],
)
def test_a_luminosity_is_judged_by_its_limits(params, log_luminosity, verdict, limits):
    found = domain_verdict(np.array([5, 6, 7, 8], np.float32), np.array([0.05, 0.3]), np.ones(12), 0.5, log_luminosity)
    assert (found.verdict, found.score, len(found.reasons)) == (verdict, 0.5, 0 if limits is None else 1)
    for reason in found.reasons:
        assert reason == (
            f"log luminosity {log_luminosity:.2f} lies outside {limits} of the training galaxies are. "
            "Predict from the colours alone."
        )


@pytest.mark.parametrize("value", [-1.0, 0.0, np.inf])
def test_a_flux_that_cannot_be_used_is_named(params, galaxies, value):
    flux = galaxies[0].copy()
    flux[4] = value
    found = domain(params, flux)
    assert found.verdict == "outside"
    assert np.isnan(found.score)
    assert f"bin 4 (4600-4900 Å) is {value:g}" in found.reasons[0]


def test_the_score_is_pure(params, galaxies):
    one_by_one = jnp.stack([domain_score(params, flux) for flux in galaxies[:5]])
    assert np.allclose(jax.jit(jax.vmap(domain_score, (None, 0)))(params, galaxies[:5]), one_by_one, atol=1e-4)
    assert np.allclose(domain_score(params, galaxies[:4].reshape(2, 2, 12)).ravel(), one_by_one[:4], atol=1e-4)
    missing = jnp.asarray(galaxies[0]).at[0].set(jnp.nan)
    for flux in (jnp.asarray(galaxies[0]), missing):
        slope = jax.grad(lambda flux: domain_score(params, flux))(flux)
        assert jnp.isfinite(slope).all()


def test_weights_without_a_domain_say_so(galaxies, params):
    with pytest.raises(ValueError, match="load_params"):
        domain(params._replace(domain=None), galaxies[0])


def test_held_out_galaxies_are_flagged_as_often_as_the_score_says(desi_table, params):
    counts = measure(params, read_sample(desi_table))
    assert counts == load_sidecar("domain")["held_out"]
    for name in counts.keys() - {"galaxies"}:
        assert 0.7 < counts[name]["edge_percent"] < 1.1  # nominal 0.9, three standard errors
        assert 0.03 < counts[name]["outside_percent"] < 0.18  # nominal 0.1
        assert 0.48 < counts[name]["median_score"] < 0.52


def test_many_are_judged_as_one_by_one_also_when_compiled(params, galaxies):
    flux = galaxies[:60].copy()
    flux[1, 0], flux[2, 5], flux[3, 5] = np.nan, np.nan, -1
    flux[4:14] = blackbody(3000)
    luminosity = np.linspace(4.5, 8.5, 60).astype(np.float32)
    redshift = np.linspace(0.03, 0.4, 60).astype(np.float32)
    luminosity[20:30], redshift[25:35] = np.nan, np.nan
    several = jax.jit(domain)(params, flux, luminosity, redshift)
    singles = [domain(params, *row) for row in zip(flux, luminosity.tolist(), redshift.tolist(), strict=True)]
    assert list(several.verdict) == [one.verdict for one in singles]
    assert several.reasons == [one.reasons for one in singles]
    assert {"inside", "edge", "outside"} == set(several.verdict)
    rows = judge_rows(params, flux, luminosity, redshift)
    assert rows.verdict == list(several.verdict)
    assert rows.reason == [" ".join(reasons) for reasons in several.reasons]
