"""Comparison of a mock with real galaxies: classifier scores and statistics of both."""

from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from data.catalogue.survey import DESI
from model.features import colors
from model.lines import LINE_NAMES
from model.predictions.batch import predict_many
from model.predictions.params import Params
from model.statistics.point_scores import spearman
from research.classifier import area_under_roc
from research.mock.raking import PAIRS
from research.sample import Sample
from research.statistics.bootstrap import resampled
from research.statistics.draw_scores import diagrams

MIN_IVAR: Final = 1e-6
RESAMPLES: Final = 100
"""Bootstrap samples per standard error."""


class Comparison(NamedTuple):
    """Comparison of a mock with held-out real galaxies; pairs are (real, mock).

    Attributes
    ----------
    auc : dict of str to float
        Area under the ROC curve of cross-validated boosted trees, by their input: .5 for indistinguishable galaxies, 1
        for a perfect classification.
    undetected : (2, 10) array
        Share of galaxies in which a line is not detected, among those in which it is observable.
    median : (2, 10) array
        Median EW where detected [Å].
    diagrams : dict of str to pairs
        Widths, fractions and ratios of `research.statistics.draw_scores.diagrams`.
    rho : (2, 10) array
        Spearman's rho of a network's predictions, variant "colors".
    distance : (2, 3) array
        5th, 50th and 95th percentile of the distance to the nearest training galaxy, in standardised colours.
    diagrams_train : dict of str to float
        Diagrams of the training galaxies, to which the density was fitted.
    diagrams_error : dict of str to float
        Standard error of mock minus real, from resamples of both.
    distance_error : (3,) array
        Standard error of mock minus real of the distances.
    """

    auc: dict[str, float]
    undetected: Float[np.ndarray, "2 line"]
    median: Float[np.ndarray, "2 line"]
    diagrams: dict[str, tuple[float, float]]
    rho: Float[np.ndarray, "2 line"]
    distance: Float[np.ndarray, "2 percentile"]
    diagrams_train: dict[str, float]
    diagrams_error: dict[str, float]
    distance_error: Float[np.ndarray, " percentile"]


def compare(mock: Sample, real: Sample, params: Params, seed: int = 0) -> Comparison:
    """Compare a mock with the held-out galaxies of a real table.

    Parameters
    ----------
    mock : Sample
        Mock, of which all rows are used.
    real : Sample
        Real galaxies: held-out rows are compared with the mock, distances are measured to the other rows.
    params : Params
        Network for the comparison of rho.
    seed : int
        Random seed of the shuffling and the trees.

    Returns
    -------
    Comparison
        Classifier scores and statistics.
    """
    held_out = _rows(real, real.held_out)
    pair = [_shuffled(one, np.random.default_rng(seed + place)) for place, one in enumerate((held_out, mock))]
    continuum = [np.column_stack([colors(one.bin_flux), one.log_luminosity]).astype(float) for one in pair]
    lines = [_line_columns(one) for one in pair]
    seen = {
        "colours, luminosity": continuum,
        "colours, luminosity, redshift": _side_by_side(continuum, [one.redshift for one in pair]),
        "everything": _side_by_side(continuum, [one.redshift for one in pair], lines),
    }
    undetected = [
        [np.isnan(one.ew[observable[:, line], line]).mean() for line in range(len(LINE_NAMES))]
        for one, observable in ((one, DESI.observable(one.redshift)) for one in pair)
    ]
    drawn = [diagrams(one.ew, one.ew_ivar) for one in pair]
    train = _rows(real, ~real.held_out)
    near = [_distances(one, train) for one in pair]
    generator = np.random.default_rng(seed)
    found = [
        resampled(lambda rows, one=one: diagrams(one.ew[rows], one.ew_ivar[rows]), len(one.ew), RESAMPLES, generator)
        for one in pair
    ]
    far = [resampled(lambda rows, one=one: _percentiles(one[rows]), len(one), RESAMPLES, generator) for one in near]
    return Comparison(
        {name: area_under_roc(columns[0], columns[1], seed) for name, columns in seen.items()},
        np.array(undetected),
        np.array([np.nanmedian(one.ew, axis=0) for one in pair]),
        {name: (drawn[0][name], drawn[1][name]) for name in drawn[0]},
        np.array([_rho(params, one) for one in pair]),
        np.array([_percentiles(distance) for distance in near]),
        diagrams(train.ew, train.ew_ivar),
        {name: _error([[one[name] for one in sample] for sample in found]).item() for name in drawn[0]},
        _error(far),
    )


