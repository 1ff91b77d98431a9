"""Scores of joint draws, with drawn errors and selection applied, against held-out galaxies."""

import time
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from data.catalogue.survey import DESI
from model.features import colors
from model.lines import LINE_NAMES, LINES
from model.predictions.batch import intrinsic_many, sample_many
from model.predictions.params import Params
from model.predictions.predict import Prediction
from model.statistics.metrics import spearman
from model.statistics.scores import crps, diagrams, distance_from_uniform, energy_score, probability_integral
from research.baselines.local import neighbours_of
from research.baselines.methods import Progress
from research.classifier import area_under_roc, line_columns
from research.evaluation.diagrams import chance_numbers, diagram_cells, diagram_numbers
from research.evaluation.points import color_quintile
from research.evaluation.record import Distribution, DrawnLine
from research.sample import Sample

NEIGHBOURS: Final = 39
MIN_DRAWS: Final = 8
"""Fewest listed draws for a galaxy to be scored in a line."""
PIT_BINS: Final = 20
KEPT: Final = 4
"""Realisations whose errors are kept, for the diagrams and the classifier."""


class Draws(NamedTuple):
    """Draws of the held-out galaxies.

    Attributes
    ----------
    ew : (draw, galaxy, 10) array
        As a catalogue lists them [Å]; NaN where it does not.
    ivar : (`KEPT`, galaxy, 10) array
        Inverse variances [1/Å²] of the first realisations.
    cut : (galaxy, 10) array
        Lines that were cut by design, and for which nothing can be compared.
    seconds_each : float
        Time of a draw of one galaxy, among many [s].
    """

    ew: Float[np.ndarray, "draw galaxy line"]
    ivar: Float[np.ndarray, "kept galaxy line"]
    cut: Bool[np.ndarray, "galaxy line"]
    seconds_each: float


def score_distribution(
    params: Params,
    sample: Sample,
    variant: str,
    draws: int,
    point: Prediction | None = None,
    progress: Progress = lambda _: None,
) -> Distribution:
    """Score joint draws against the held-out galaxies.

    Parameters
    ----------
    params : Params
        With the variant's distribution.
    sample : Sample
        A table with observed lines; its held-out galaxies are scored, the others serve the neighbours' forecast.
    variant : {"colors", "luminosity"}
        Which distribution.
    draws : int
        Realisations per galaxy, `MIN_DRAWS` or more.
    point : Prediction, optional
        Point predictions of the held-out galaxies, for the diagrams; by default the medians of the draws.
    progress : callable
        Told what is being done.

    Returns
    -------
    Distribution
        All scores.
    """
    rows = sample.held_out
    flux, redshift, seen, ivar = (
        column[rows] for column in (sample.bin_flux, sample.redshift, sample.ew, sample.ew_ivar)
    )
    luminosity = sample.log_luminosity[rows] if variant == "luminosity" else None
    made = _draw(params, flux, luminosity, redshift, seen, draws, progress)
    progress(f"scoring the draws, {variant}")
    chance = np.asarray(intrinsic_many(params, flux, luminosity).p_detected)
    neighbours = _neighbours(sample, variant)
    quintile = color_quintile(flux)
    lines = {
        name: _score_line(seen[:, i], made.ew[:, :, i], neighbours[:, :, i], chance[:, i], made.cut[:, i], quintile)
        for i, name in enumerate(LINE_NAMES)
    }
    free = [i for i, line in enumerate(LINES) if line.tied_to is None]
    whole = np.isfinite(made.ew[:, :, free]).all(axis=(0, 2))
    progress(f"can trees tell the draws from real galaxies? {variant}")
    # The trees see of a galaxy what the draws were made from: its luminosity only where they knew it.
    continuum = np.column_stack([np.asarray(colors(flux)), redshift, *([] if luminosity is None else [luminosity])])
    drawn = np.where(made.cut, np.nan, made.ew[: len(made.ivar)])
    real, fake = (
        np.column_stack([continuum, line_columns(*each)]) for each in ((seen, ivar), (drawn[0], made.ivar[0]))
    )
    pairs = np.arange(len(flux))
    said = np.nanmedian(made.ew, axis=0) if point is None else np.asarray(point.ew)
    bpt, whan = diagram_cells(seen, ivar, said, drawn, made.ivar)
    return Distribution(
        draws=draws,
        lines=lines,
        energy_score=energy_score(made.ew[:, whole][:, :, free], seen[whole][:, free]),
        auc=area_under_roc(real, fake, pairs=(pairs, pairs)),
        diagrams=diagram_numbers(seen, ivar, said, drawn, made.ivar)
        | {"training": diagrams(sample.ew[~rows], sample.ew_ivar[~rows]), "chance": chance_numbers(seen, ivar)},
        bpt=bpt,
        whan=whan,
        seconds_each=made.seconds_each,
    )


