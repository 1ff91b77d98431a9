"""Statistics of a population: mean continuum, observed and predicted lines, points in the diagrams."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from analysis.explorer.neighbours import shapes
from analysis.explorer.realisations import RealisationNoise, realisation
from data.catalogue.registry import Catalogue
from data.catalogue.schema import EW_SUFFIX, IVAR_SUFFIX, PREDICTION_SUFFIXES
from model.lines import LEADING_LINES, LINE_NAMES
from model.physics.diagnostics import (
    BPT_CLASSES,
    BPT_LINES,
    HALPHA,
    MIN_SIGNAL,
    NII,
    WHAN_CLASSES,
    WHAN_PASSIVE,
    WHAN_WEAK,
    DiagramPoint,
    bpt_class,
    bpt_point,
    whan_class,
    whan_point,
)
from model.statistics.point_scores import ks_distance, spearman

BINS: Final = 28
TOP_PERCENTILE: Final = 99.0
FEW: Final = 5
"""Fewest galaxies for a scatter or a rank correlation to be shown."""


class Continuum(NamedTuple):
    """Mean and standard deviation of flux / mean flux per bin, arrays (12,)."""

    mean: Float[np.ndarray, " bin"]
    scatter: Float[np.ndarray, " bin"]


class Histogram(NamedTuple):
    """EWs of one line in the galaxies in which it is detected; the same galaxies for all three histograms.

    Attributes
    ----------
    n : int
        Number of galaxies.
    edges : (bin + 1,) array
        Equivalent width [Å], evenly spaced in arcsinh.
    observed, predicted, noisy : (bin,) array
        Share of the galaxies per bin; in `noisy` only those whose realisation is above zero.
    ks_predicted, ks_noisy : float
        Kolmogorov-Smirnov distance from the observed EWs; NaN without galaxies.
    """

    n: int
    edges: Float[np.ndarray, " edge"]
    observed: Float[np.ndarray, " bin"]
    predicted: Float[np.ndarray, " bin"]
    noisy: Float[np.ndarray, " bin"]
    ks_predicted: float
    ks_noisy: float


class LineFacts(NamedTuple):
    """One line in a population: counts, medians, and agreement of predicted with observed EWs.

    Attributes
    ----------
    covered, detected : int
        Galaxies in which the line is not cut, and in which it is detected.
    median, median_predicted : float
        Median observed and predicted EW in the galaxies in which it is detected [Å].
    rho, nmad, bias : float
        Spearman's rank correlation; 1.48 times the median absolute error [Å]; median of predicted / observed, minus 1.
        NaN for fewer than `FEW` galaxies.
    """

    covered: int
    detected: int
    median: float
    median_predicted: float
    rho: float
    nmad: float
    bias: float


class Population(NamedTuple):
    """Statistics of a population.

    Attributes
    ----------
    n : int
        Number of galaxies.
    continuum, sample : Continuum
        Of the population and of the whole catalogue.
    histograms : mapping
        By name, of the leading lines.
    lines : tuple of LineFacts
        In the order of `LINES`.
    bpt, whan : DiagramPoint
        Observed points.
    bpt_shares, whan_shares : mapping
        From class to its (observed, predicted, predicted + noise) shares of the galaxies whose observed lines have the
        signal-to-noise that a class needs.
    placed : mapping
        For "BPT" and "WHAN", numbers of these galaxies that have a point (observed, predicted, predicted + noise).
    """

    n: int
    continuum: Continuum
    sample: Continuum
    histograms: Mapping[str, Histogram]
    lines: tuple[LineFacts, ...]
    bpt: DiagramPoint
    whan: DiagramPoint
    bpt_shares: Mapping[str, tuple[float, float, float]]
    whan_shares: Mapping[str, tuple[float, float, float]]
    placed: Mapping[str, tuple[int, int, int]]


def describe(catalogue: Catalogue, rows: Int[np.ndarray, " member"], noise: RealisationNoise, seed: int) -> Population:
    """Compute the statistics of a population.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue of the galaxies.
    rows : (member,) array
        Their rows, at least one.
    noise, seed : str, int
        The realisation, see `analysis.explorer.realisations`.

    Returns
    -------
    Population
        Its statistics.
    """

    def stack(suffix: str) -> np.ndarray:
        return np.stack([catalogue.column(name + suffix)[rows] for name in LINE_NAMES], axis=1)

    observed, ivar = stack(EW_SUFFIX), stack(IVAR_SUFFIX)
    predicted, noisy = stack(PREDICTION_SUFFIXES[0]), realisation(catalogue, noise, seed)[rows]
    # Lines without an observed EW are left out of the predictions too, so that all three have the same selection.
    listed = np.isfinite(observed)
    versions = [observed, np.where(listed, predicted, np.nan), np.where(listed & (noisy > 0), noisy, np.nan)]
    bpt, whan = (
        [place(np.where(certain[:, None], ew, np.nan)) for ew in versions]
        for place, certain in zip((bpt_point, whan_point), _certain(observed, ivar), strict=True)
    )
    shape = shapes(catalogue)
    cut = ~catalogue.survey.observable(catalogue.column("redshift")[rows]) & ~listed
    return Population(
        n=len(rows),
        continuum=_continuum(shape[rows]),
        sample=_continuum(shape),
        histograms={
            line.name: _histogram(*(ew[:, LINE_NAMES.index(line.name)] for ew in versions)) for line in LEADING_LINES
        },
        lines=tuple(_facts(observed[:, i], predicted[:, i], ~cut[:, i]) for i in range(len(LINE_NAMES))),
        bpt=bpt_point(observed, ivar),
        whan=whan_point(observed, ivar),
        bpt_shares=_shares([bpt_class(at.x, at.y) for at in bpt], BPT_CLASSES),
        whan_shares=_shares([whan_class(at.x, at.y) for at in whan], WHAN_CLASSES),
        placed={"BPT": _placed(bpt), "WHAN": _placed(whan)},
    )


def _continuum(shape: np.ndarray) -> Continuum:
    flux = np.exp(shape)
    return Continuum(flux.mean(axis=0), flux.std(axis=0))


def _histogram(observed: np.ndarray, predicted: np.ndarray, noisy: np.ndarray) -> Histogram:
    seen = observed[np.isfinite(observed)]
    top = float(np.percentile(seen, TOP_PERCENTILE)) if len(seen) else 1.0
    edges = np.sinh(np.linspace(0.0, np.arcsinh(max(top, 1.0)), BINS + 1))
    n = max(len(seen), 1)
    shares = (np.histogram(values[np.isfinite(values)], edges)[0] / n for values in (observed, predicted, noisy))
    seen_share, predicted_share, noisy_share = shares
    distances = ks_distance(observed, predicted), ks_distance(observed, noisy)
    return Histogram(len(seen), edges, seen_share, predicted_share, noisy_share, *distances)


def _facts(observed: np.ndarray, predicted: np.ndarray, covered: np.ndarray) -> LineFacts:
    use = np.isfinite(observed) & np.isfinite(predicted)
    seen, expected = observed[use].astype(float), predicted[use].astype(float)
    medians = (float(np.median(values)) if len(values) else float("nan") for values in (seen, expected))
    few = len(seen) < FEW
    return LineFacts(
        int(covered.sum()),
        len(seen),
        *medians,
        rho=float("nan") if few else spearman(seen, expected),
        nmad=float("nan") if few else 1.48 * float(np.median(np.abs(seen - expected))),
        bias=float("nan") if few else float(np.median(expected / seen)) - 1,
    )


def _certain(ew: np.ndarray, ivar: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which galaxies have a class in BPT and in WHAN, as `classify_bpt` and `classify_whan` give it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        significant, limit = ew * np.sqrt(ivar) >= MIN_SIGNAL, ew + MIN_SIGNAL / np.sqrt(ivar)
    retired = significant[:, HALPHA] & (ew[:, HALPHA] >= WHAN_PASSIVE) & (ew[:, HALPHA] <= WHAN_WEAK)
    passive = (limit[:, [NII, HALPHA]] < WHAN_PASSIVE).all(axis=1)
    in_bpt, in_whan = (np.asarray(significant[:, list(lines)].all(axis=1)) for lines in (BPT_LINES, (NII, HALPHA)))
    return in_bpt, np.asarray(in_whan | retired | passive)


def _placed(places: list[DiagramPoint]) -> tuple[int, int, int]:
    observed, predicted, noisy = (int(np.isfinite(at.x + at.y).sum()) for at in places)
    return observed, predicted, noisy


def _shares(classes: list[np.ndarray], names: tuple[str, ...]) -> dict[str, tuple[float, float, float]]:
    counted = [max(int((named != "").sum()), 1) for named in classes]
    return {
        name: tuple(float((named == name).sum() / n) for named, n in zip(classes, counted, strict=True))  # type: ignore[misc]
        for name in names
    }
