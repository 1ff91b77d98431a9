"""Scores of joint draws, with noise and selection, against held-out galaxies."""

import time
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from data.catalogue.survey import DESI
from model.features import VARIANTS, colors, variant_features
from model.lines import FREE_LINES, LINE_NAMES
from model.predictions.batch import intrinsic_many
from model.predictions.joint.batch import sample_many
from model.predictions.params import Params
from model.predictions.predict import Prediction
from model.statistics.point_scores import spearman
from research.baselines.local import neighbours_of
from research.baselines.methods import Progress
from research.classifier import area_under_roc, line_columns
from research.evaluation.diagrams import diagram_cells, diagram_numbers, sampling_errors
from research.evaluation.points import color_quintile
from research.evaluation.record.schema import Distribution, DrawnLine
from research.sample import Sample
from research.statistics.draw_scores import crps, diagrams, distance_from_uniform, energy_score, probability_integral

NEIGHBOURS: Final = 39
MIN_DRAWS: Final = 8
"""Smallest number of draws in which a line is detected for a galaxy to be scored in that line."""
PIT_BINS: Final = 20
KEPT_IVARS: Final = 4
"""Number of realisations whose inverse variances are kept, for the diagrams and the classifier."""


class Draws(NamedTuple):
    """Draws of the held-out galaxies.

    Attributes
    ----------
    ew : (draw, galaxy, line) array
        Catalogued equivalent widths [Å]; NaN where not detected.
    ivar : (`KEPT_IVARS`, galaxy, 10) array
        Inverse variances [1/Å²] of the first realisations.
    cut : (galaxy, line) array
        Lines that are not observable and are not compared.
    seconds_each : float
        Time per galaxy of a draw of many galaxies [s].
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
        Weights with the variant's distribution.
    sample : Sample
        Galaxies with observed lines: the held-out ones are scored, the others are the neighbours of the reference.
    variant : {"colors", "luminosity", "redshift"}
        What the draws are given besides the colours.
    draws : int
        Number of realisations, at least `MIN_DRAWS`.
    point : Prediction, optional
        Point predictions of the held-out galaxies, for the diagrams; by default the medians of the draws.
    progress : callable
        Called with a sentence on the current step.

    Returns
    -------
    Distribution
        Scores of the draws.
    """
    rows = sample.held_out
    flux, redshift, observed, ivar = (
        column[rows] for column in (sample.bin_flux, sample.redshift, sample.ew, sample.ew_ivar)
    )
    given = (sample.log_luminosity[rows], redshift)[: VARIANTS.index(variant)]
    drawn_lines = _draw(params, (flux, *given), redshift, observed, draws, progress)
    progress(f"scoring the draws, {variant}")
    chance = np.asarray(intrinsic_many(params, flux, *given).p_detected)
    neighbours = _neighbours(sample, variant)
    quintile = color_quintile(flux)
    lines = {
        name: _score_line(
            observed[:, i], drawn_lines.ew[:, :, i], neighbours[:, :, i], chance[:, i], drawn_lines.cut[:, i], quintile
        )
        for i, name in enumerate(LINE_NAMES)
    }
    free = list(FREE_LINES)
    whole = np.isfinite(drawn_lines.ew[:, :, free]).all(axis=(0, 2))
    progress(f"can trees tell the draws from real galaxies? {variant}")
    # The trees get the inputs of the draws.
    continuum = np.column_stack([np.asarray(colors(flux)), *given])
    drawn = np.where(drawn_lines.cut, np.nan, drawn_lines.ew[: len(drawn_lines.ivar)])
    real, fake = (
        np.column_stack([continuum, line_columns(*each)])
        for each in ((observed, ivar), (drawn[0], drawn_lines.ivar[0]))
    )
    pairs = np.arange(len(flux))
    point_ew = np.nanmedian(drawn_lines.ew, axis=0) if point is None else np.asarray(point.ew)
    bpt, whan = diagram_cells(observed, ivar, point_ew, drawn, drawn_lines.ivar)
    return Distribution(
        draws=draws,
        lines=lines,
        energy_score=energy_score(drawn_lines.ew[:, whole][:, :, free], observed[whole][:, free]),
        auc=area_under_roc(real, fake, pairs=(pairs, pairs)),
        diagrams=diagram_numbers(observed, ivar, point_ew, drawn, drawn_lines.ivar)
        | {"training": diagrams(sample.ew[~rows], sample.ew_ivar[~rows]), "chance": sampling_errors(observed, ivar)},
        bpt=bpt,
        whan=whan,
        seconds_each=drawn_lines.seconds_each,
    )


def _draw(params: Params, given, redshift, observed, draws: int, progress: Progress) -> Draws:
    listed, ivars, fastest = [], [], np.inf
    for seed in range(draws):
        start = time.perf_counter()
        run = sample_many(seed, params, *given)[1]
        fastest = min(fastest, time.perf_counter() - start)
        ew = np.asarray(run.ew)
        listed.append(np.where(ew > 0, ew, np.nan).astype(np.float32))
        if seed < KEPT_IVARS:
            ivars.append(np.where(ew > 0, np.asarray(run.ew_ivar), np.nan))
        progress(f"draw {seed + 1} of {draws}")
    cut = ~DESI.observable(redshift) & ~np.isfinite(observed)
    return Draws(np.stack(listed), np.stack(ivars), cut, fastest / len(observed))


def _neighbours(sample: Sample, variant: str) -> Float[np.ndarray, "neighbour galaxy line"]:
    """Return the observed lines of each held-out galaxy's nearest training galaxies, the reference forecast."""
    columns = colors(sample.bin_flux), sample.log_luminosity, sample.redshift
    variants = VARIANTS[: VARIANTS.index(variant) + 1]
    features = np.asarray(variant_features(*columns, variants)[1], np.float32)
    places = neighbours_of(features[~sample.held_out], features[sample.held_out], NEIGHBOURS)
    return np.moveaxis(sample.ew[~sample.held_out][places], 1, 0)


def _score_line(observed, drawn, neighbours, chance, cut, quintile) -> DrawnLine:
    use = np.isfinite(observed) & (np.isfinite(drawn).sum(axis=0) >= MIN_DRAWS)
    use &= np.isfinite(neighbours).sum(axis=0) >= 2
    truth, ensemble, group = observed[use], drawn[:, use], quintile[use]
    pit = probability_integral(ensemble, truth)
    median = np.nanmedian(ensemble, axis=0)
    rho, half = spearman(truth, median), len(ensemble) // 2
    halves = [spearman(truth, np.nanmedian(part, axis=0)) for part in (ensemble[:half], ensemble[half:])]
    within = {"68": (pit > 0.16) & (pit < 0.84), "95": (pit > 0.025) & (pit < 0.975)}
    observable = [~cut & (quintile == k) for k in range(5)]
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
        # The variance of the median of n draws, and with it the loss of rho, is proportional to 1/n.
        spearman_limit=2 * rho - float(np.nanmean(halves)),
        nmad=1.48 * float(np.median(np.abs(truth - median))),
        largest=float(np.nanmax(drawn)),
        listed=[float(np.isfinite(observed[k]).mean()) for k in observable],
        listed_predicted=[float(chance[k].mean()) for k in observable],
        listed_drawn=[float(np.isfinite(drawn[:, k]).mean()) for k in observable],
    )
