"""How far a galaxy's lines together are from those that its starlight predicts: the outlier score.

The statistic. Lines are compared on the scale arcsinh(EW / Å), a line that is not detected counting as 0. Of the
draws of one galaxy the first part gives each line a median and a width to either side (half its 16-84 % interval), and
the scaled departures z a covariance C; the statistic is z' C^-1 z over the free lines that are covered, divided by
its 90th percentile over the same draws, so that galaxies compare. The remaining draws are scored in exactly the way of
the observed lines, which makes them exchangeable with it: the share of all galaxies' remaining draws with a larger
statistic is the joint tail probability, calibrated whatever the shape of the distribution.
"""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from ..lines import FREE_LINES

LEAST_WIDTH: Final = 0.08
"""Smallest width on the arcsinh scale: where nearly every draw is undetected, percentiles coincide."""
SHRINKAGE: Final = 0.1
"""Share of the identity in the covariance: some dozen draws do not know eight lines' correlations better."""
FARTHEST: Final = 8.0
"""Departures are cut here while the covariance is estimated, so that one wild draw does not make it."""


class OutlierScores(NamedTuple):
    """Statistics of galaxies, comparable between them.

    Attributes
    ----------
    statistic : (galaxy,) array
        Of the observed lines.
    calibration : (draw, galaxy) array
        Of the draws kept for calibration.
    line : (galaxy,) array
        The line, as a place in `LINES`, that departs most given starlight and the other lines.
    sigma : (galaxy,) array
        By how many standard deviations it does; positive when stronger than expected.
    expected : (galaxy, line) array
        Median draw [Å], 0 where most draws are not detected.
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
        False where the line falls in a camera gap: it does not count.
    draws : (draw, galaxy, line) array
        What a catalogue could have listed [Å]; <= 0 where not detected.
    kept : int
        How many of the draws, the last ones, are kept for calibration.

    Returns
    -------
    OutlierScores
        In the order of the galaxies.
    """
    free = list(FREE_LINES)
    is_covered = covered[:, free]
    reference, spare = _scale(draws[:-kept, :, free]), _scale(draws[-kept:, :, free])
    low, middle, high = np.percentile(reference, (16, 50, 84), axis=0)
    below, above = (np.maximum(side, LEAST_WIDTH) for side in (middle - low, high - middle))

    def depart(scaled: np.ndarray) -> np.ndarray:
        away = scaled - middle
        return np.where(is_covered, away / np.where(away < 0, below, above), 0.0)

    fitted = depart(reference)
    cut = np.clip(fitted, -FARTHEST, FARTHEST)
    covariance = (1 - SHRINKAGE) * np.einsum("dgi,dgj->gij", cut, cut) / len(cut) + SHRINKAGE * np.eye(len(free))
    both = is_covered[:, :, None] & is_covered[:, None, :]
    inverse = np.linalg.inv(np.where(both, covariance, np.eye(len(free))))
    unit = np.maximum(np.percentile(_distance(fitted, inverse), 90, axis=0), 1e-6)
    here = depart(_scale(np.nan_to_num(observed[:, free])))
    alone = np.einsum("gij,gj->gi", inverse, here) / np.sqrt(np.einsum("gii->gi", inverse))
    worst = np.abs(alone).argmax(axis=1)
    everything = np.percentile(_scale(draws[:-kept]), 50, axis=0)
    return OutlierScores(
        (_distance(here[None], inverse)[0] / unit).astype(np.float32),
        (_distance(depart(spare), inverse) / unit).astype(np.float32),
        np.array(free)[worst],
        alone[np.arange(len(alone)), worst].astype(np.float32),
        np.sinh(everything).astype(np.float32),
    )


def tail_probability(
    statistic: Float[np.ndarray, " galaxy"], calibration: Float[np.ndarray, "draw galaxy"]
) -> Float[np.ndarray, " galaxy"]:
    """Give the share of draws, of all galaxies together, with a statistic as large or larger.

    Parameters
    ----------
    statistic : (galaxy,) array
        Of the observed lines; NaN gives NaN.
    calibration : (draw, galaxy) array
        Of the draws.

    Returns
    -------
    (galaxy,) array
        1 / (number of draws + 1) at least, 1 at most.
    """
    ranked = np.sort(calibration.ravel())
    larger = len(ranked) - np.searchsorted(ranked, statistic, side="left")
    return np.where(np.isfinite(statistic), (larger + 1.0) / (len(ranked) + 1.0), np.nan)


def _scale(ew: np.ndarray) -> np.ndarray:
    return np.arcsinh(np.maximum(ew, 0.0))


def _distance(z: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    return np.einsum("dgi,gij,dgj->dg", z, inverse, z, optimize=True)
