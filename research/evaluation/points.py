"""Scores of point predictions on held-out galaxies, beside other methods given the same rows."""

import time
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from model.lines import LINE_NAMES
from model.predictions.predict import Prediction
from model.statistics.bootstrap import (
    Counts,
    interval,
    resample_counts,
    resampled_nmad,
    resampled_ranks,
    resampled_spearman,
)
from model.statistics.metrics import score, spearman
from research.baselines.methods import Answer, Method, Progress
from research.evaluation.histograms import bands, bins_of, cells
from research.evaluation.record import OURS, Difference, LineRecord, Score
from research.sample import Sample

PIECE: Final = 2048
"""Galaxies predicted between two signs of life."""
DENSITY_SIZE: Final = (36, 36)
DENSITY_PERCENTILES: Final = (0.3, 99.7)
TIMED: Final = 16_384
PATIENCE: Final = 2.0
"""Longest time that measuring the speed on many galaxies may take [s]; slower methods get fewer."""


class HeldOut:
    """The galaxies to score: what is given, what is asked, and their fifths of colour."""

    def __init__(self, sample: Sample) -> None:
        rows = sample.held_out
        self.flux, self.luminosity, self.ew = sample.bin_flux[rows], sample.log_luminosity[rows], sample.ew[rows]
        self.color = break_color(self.flux)
        self.quintile = color_quintile(self.flux)


def break_color(flux: Float[np.ndarray, "galaxy bin"]) -> Float[np.ndarray, " galaxy"]:
    """Colour across the 4000 Å break, log10 of the third over the first bin [dex]; larger is redder.

    Parameters
    ----------
    flux : (galaxy, 12) array
        Mean continuum per bin.

    Returns
    -------
    (galaxy,) array
        Colours.
    """
    return np.log10(flux[:, 2] / flux[:, 0])


def color_quintile(flux: Float[np.ndarray, "galaxy bin"]) -> Int[np.ndarray, " galaxy"]:
    """Return each galaxy's fifth of the sample, from the reddest (0) to the bluest (4).

    Parameters
    ----------
    flux : (galaxy, 12) array
        Mean continuum per bin.

    Returns
    -------
    (galaxy,) array
        0 to 4.
    """
    ratio = flux[:, 0] / flux[:, 2]
    return np.searchsorted(np.quantile(ratio, (0.2, 0.4, 0.6, 0.8)), ratio)


def predict_held_out(answer: Answer, galaxies: HeldOut, told: Callable[[int], None]) -> Prediction:
    """Predict in pieces, telling after each how many galaxies are done.

    Parameters
    ----------
    answer : callable
        Of one method and variant.
    galaxies : HeldOut
        What to predict.
    told : callable
        Told the number of galaxies done.

    Returns
    -------
    Prediction
        Arrays (galaxy, 10) [Å].
    """
    parts = []
    for start in range(0, len(galaxies.flux), PIECE):
        parts.append(answer(galaxies.flux[start : start + PIECE], galaxies.luminosity[start : start + PIECE]))
        told(min(start + PIECE, len(galaxies.flux)))
    return Prediction(*(np.concatenate([np.asarray(each) for each in column]) for column in zip(*parts, strict=True)))


def seconds(answer: Answer, galaxies: HeldOut) -> tuple[float, float]:
    """Time of one galaxy, warm, and of a galaxy among many [s], the best of a few calls each.

    Parameters
    ----------
    answer : callable
        Of one method and variant.
    galaxies : HeldOut
        Real inputs.

    Returns
    -------
    tuple of float
        One, and each of many.
    """

    def best(n: int, repeats: int) -> float:
        flux, luminosity = np.resize(galaxies.flux, (n, 12)), np.resize(galaxies.luminosity, n)
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            answer(flux, luminosity)
            times.append(time.perf_counter() - start)
        return min(times)

    one = best(1, 20)
    some = best(1024, 3) / 1024
    return one, best(TIMED, 4) / TIMED if some * TIMED < PATIENCE else some


def score_variant(
    variant: str, methods: Mapping[str, Method], galaxies: HeldOut, resamples: int, progress: Progress
) -> tuple[dict[str, LineRecord], dict[str, float], dict[str, tuple[float, float, float]], Prediction]:
    """Score every method that has a variant, line by line.

    Parameters
    ----------
    variant : {"colors", "luminosity"}
        What the methods are given.
    methods : mapping
        By name; `record.OURS` is compared with the others.
    galaxies : HeldOut
        The held-out galaxies.
    resamples : int
        Of the paired bootstrap.
    progress : callable
        Told what is being done.

    Returns
    -------
    lines : dict
        A record per line.
    mean : dict
        Mean rho over the lines, by method.
    mean_against : dict
        Ours minus each other method's, with its interval.
    ours : Prediction
        Our own predictions.
    """
    predictions: dict[str, Prediction] = {}
    for name, method in methods.items():
        if variant in method.answers:

            def told(done: int, title: str = method.title) -> None:
                progress(f"{title}, {variant}: {done:,} of {len(galaxies.flux):,} galaxies predicted")

            answer = method.remembered.get(variant, method.answers[variant])
            predictions[name] = predict_held_out(answer, galaxies, told)
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
    said: Mapping[str, Prediction], observed: np.ndarray, galaxies: HeldOut, counts: Counts
) -> tuple[LineRecord, dict[str, np.ndarray]]:
    """Score one line; the second result is each method's rho in every resample."""
    use = np.isfinite(observed) & np.all([np.isfinite(each.ew) for each in said.values()], axis=0)
    seen, quintile, counts = observed[use], galaxies.quintile[use], counts[:, use]
    ew = {name: np.asarray(each.ew)[use] for name, each in said.items()}
    scores = {}
    for name, each in said.items():
        fifths = [spearman(seen[quintile == k], ew[name][quintile == k]) for k in range(5)]
        found = score(observed[use], *(np.asarray(part)[use] for part in each))._asdict()
        coverage = found.pop("coverage")
        scores[name] = Score(**found, coverage=coverage if np.isfinite(coverage) else None, quintiles=fifths)
    ranks = resampled_ranks(seen, counts)
    rho = {name: resampled_spearman(ranks, values, counts) for name, values in ew.items()}
    nmad = {name: resampled_nmad(seen, values, counts) for name, values in ew.items()}
    ours = scores[OURS]
    against = {
        name: Difference(
            spearman=(ours.spearman - scores[name].spearman, *interval(rho[OURS] - rho[name])),
            nmad=(ours.nmad - scores[name].nmad, *interval(nmad[OURS] - nmad[name])),
        )
        for name in said
        if name != OURS
    }
    # A network may answer 0 Å; on a logarithm's axis that is the least that was ever observed.
    least = seen.min() if len(seen) else 1.0
    log_seen, color = np.log10(seen), galaxies.color[use]
    log_said = {name: np.log10(np.maximum(values, least)) for name, values in ew.items()}
    low, high = np.percentile(np.r_[log_seen, log_said[OURS]], DENSITY_PERCENTILES)
    span = (float(low), float(high))
    record = LineRecord(
        scores=scores,
        against=against,
        density=cells(log_said[OURS], log_seen, span, span, DENSITY_SIZE),
        observed=bands(log_said[OURS], log_seen),
        residual=bands(color, log_seen - log_said[OURS]),
        residual_others={
            name: [float(np.median((log_seen - values)[rows])) for rows in bins_of(color)]
            for name, values in log_said.items()
            if name != OURS
        },
    )
    return record, rho
