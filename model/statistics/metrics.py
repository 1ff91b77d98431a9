"""How well predictions match observations: the three numbers that every table of ours shows."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ..lines import LINE_NAMES
from ..predictions.predict import Prediction


class Score(NamedTuple):
    """Agreement of one line.

    Attributes
    ----------
    n : int
        Galaxies with an observed EW and a prediction.
    spearman : float
        Rank correlation.
    nmad : float
        1.48 median |observed - predicted| [Å].
    bias : float
        Median of predicted / observed, minus 1.
    coverage : float
        Share of the observed values within the 16-84 % interval; NaN without one.
    """

    n: int
    spearman: float
    nmad: float
    bias: float
    coverage: float


def spearman(observed: Float[np.ndarray, " galaxy"], predicted: Float[np.ndarray, " galaxy"]) -> float:
    """Rank correlation of two arrays, ties sharing their mean rank; NaN below three rows."""
    if len(observed) < 3:
        return float("nan")
    return float(np.corrcoef(_ranks(observed), _ranks(predicted))[0, 1])


def _ranks(values: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " galaxy"]:
    # Not scipy.stats.rankdata: the server scores uploads, and SciPy would cost it a second and 60 MB.
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
        NaN where there is no galaxy to score.
    """
    use = np.isfinite(observed) & np.isfinite(predicted)
    seen, said = observed[use].astype(float), predicted[use].astype(float)
    if not len(seen):
        return Score(0, *[float("nan")] * 4)
    coverage = float("nan")
    if p16 is not None and p84 is not None and np.isfinite(p16[use]).all():
        coverage = float(np.mean((seen >= p16[use]) & (seen <= p84[use])))
    nmad = 1.48 * float(np.median(np.abs(seen - said)))
    return Score(len(seen), spearman(seen, said), nmad, float(np.median(said / seen)) - 1, coverage)


def score_lines(observed: Float[np.ndarray, "galaxy line"], predicted: Prediction) -> dict[str, Score]:
    """Score every line.

    Parameters
    ----------
    observed : (galaxy, 10) array
        Observed equivalent widths [Å]; NaN where there is none.
    predicted : Prediction
        Arrays (galaxy, 10) [Å].

    Returns
    -------
    dict
        Scores by line name, in the order of `LINES`.
    """
    columns = (np.asarray(values).T for values in predicted)
    rows = zip(LINE_NAMES, observed.T, *columns, strict=True)
    return {name: score(seen, ew, p16, p84) for name, seen, ew, p16, p84 in rows}


def percentile(
    observed: Float[np.ndarray, " line"],
    ew: Float[np.ndarray, " line"],
    p16: Float[np.ndarray, " line"],
    p84: Float[np.ndarray, " line"],
) -> Float[np.ndarray, " line"]:
    """Give the place of observed equivalent widths in their predicted distributions, without drawing.

    On the scale arcsinh(EW / Å) each side of the median is taken as half a Gaussian that passes through its percentile.

    Parameters
    ----------
    observed : (10,) array
        [Å]; NaN where not detected.
    ew, p16, p84 : (10,) array
        Median and percentiles [Å], as catalogued given detection.

    Returns
    -------
    (10,) array
        Share of the distribution below what was observed, 0 to 1; NaN where a value is missing.
    """
    seen, low, middle, high = (np.arcsinh(np.asarray(value, float)) for value in (observed, p16, ew, p84))
    side = np.maximum(np.where(seen < middle, middle - low, high - middle), 1e-6)
    score = (seen - middle) / side
    return np.array([0.5 * math.erfc(-each / math.sqrt(2)) if math.isfinite(each) else math.nan for each in score])
