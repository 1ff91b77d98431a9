"""Outlier score: how far a galaxy's lines together are from those that its starlight predicts.

Lines are compared on the scale arcsinh(EW / Å), where an undetected line counts as 0. The first part of a galaxy's
draws gives the median of each line, its width to either side (from the 16-84 % interval), and the covariance C of the
departures z in units of these widths. The statistic is z' C^-1 z over the free lines that are covered, divided by its
90th percentile over the same draws, so that the statistics of different galaxies can be compared. The remaining draws
are scored in the same way as the observed lines and are therefore exchangeable with them: the share of all galaxies'
remaining draws with a larger statistic is the joint tail probability, calibrated for any shape of the distribution.
"""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from ..lines import FREE_LINES

LEAST_WIDTH: Final = 0.08
"""Smallest width on the arcsinh scale; percentiles coincide when nearly every draw is undetected."""
SHRINKAGE: Final = 0.1
"""Weight of the identity in the covariance, as some dozen draws constrain the correlations of eight lines poorly."""
FARTHEST: Final = 8.0
"""Departure at which draws are clipped for the covariance, so that one extreme draw does not dominate it."""


class OutlierScores(NamedTuple):
    """Outlier statistics, comparable between galaxies.

    Attributes
    ----------
    statistic : (galaxy,) array
        Statistic of the observed lines.
    calibration : (draw, galaxy) array
        Statistics of the draws kept for calibration.
    line : (galaxy,) array
        Position in `LINES` of the line that departs most, given the starlight and the other lines.
    sigma : (galaxy,) array
        Departure of that line in standard deviations; positive if it is stronger than expected.
    expected : (galaxy, line) array
        Median draw [Å]; 0 where most draws are not detected.
    """

    statistic: Float[np.ndarray, " galaxy"]
    calibration: Float[np.ndarray, "draw galaxy"]
    line: Int[np.ndarray, " galaxy"]
    sigma: Float[np.ndarray, " galaxy"]
    expected: Float[np.ndarray, "galaxy line"]


def score_outliers(
    observed: Float[np.ndarray, "galaxy line"],
    covered: Bool[np.ndarray, "galaxy line"],
    draws: Float[np.ndarray, "draw galaxy line"],
    kept: int,
) -> OutlierScores:
    """Score observed lines against draws of them.

    Parameters
    ----------
    observed : (galaxy, line) array
        Equivalent widths [Å]; NaN where not detected.
    covered : (galaxy, line) array
        False where the line falls in a camera gap and does not count.
    draws : (draw, galaxy, line) array
        Drawn catalogued equivalent widths [Å]; <= 0 where not detected.
    kept : int
        Number of draws, from the end, that are kept for calibration.

    Returns
    -------
    OutlierScores
        In the order of the galaxies.
    """
    free = list(FREE_LINES)
    is_covered = covered[:, free]
    reference, calibration = _scale(draws[:-kept, :, free]), _scale(draws[-kept:, :, free])
    low, middle, high = np.percentile(reference, (16, 50, 84), axis=0)
    below, above = (np.maximum(side, LEAST_WIDTH) for side in (middle - low, high - middle))

    def departures(scaled: np.ndarray) -> np.ndarray:
        away = scaled - middle
        return np.where(is_covered, away / np.where(away < 0, below, above), 0.0)

    fitted = departures(reference)
    cut = np.clip(fitted, -FARTHEST, FARTHEST)
    covariance = (1 - SHRINKAGE) * np.einsum("dgi,dgj->gij", cut, cut) / len(cut) + SHRINKAGE * np.eye(len(free))
    both = is_covered[:, :, None] & is_covered[:, None, :]
    inverse = np.linalg.inv(np.where(both, covariance, np.eye(len(free))))
    unit = np.maximum(np.percentile(_distance(fitted, inverse), 90, axis=0), 1e-6)
    observed_departures = departures(_scale(np.nan_to_num(observed[:, free])))
    alone = np.einsum("gij,gj->gi", inverse, observed_departures) / np.sqrt(np.einsum("gii->gi", inverse))
    worst = np.abs(alone).argmax(axis=1)
    median = np.percentile(_scale(draws[:-kept]), 50, axis=0)
    return OutlierScores(
        (_distance(observed_departures[None], inverse)[0] / unit).astype(np.float32),
        (_distance(departures(calibration), inverse) / unit).astype(np.float32),
        np.array(free)[worst],
        alone[np.arange(len(alone)), worst].astype(np.float32),
        np.sinh(median).astype(np.float32),
    )


def tail_probability(
    statistic: Float[np.ndarray, " galaxy"], calibration: Float[np.ndarray, "draw galaxy"]
) -> Float[np.ndarray, " galaxy"]:
    """Return the share of the draws of all galaxies with a statistic at least as large.

    Parameters
    ----------
    statistic : (galaxy,) array
        Statistics of the observed lines; NaN gives NaN.
    calibration : (draw, galaxy) array
        Statistics of the draws.

    Returns
    -------
    (galaxy,) array
        Tail probabilities, from 1 / (number of draws + 1) to 1.
    """
    ranked = np.sort(calibration.ravel())
    larger = len(ranked) - np.searchsorted(ranked, statistic, side="left")
    return np.where(np.isfinite(statistic), (larger + 1.0) / (len(ranked) + 1.0), np.nan)


def _scale(ew: np.ndarray) -> np.ndarray:
    return np.arcsinh(np.maximum(ew, 0.0))


def _distance(z: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    return np.einsum("dgi,gij,dgj->dg", z, inverse, z, optimize=True)
