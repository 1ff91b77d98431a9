"""Did starlight predict the lines that came along with a galaxy? The explorer's verdict, for galaxies of no catalogue.

A row is compared with 96 realisations of its own lines, as many as `outlier_ranking` uses. They are drawn by
`model.predictions.batch` and keyed by the row itself, so that the verdict depends on nothing else. The statistic of
`model.predictions.outlier_score` compares between galaxies, so the ranking of the mock catalogue, which comes with the
product, turns it into a probability.
"""

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.surprise.outlier_ranking import FITTED, KEPT, Ranking, committed
from data.catalogue.survey import DESI
from model.predictions.batch import sample_many
from model.predictions.outlier_score import score_outliers
from model.predictions.params import Params

FEW: Final = 32
MANY: Final = 1024
"""Galaxies drawn together: shapes that `batch` compiles. Up to four times `FEW` are faster in pieces."""
RARE: Final = 1e-3
"""Probability below which starlight is said not to have predicted the lines, as in the explorer."""


class Verdict(NamedTuple):
    """How surprising galaxies' lines are, all together, given their starlight.

    Attributes
    ----------
    probability : (galaxy,) array
        That a draw is as surprising or more; NaN where no line was looked at.
    line : (galaxy,) array
        The line that departs most given starlight and the other lines, as a place in `LINES`.
    sigma : (galaxy,) array
        By how many standard deviations, positive when stronger than expected.
    expected : (galaxy, 10) array
        Median draw [Å], 0 where most draws are not detected.
    """

    probability: Float[np.ndarray, " galaxy"]
    line: Int[np.ndarray, " galaxy"]
    sigma: Float[np.ndarray, " galaxy"]
    expected: Float[np.ndarray, "galaxy line"]


def covered_lines(
    ew: Float[np.ndarray, "galaxy line"],
    given: Bool[np.ndarray, " line"],
    redshift: Float[np.ndarray, " galaxy"] | None,
) -> Bool[np.ndarray, "galaxy line"]:
    """Tell which lines a table says something of: a missing EW is a line that was not detected, as in DESI's catalogue.

    Parameters
    ----------
    ew : (galaxy, 10) array
        Equivalent widths [Å]; NaN where there is none.
    given : (10,) array
        Lines that the table has a column for.
    redshift : (galaxy,) array or None
        A line without an EW where DESI's cameras overlap says nothing, nor does one at an unknown redshift.

    Returns
    -------
    (galaxy, 10) array
        False where nothing is known.
    """
    seen = np.isfinite(ew)
    if redshift is None:
        return seen
    known = np.isfinite(redshift)
    return seen | (given & known[:, None] & DESI.observable(np.where(known, redshift, 0.0)))


def judge_lines(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None,
    redshift: Float[np.ndarray, " galaxy"] | None,
    ew: Float[np.ndarray, "galaxy line"],
    covered: Bool[np.ndarray, "galaxy line"],
    progress: Callable[[float], None] = lambda _share: None,
) -> Verdict:
    """Judge measured lines.

    Parameters
    ----------
    params : Params
        With an intrinsic distribution.
    bin_flux : (galaxy, 12) array
        Mean flux per bin, any unit; NaN where the row has a problem, which leaves it without a verdict.
    log_luminosity, redshift : (galaxy,) array or None
        NaN or None where they are not known.
    ew : (galaxy, 10) array
        Measured equivalent widths [Å]; NaN or <= 0 where not detected.
    covered : (galaxy, 10) array
        From `covered_lines`.
    progress : callable
        Told the share that is done, 0 to 1.

    Returns
    -------
    Verdict
        In the order of the galaxies.
    """
    n = len(bin_flux)
    unknown = np.full(n, np.nan, np.float32)
    luminosity, shift = (unknown if known is None else known for known in (log_luminosity, redshift))
    statistic, line, sigma = np.full(n, np.nan), np.zeros(n, np.int8), np.full(n, np.nan, np.float32)
    expected = np.full(ew.shape, np.nan, np.float32)
    usable = np.flatnonzero(np.isfinite(bin_flux).all(axis=1) & covered.any(axis=1))
    together = FEW if len(usable) <= 4 * FEW else MANY
    for start in range(0, len(usable), together):
        rows = usable[start : start + together]
        asked = bin_flux[rows], luminosity[rows], shift[rows]
        draws = np.stack([np.asarray(sample_many(seed, params, *asked)[1].ew) for seed in range(FITTED + KEPT)])
        scored = score_outliers(ew[rows], covered[rows], draws, KEPT)
        statistic[rows], line[rows], sigma[rows], expected[rows] = (
            scored.statistic,
            scored.line,
            scored.sigma,
            scored.expected,
        )
        progress((start + len(rows)) / len(usable))
    return Verdict(probability_of(statistic), line, sigma, expected)


def probability_of(statistic: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " galaxy"]:
    """Give the probability that a draw is as surprising, from the mock's ranking; beyond its largest, that one's."""
    known, level = _calibration()
    return np.where(np.isfinite(statistic), np.exp(np.interp(statistic, known, level)), np.nan).astype(np.float32)


@cache
def _calibration() -> tuple[np.ndarray, np.ndarray]:
    ranking: Ranking = committed()
    order = np.argsort(ranking.statistic)
    return ranking.statistic[order].astype(float), np.log(ranking.probability[order].astype(float))
