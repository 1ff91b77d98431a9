"""Outlier scores of galaxies with measured lines that are in no catalogue.

The lines of a row are compared with 96 realisations, as many as in `outlier_ranking`. `model.predictions.joint.batch`
draws them with a key made of the row, so that the score does not depend on other rows. The statistic of
`model.statistics.outlier_score` is comparable between galaxies, so the packaged ranking of the mock catalogue converts
it to a probability.
"""

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.outliers.outlier_ranking import FITTED, KEPT, Ranking, committed
from data.catalogue.survey import DESI
from model.predictions.joint.batch import sample_many
from model.predictions.params import Params
from model.statistics.outlier_score import score_outliers

FEW: Final = 32
MANY: Final = 1024
"""Galaxies per draw, `FEW` for up to four times as many and `MANY` beyond: the two shapes that `batch` compiles."""


class Verdict(NamedTuple):
    """Outlier scores of galaxies: how improbable their lines together are, given their starlight.

    Attributes
    ----------
    probability : (galaxy,) array
        Probability that a draw is at least as improbable; NaN where no line is covered.
    line : (galaxy,) array
        Index in `LINES` of the line that departs most, given starlight and the other lines.
    sigma : (galaxy,) array
        Its departure in standard deviations, positive if stronger than expected.
    expected : (galaxy, 10) array
        Median draw [Å], 0 where the line is detected in fewer than half of the draws.
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
    """Return which lines of a table are covered. As in DESI's catalogue, a covered line without EW is not detected.

    Parameters
    ----------
    ew : (galaxy, 10) array
        Equivalent widths [Å]; NaN where missing.
    given : (10,) array
        Lines for which the table has a column.
    redshift : (galaxy,) array or None
        Of lines without an EW, those that are cut or at an unknown redshift are not covered.

    Returns
    -------
    (galaxy, 10) array
        True where covered.
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
    """Compute outlier scores from measured lines.

    Parameters
    ----------
    params : Params
        With an intrinsic distribution.
    bin_flux : (galaxy, 12) array
        Mean flux per bin, any unit; rows with NaN get no score.
    log_luminosity, redshift : (galaxy,) array or None
        NaN or None where unknown.
    ew : (galaxy, 10) array
        Measured equivalent widths [Å]; NaN or <= 0 where not detected.
    covered : (galaxy, 10) array
        From `covered_lines`.
    progress : callable
        Called with the share that is done, 0 to 1.

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
    """Return the tail probability of a statistic, interpolated in the mock catalogue's ranking.

    Beyond the ranking's largest statistic the probability is that of the largest.
    """
    known, level = _calibration()
    return np.where(np.isfinite(statistic), np.exp(np.interp(statistic, known, level)), np.nan).astype(np.float32)


@cache
def _calibration() -> tuple[np.ndarray, np.ndarray]:
    ranking: Ranking = committed()
    order = np.argsort(ranking.statistic)
    return ranking.statistic[order].astype(float), np.log(ranking.probability[order].astype(float))
