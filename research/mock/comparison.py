"""How well a mock passes for real galaxies: what a classifier can tell, and their numbers side by side."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from data.catalogue.survey import DESI
from model.features import colors
from model.lines import LINE_NAMES
from model.predictions.batch import predict_many
from model.predictions.params import Params
from model.statistics.metrics import spearman
from model.statistics.scores import diagrams
from research.classifier import area_under_roc
from research.mock.raking import PAIRS
from research.sample import Sample

MIN_IVAR: Final = 1e-6
RESAMPLES: Final = 100
"""Bootstrap samples behind each standard error."""


class Comparison(NamedTuple):
    """A mock against held-out real galaxies; pairs are real, mock.

    Attributes
    ----------
    auc : dict of str to float
        Area under the ROC curve of boosted trees, cross-validated on shuffled rows, by what they see: .5 cannot tell,
        1 always can.
    undetected : (2, 10) array
        Share of galaxies, outside the camera gaps, in which a line is not detected.
    median : (2, 10) array
        Median EW where detected [Å].
    diagrams : dict of str to pairs
        Widths, fractions and ratios of `model.statistics.scores.diagrams`.
    rho : (2, 10) array
        Spearman's rho of a network's predictions, colours variant.
    distance : (2, 3) array
        5th, 50th and 95th percentile of the distance to the nearest training galaxy, in standardised colours.
    diagrams_train : dict of str to float
        The diagrams of the training galaxies, which the density was fitted to.
    diagrams_error : dict of str to float
        Standard error of mock minus real: both samples resampled.
    distance_error : (3,) array
        The same of the distances.
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
        All its rows are used.
    real : Sample
        Its held-out rows are compared; distances are measured to the others.
    params : Params
        The network whose rho is compared.
    seed : int
        Of the shuffling and the trees.

    Returns
    -------
    Comparison
        Areas and numbers.
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
        [np.isnan(one.ew[looked_for[:, line], line]).mean() for line in range(len(LINE_NAMES))]
        for one, looked_for in ((one, DESI.observable(one.redshift)) for one in pair)
    ]
    drawn = [diagrams(one.ew, one.ew_ivar) for one in pair]
    train = _rows(real, ~real.held_out)
    near = [_distances(one, train) for one in pair]
    generator = np.random.default_rng(seed)
    resampled = [[diagrams(one.ew[rows], one.ew_ivar[rows]) for rows in _resamples(one.ew, generator)] for one in pair]
    far = [[_percentiles(distance[rows]) for rows in _resamples(distance, generator)] for distance in near]
    return Comparison(
        {name: area_under_roc(columns[0], columns[1], seed) for name, columns in seen.items()},
        np.array(undetected),
        np.array([np.nanmedian(one.ew, axis=0) for one in pair]),
        {name: (drawn[0][name], drawn[1][name]) for name in drawn[0]},
        np.array([_rho(params, one) for one in pair]),
        np.array([_percentiles(distance) for distance in near]),
        diagrams(train.ew, train.ew_ivar),
        {name: _error([[one[name] for one in sample] for sample in resampled]).item() for name in drawn[0]},
        _error(far),
    )


def as_markdown(result: Comparison) -> str:
    """Lay a comparison out as tables."""

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
    """EWs, errors, ratios; what is missing stays NaN, so the trees see the pattern too."""
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
    listed = np.isfinite(one.ew)
    return [spearman(one.ew[use, line], predicted[use, line]) for line, use in enumerate(listed.T)]


def _distances(one: Sample, train: Sample) -> Float[np.ndarray, " galaxy"]:
    """Give the distance to the nearest training galaxy; copies of training galaxies would be near zero."""
    from sklearn.neighbors import NearestNeighbors

    known, asked = (np.asarray(colors(sample.bin_flux), float) for sample in (train, one))
    center, scale = known.mean(axis=0), known.std(axis=0)
    search = NearestNeighbors(n_neighbors=1).fit((known - center) / scale)
    return search.kneighbors((asked - center) / scale)[0][:, 0]


def _percentiles(distance: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " percentile"]:
    return np.percentile(distance, [5, 50, 95])


def _resamples(values: np.ndarray, generator: np.random.Generator) -> Iterator[np.ndarray]:
    return (generator.integers(len(values), size=len(values)) for _ in range(RESAMPLES))


def _error(resampled: list[list[Any]]) -> np.ndarray:
    """Give the standard error of the difference of two independent samples, each given resampled."""
    return np.hypot(*(np.std(one, axis=0) for one in resampled))