def as_markdown(result: Comparison) -> str:
    """Return a comparison as Markdown tables."""

    def table(head: str, rows: list[list[str]]) -> list[str]:
        return [head, "| --- " * (head.count("|") - 1) + "|", *(f"| {' | '.join(row)} |" for row in rows), ""]

    lines = [
        [
            name,
            *(f"{share:.1%}" for share in result.undetected[:, line]),
            *(f"{ew:.2f}" for ew in result.median[:, line]),
            *(f"{rho:.3f}" for rho in result.rho[:, line]),
        ]
        for line, name in enumerate(LINE_NAMES)
    ]
    near = zip(("5 %", "median", "95 %"), result.distance.T, result.distance_error, strict=True)
    both = [
        (name, *pair, result.diagrams_error[name], result.diagrams_train[name])
        for name, pair in result.diagrams.items()
    ]
    both += [(f"to the nearest training galaxy, {place}", *pair, error, np.nan) for place, pair, error in near]
    return "\n".join(
        [
            *table("| line | undetected, real | mock | median EW [Å], real | mock | rho, real | mock |", lines),
            *table(
                "| | real | mock | error of the difference | training |",
                [[name, *("" if np.isnan(value) else f"{value:.3f}" for value in row)] for name, *row in both],
            ),
            *(f"AUC {area:.3f} on {name}." for name, area in result.auc.items()),
        ]
    )


def _side_by_side(*parts: list[np.ndarray]) -> list[np.ndarray]:
    return [np.column_stack(columns) for columns in zip(*parts, strict=True)]


def _line_columns(one: Sample) -> Float[np.ndarray, "galaxy column"]:
    """Return EWs, errors and ratios; missing values stay NaN, so that the trees see the pattern of missing lines."""
    with np.errstate(invalid="ignore", divide="ignore"):
        log_ew = np.log10(one.ew.astype(float))
        ratios = [log_ew[:, above] - log_ew[:, below] for above, below in PAIRS]
        return np.column_stack([np.arcsinh(one.ew), np.log10(np.maximum(one.ew_ivar, MIN_IVAR)), *ratios])


def _rows(sample: Sample, rows: Bool[np.ndarray, " galaxy"] | np.ndarray) -> Sample:
    rows = np.flatnonzero(rows) if rows.dtype == bool else rows
    return Sample([sample.target_ids[row] for row in rows], *(column[rows] for column in sample[1:]))


def _shuffled(sample: Sample, generator: np.random.Generator) -> Sample:
    return _rows(sample, generator.permutation(len(sample.redshift)))


def _rho(params: Params, one: Sample) -> list[float]:
    predicted = np.asarray(predict_many(params, one.bin_flux).ew)
    detected = np.isfinite(one.ew)
    return [spearman(one.ew[use, line], predicted[use, line]) for line, use in enumerate(detected.T)]


def _distances(one: Sample, train: Sample) -> Float[np.ndarray, " galaxy"]:
    """Return the distance to the nearest training galaxy, which is near zero for a copy of one."""
    from sklearn.neighbors import NearestNeighbors

    reference, asked = (np.asarray(colors(sample.bin_flux), float) for sample in (train, one))
    center, scale = reference.mean(axis=0), reference.std(axis=0)
    search = NearestNeighbors(n_neighbors=1).fit((reference - center) / scale)
    return search.kneighbors((asked - center) / scale)[0][:, 0]


def _percentiles(distance: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " percentile"]:
    return np.percentile(distance, [5, 50, 95])


def _error(samples: list[list[Any]]) -> np.ndarray:
    """Return the standard error of the difference of two independent samples, from the resamples of each."""
    return np.hypot(*(np.std(one, axis=0) for one in samples))
