"""Scores of point predictions on held-out galaxies, and comparison with other methods on the same rows."""

import time
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from model.lines import LINE_NAMES
from model.predictions.predict import Prediction
from model.statistics.point_scores import score, spearman
from research.baselines.methods import Answer, Method, Progress
from research.evaluation.histograms import bands, bins_of, cells
from research.evaluation.record.schema import OURS, Difference, LineRecord, Score
from research.sample import Sample
from research.statistics.bootstrap import (
    Counts,
    interval,
    resample_counts,
    resampled_nmad,
    resampled_ranks,
    resampled_spearman,
)

CHUNK: Final = 2048
"""Galaxies predicted between two reports of progress."""
DENSITY_SIZE: Final = (36, 36)
DENSITY_PERCENTILES: Final = (0.3, 99.7)
TIMED: Final = 16_384
MAX_SECONDS: Final = 2.0
"""Largest expected time [s] of one timing on `TIMED` galaxies; slower methods are timed on fewer."""


class HeldOut:
    """Held-out galaxies: inputs, observed equivalent widths, and colour quintiles."""

    def __init__(self, sample: Sample) -> None:
        rows = sample.held_out
        self.flux, self.luminosity, self.redshift, self.ew = (
            column[rows] for column in (sample.bin_flux, sample.log_luminosity, sample.redshift, sample.ew)
        )
        self.color = blue_color(self.flux)
        self.quintile = color_quintile(self.flux)


def blue_color(flux: Float[np.ndarray, "galaxy bin"]) -> Float[np.ndarray, " galaxy"]:
    """Return the colour of the blue continuum, log10 of F(4000-4300 Å) over F(3400-3700 Å) [dex]; larger is redder.

    Parameters
    ----------
    flux : (galaxy, 12) array
        Mean continuum per bin.

    Returns
    -------
    (galaxy,) array
        Colours [dex].
    """
    return np.log10(flux[:, 2] / flux[:, 0])


def color_quintile(flux: Float[np.ndarray, "galaxy bin"]) -> Int[np.ndarray, " galaxy"]:
    """Return each galaxy's colour quintile, from the reddest (0) to the bluest (4).

    Parameters
    ----------
    flux : (galaxy, 12) array
        Mean continuum per bin.

    Returns
    -------
    (galaxy,) array
        Quintiles, 0 to 4.
    """
    ratio = flux[:, 0] / flux[:, 2]
    return np.searchsorted(np.quantile(ratio, (0.2, 0.4, 0.6, 0.8)), ratio)


def predict_held_out(answer: Answer, galaxies: HeldOut, report: Callable[[int], None]) -> Prediction:
    """Predict in pieces, with a report of progress after each.

    Parameters
    ----------
    answer : callable
        Prediction function of one method and variant.
    galaxies : HeldOut
        Galaxies to predict.
    report : callable
        Called with the number of finished galaxies.

    Returns
    -------
    Prediction
        Arrays (galaxy, line) [Å].
    """
    parts = []
    for start in range(0, len(galaxies.flux), CHUNK):
        rows = slice(start, start + CHUNK)
        parts.append(answer(galaxies.flux[rows], galaxies.luminosity[rows], galaxies.redshift[rows]))
        report(min(start + CHUNK, len(galaxies.flux)))
    return Prediction(*(np.concatenate([np.asarray(each) for each in column]) for column in zip(*parts, strict=True)))


def seconds(answer: Answer, galaxies: HeldOut) -> tuple[float, float]:
    """Return the time per galaxy [s], for a warm call with one galaxy and for many galaxies; the best of a few calls.

    Parameters
    ----------
    answer : callable
        Prediction function of one method and variant.
    galaxies : HeldOut
        Galaxies with real inputs.

    Returns
    -------
    tuple of float
        Time of one galaxy, and time per galaxy of many [s].
    """

    def best(n: int, repeats: int) -> float:
        given = (np.resize(column, (n, *column.shape[1:])) for column in (galaxies.flux, galaxies.luminosity))
        flux, luminosity, redshift = (*given, np.resize(galaxies.redshift, n))
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            answer(flux, luminosity, redshift)
            times.append(time.perf_counter() - start)
        return min(times)

    one = best(1, 20)
    some = best(1024, 3) / 1024
    return one, best(TIMED, 4) / TIMED if some * TIMED < MAX_SECONDS else some


