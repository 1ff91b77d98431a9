"""The distribution learns a made-up sample whose truth is known: shared scatter, noise, non-detections, ties."""

import numpy as np
import pytest

from model.lines import LINE_NAMES, LINES
from model.predictions.batch import intrinsic_many
from model.predictions.joint.batch import sample_many
from model.training.distribution import fit_distribution
from model.training.recipe import DistributionConfig
from model.training.sample import prepare

RECIPE = DistributionConfig(
    24,
    1,
    16,
    16,
    epochs=12,
    deconvolution_epochs=6,
    response_price=1.0,  # the made-up measurement is plain noise
    latent_epochs=8,
    summary_epochs=24,
    batch=128,
    learning_rate=4e-3,
    draws=4,
)
N = 3000
TIES = {"OIII_4959": 3.19, "NII_6548": 2.97}
ALPHA, BETA = LINE_NAMES.index("HALPHA"), LINE_NAMES.index("HBETA")


def _toy():
    """Log EWs fall with the slope of the continuum and share a scatter of 0.3; noise of 0.25 Å; nothing below zero."""
    rng = np.random.default_rng(0)
    slope, common = rng.normal(size=(2, N, 1))
    flux = np.exp(0.4 * slope * np.linspace(-1, 1, 12) + rng.normal(0, 0.02, (N, 12)))
    truth = np.exp(0.5 - 0.8 * slope + 0.3 * common + 0.1 * rng.normal(size=(N, len(LINES))))
    for weak, ratio in TIES.items():
        strong = next(line.tied_to for line in LINES if line.name == weak)
        truth[:, LINE_NAMES.index(weak)] = truth[:, LINE_NAMES.index(strong)] / ratio
    sigma = 0.25 * np.exp(0.1 * rng.normal(size=truth.shape))
    seen = truth + sigma * rng.normal(size=truth.shape)
    for weak, ratio in TIES.items():
        strong = next(line.tied_to for line in LINES if line.name == weak)
        seen[:, LINE_NAMES.index(weak)] = seen[:, LINE_NAMES.index(strong)] / ratio
    seen[seen <= 0] = np.nan
    redshift, luminosity = rng.uniform(0.06, 0.3, N), rng.normal(6.2, 0.4, N)
    columns = (flux, luminosity, redshift, seen, np.where(np.isfinite(seen), sigma**-2, np.nan))
    return truth, tuple(column.astype(np.float32) for column in columns)


@pytest.mark.slow
def test_a_made_up_sample_is_learned():
    truth, (flux, luminosity, redshift, seen, ivar) = _toy()
    table = prepare(flux, luminosity, redshift, seen, ivar, np.zeros(seen.shape, bool))
    parts = []
    params = fit_distribution(table, RECIPE, lambda part, _: parts.append(part))
    assert len(parts) == RECIPE.epochs_in_all()
    ew, listed = sample_many(0, params, flux, luminosity, redshift)
    again, _ = sample_many(1, params, flux, luminosity, redshift)
    assert (ew >= 0).all()
    assert np.median(ew[:, ALPHA] / truth[:, ALPHA]) == pytest.approx(1, abs=0.1)
    for weak, ratio in TIES.items():
        line = LINE_NAMES.index(weak)
        strong = LINE_NAMES.index(str(LINES[line].tied_to))
        assert np.median(ew[:, strong] / ew[:, line]) == pytest.approx(ratio, rel=0.02)
    bright = truth[:, ALPHA] > 2
    apart = np.log(np.maximum(ew, 0.01) / np.maximum(again, 0.01))[bright] / np.sqrt(2)
    width = np.diff(np.percentile(apart[:, ALPHA], (16, 84)))[0] / 2
    assert width == pytest.approx(np.hypot(0.3, 0.1), rel=0.4)
    assert np.corrcoef(apart[:, ALPHA], apart[:, BETA])[0, 1] > 0.15
    free = [i for i, line in enumerate(LINES) if line.tied_to is None]
    share = np.isfinite(seen).mean(axis=0)[free]
    assert np.abs((listed.ew > 0).mean(axis=0)[free] - share).max() < 0.04
    known = intrinsic_many(params, flux)
    assert np.abs(known.p_detected.mean(axis=0)[free] - share).max() < 0.03
    assert np.mean((truth[:, ALPHA] > known.p16[:, ALPHA]) & (truth[:, ALPHA] < known.p84[:, ALPHA])) > 0.5
