"""The intrinsic lines and the catalogue agree: what is drawn noise-free, measured again, is listed as often as seen.

Without a response of the measurement, EWs >= 0 with symmetric noise imply that Hβ is listed in 75 % of the reddest
fifth; it is listed in 54 %.
"""

import numpy as np
import pytest

from data.catalogue.survey import DESI as SURVEY
from model.lines import LINE_NAMES
from model.predictions.batch import sample_many
from model.storage.weights import load_params
from research.evaluation.points import color_quintile
from research.evaluation.self_consistency import renoise
from research.sample import read_sample
from tests.conftest import SHARED

DESI = SHARED / "desi/bgs_sv3.parquet"
pytestmark = pytest.mark.skipif(not DESI.exists(), reason="needs the real DESI galaxies in ../shared/desi")


@pytest.fixture(scope="module")
def shares():
    sample, params = read_sample(DESI), load_params()
    rows = np.flatnonzero(sample.held_out)
    flux, luminosity, redshift = (column[rows] for column in (sample.bin_flux, sample.log_luminosity, sample.redshift))
    observed = np.isfinite(sample.ew[rows])
    ew, drawn = sample_many(0, params, flux, luminosity, redshift)
    rng = np.random.Generator(np.random.PCG64(0))
    _, implied = renoise(params, flux, ew, 1 / np.sqrt(drawn.ew_ivar), rng)
    return implied, observed, SURVEY.observable(redshift) | observed, color_quintile(flux)


@pytest.mark.parametrize("line", LINE_NAMES)
def test_the_shares_that_draws_imply_are_those_of_the_catalogue(shares, line):
    implied, observed, covered, fifth = shares
    i = LINE_NAMES.index(line)
    off = [(implied - observed)[covered[:, i] & (fifth == k), i].mean() for k in range(5)]
    assert np.abs(off).max() < 0.025