def score_variant(
    variant: str, methods: Mapping[str, Method], galaxies: HeldOut, resamples: int, progress: Progress
) -> tuple[dict[str, LineRecord], dict[str, float], dict[str, tuple[float, float, float]], Prediction]:
    """Score every method that has a variant, by line.

    Parameters
    ----------
    variant : {"colors", "luminosity", "redshift"}
        Variant, which determines the inputs.
    methods : mapping
        Methods by name; `schema.OURS` is compared with the others.
    galaxies : HeldOut
        Held-out galaxies.
    resamples : int
        Resamples of the paired bootstrap.
    progress : callable
        Called with a sentence on the current step.

    Returns
    -------
    lines : dict
        Record of each line by name.
    mean : dict
        Mean rho over the lines, by method.
    mean_against : dict
        Mean rho of `schema.OURS` minus that of each other method, with its 95 % interval.
    ours : Prediction
        Predictions of `schema.OURS`.
    """
    predictions: dict[str, Prediction] = {}
    for name, method in methods.items():
        if variant in method.answers:

            def report(done: int, title: str = method.title) -> None:
                progress(f"{title}, {variant}: {done:,} of {len(galaxies.flux):,} galaxies predicted")

            answer = method.remembered.get(variant, method.answers[variant])
            predictions[name] = predict_held_out(answer, galaxies, report)
    counts = resample_counts(len(galaxies.flux), resamples)
    lines, resampled = {}, []
    for index, name in enumerate(LINE_NAMES):
        progress(f"resampling {name}, {variant}, {resamples} times")
        record, rho = _score_line(
            {method: Prediction(*(part[:, index] for part in each)) for method, each in predictions.items()},
            galaxies.ew[:, index],
            galaxies,
            counts,
        )
        lines[name] = record
        resampled.append(rho)
    mean = {name: float(np.mean([line.scores[name].spearman for line in lines.values()])) for name in predictions}
    averages = {name: np.mean([rho[name] for rho in resampled], axis=0) for name in predictions}
    mean_against = {
        name: (mean[OURS] - mean[name], *interval(averages[OURS] - average))
        for name, average in averages.items()
        if name != OURS
    }
    return lines, mean, mean_against, predictions[OURS]


def _score_line(
    predicted: Mapping[str, Prediction], observed: np.ndarray, galaxies: HeldOut, counts: Counts
) -> tuple[LineRecord, dict[str, np.ndarray]]:
    """Score one line; return its record, and each method's rho in every resample."""
    use = np.isfinite(observed) & np.all([np.isfinite(each.ew) for each in predicted.values()], axis=0)
    observed_ew, quintile, counts = observed[use], galaxies.quintile[use], counts[:, use]
    ew = {name: np.asarray(each.ew)[use] for name, each in predicted.items()}
    scores = {}
    for name, each in predicted.items():
        fifths = [spearman(observed_ew[quintile == k], ew[name][quintile == k]) for k in range(5)]
        found = score(observed[use], *(np.asarray(part)[use] for part in each))._asdict()
        coverage = found.pop("coverage")
        scores[name] = Score(**found, coverage=coverage if np.isfinite(coverage) else None, quintiles=fifths)
    ranks = resampled_ranks(observed_ew, counts)
    rho = {name: resampled_spearman(ranks, values, counts) for name, values in ew.items()}
    nmad = {name: resampled_nmad(observed_ew, values, counts) for name, values in ew.items()}
    ours = scores[OURS]
    against = {
        name: Difference(
            spearman=(ours.spearman - scores[name].spearman, *interval(rho[OURS] - rho[name])),
            nmad=(ours.nmad - scores[name].nmad, *interval(nmad[OURS] - nmad[name])),
        )
        for name in predicted
        if name != OURS
    }
    # A network may predict 0 Å; for the logarithm it is replaced by the smallest observed EW.
    least = observed_ew.min() if len(observed_ew) else 1.0
    log_observed, color = np.log10(observed_ew), galaxies.color[use]
    log_predicted = {name: np.log10(np.maximum(values, least)) for name, values in ew.items()}
    low, high = np.percentile(np.r_[log_observed, log_predicted[OURS]], DENSITY_PERCENTILES)
    span = (float(low), float(high))
    record = LineRecord(
        scores=scores,
        against=against,
        density=cells(log_predicted[OURS], log_observed, span, span, DENSITY_SIZE),
        observed=bands(log_predicted[OURS], log_observed),
        residual=bands(color, log_observed - log_predicted[OURS]),
        residual_others={
            name: [float(np.median((log_observed - values)[rows])) for rows in bins_of(color)]
            for name, values in log_predicted.items()
            if name != OURS
        },
    )
    return record, rho
