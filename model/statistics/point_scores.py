"""Scores of predictions against observed equivalent widths: rho, NMAD, bias and coverage."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ..lines import LINE_NAMES
from ..predictions.predict import Prediction


class Score(NamedTuple):
    """Scores of the predictions of one line.

    Attributes
    ----------
    n : int
        Number of galaxies with an observed EW and a prediction.
    spearman : float
        Rank correlation.
    nmad : float
        1.48 median |observed - predicted| [Å].
    bias : float
        Median of predicted / observed, minus 1.
    coverage : float
        Share of the observed values within the 16-84 % interval; NaN if there is no interval.
    """

    n: int
    spearman: float
    nmad: float
    bias: float
    coverage: float


def spearman(observed: Float[np.ndarray, " galaxy"], predicted: Float[np.ndarray, " galaxy"]) -> float:
    """Return the rank correlation of two arrays, with ties at their mean rank; NaN for fewer than three rows."""
    if len(observed) < 3:
        return float("nan")
    return float(np.corrcoef(_ranks(observed), _ranks(predicted))[0, 1])


def _ranks(values: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " galaxy"]:
    # scipy.stats.rankdata would add a second and 60 MB to the server, which scores uploads.
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def score(
    observed: Float[np.ndarray, " galaxy"],
    predicted: Float[np.ndarray, " galaxy"],
    p16: Float[np.ndarray, " galaxy"] | None = None,
    p84: Float[np.ndarray, " galaxy"] | None = None,
) -> Score:
    """Score the predictions of one line over the galaxies with an observed EW.

    Parameters
    ----------
    observed, predicted : (galaxy,) arrays
        Equivalent widths [Å]; rows with a NaN are left out.
    p16, p84 : (galaxy,) arrays, optional
        Interval of the predictions [Å].

    Returns
    -------
    Score
        Scores; NaN if there is no galaxy to score.
    """
    use = np.isfinite(observed) & np.isfinite(predicted)
    observed_ew, predicted_ew = observed[use].astype(float), predicted[use].astype(float)
    if not len(observed_ew):
        return Score(0, *[float("nan")] * 4)
    coverage = float("nan")
    if p16 is not None and p84 is not None and np.isfinite(p16[use]).all():
        coverage = float(np.mean((observed_ew >= p16[use]) & (observed_ew <= p84[use])))
    nmad = 1.48 * float(np.median(np.abs(observed_ew - predicted_ew)))
    bias = float(np.median(predicted_ew / observed_ew)) - 1
    return Score(len(observed_ew), spearman(observed_ew, predicted_ew), nmad, bias, coverage)


def score_lines(observed: Float[np.ndarray, "galaxy line"], predicted: Prediction) -> dict[str, Score]:
    """Score every line.

    Parameters
    ----------
    observed : (galaxy, line) array
        Observed equivalent widths [Å]; NaN where missing.
    predicted : Prediction
        Arrays (galaxy, line) [Å].

    Returns
    -------
    dict
        Scores by line name, in the order of `LINES`.
    """
    columns = (np.asarray(values).T for values in predicted)
    rows = zip(LINE_NAMES, observed.T, *columns, strict=True)
    return {name: score(observed_ew, ew, p16, p84) for name, observed_ew, ew, p16, p84 in rows}


def percentile(
    observed: Float[np.ndarray, " line"],
    ew: Float[np.ndarray, " line"],
    p16: Float[np.ndarray, " line"],
    p84: Float[np.ndarray, " line"],
) -> Float[np.ndarray, " line"]:
    """Return the percentile of observed equivalent widths in their predicted distributions, without drawing.

    On the scale arcsinh(EW / Å), each side of the median is half a Gaussian that passes through its 16th or 84th
    percentile.

    Parameters
    ----------
    observed : (line,) array
        Observed equivalent widths [Å]; NaN where not detected.
    ew, p16, p84 : (line,) array
        Median and percentiles [Å], as catalogued given detection.

    Returns
    -------
    (line,) array
        Share of the distribution below the observed value, 0 to 1; NaN where a value is missing.
    """
    value, low, middle, high = (np.arcsinh(np.asarray(column, float)) for column in (observed, p16, ew, p84))
    side = np.maximum(np.where(value < middle, middle - low, high - middle), 1e-6)
    score = (value - middle) / side
    return np.array([0.5 * math.erfc(-each / math.sqrt(2)) if math.isfinite(each) else math.nan for each in score])


def ks_distance(one: Float[np.ndarray, " a"], other: Float[np.ndarray, " b"]) -> float:
    """Return the largest difference of two samples' cumulative distributions; NaN if a sample has no number."""
    one, other = (np.sort(values[np.isfinite(values)]) for values in (one, other))
    if not len(one) or not len(other):
        return float("nan")
    at = np.concatenate([one, other])
    below = [np.searchsorted(values, at, side="right") / len(values) for values in (one, other)]
    return float(np.abs(below[0] - below[1]).max())