def _draw(params: Params, flux, luminosity, redshift, seen, draws: int, progress: Progress) -> Draws:
    listed, ivars, fastest = [], [], np.inf
    for seed in range(draws):
        start = time.perf_counter()
        run = sample_many(seed, params, flux, luminosity, redshift)[1]
        fastest = min(fastest, time.perf_counter() - start)
        ew = np.asarray(run.ew)
        listed.append(np.where(ew > 0, ew, np.nan).astype(np.float32))
        if seed < KEPT:
            ivars.append(np.where(ew > 0, np.asarray(run.ew_ivar), np.nan))
        progress(f"draw {seed + 1} of {draws}")
    cut = ~DESI.observable(redshift) & ~np.isfinite(seen)
    return Draws(np.stack(listed), np.stack(ivars), cut, fastest / len(flux))


def _neighbours(sample: Sample, variant: str) -> Float[np.ndarray, "neighbour galaxy line"]:
    """Observed lines of each held-out galaxy's nearest training galaxies: the forecast to beat."""
    features = np.asarray(colors(sample.bin_flux), np.float32)
    if variant == "luminosity":
        features = np.column_stack([features, sample.log_luminosity])
    places = neighbours_of(features[~sample.held_out], features[sample.held_out], NEIGHBOURS)
    return np.moveaxis(sample.ew[~sample.held_out][places], 1, 0)


def _score_line(seen, drawn, neighbours, chance, cut, quintile) -> DrawnLine:
    use = np.isfinite(seen) & (np.isfinite(drawn).sum(axis=0) >= MIN_DRAWS)
    use &= np.isfinite(neighbours).sum(axis=0) >= 2
    truth, ensemble, group = seen[use], drawn[:, use], quintile[use]
    pit = probability_integral(ensemble, truth)
    median = np.nanmedian(ensemble, axis=0)
    rho, half = spearman(truth, median), len(ensemble) // 2
    halves = [spearman(truth, np.nanmedian(part, axis=0)) for part in (ensemble[:half], ensemble[half:])]
    within = {"68": (pit > 0.16) & (pit < 0.84), "95": (pit > 0.025) & (pit < 0.975)}
    looked = [~cut & (quintile == k) for k in range(5)]
    return DrawnLine(
        n=int(use.sum()),
        crps=float(crps(ensemble, truth).mean()),
        crps_neighbours=float(crps(neighbours[:, use], truth).mean()),
        pit_ks=distance_from_uniform(pit),
        pit=(np.histogram(pit, PIT_BINS, (0, 1))[0] / len(pit) * PIT_BINS).tolist(),
        cover_68=float(within["68"].mean()),
        cover_95=float(within["95"].mean()),
        cover_68_quintiles=[float(within["68"][group == k].mean()) for k in range(5)],
        cover_95_quintiles=[float(within["95"][group == k].mean()) for k in range(5)],
        counted=[int((group == k).sum()) for k in range(5)],
        spearman=rho,
        # The median of n draws is off by an error whose variance, and what it costs rho, falls as 1/n.
        spearman_limit=2 * rho - float(np.nanmean(halves)),
        nmad=1.48 * float(np.median(np.abs(truth - median))),
        largest=float(np.nanmax(drawn)),
        listed=[float(np.isfinite(seen[k]).mean()) for k in looked],
        listed_predicted=[float(chance[k].mean()) for k in looked],
        listed_drawn=[float(np.isfinite(drawn[:, k]).mean()) for k in looked],
    )
