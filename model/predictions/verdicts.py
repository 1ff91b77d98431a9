"""Domain verdicts for the rows of a table."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from model.predictions.batch import score_many
from model.predictions.domain import EDGE, judge
from model.predictions.params import Params


class Verdicts(NamedTuple):
    """What a table says of the domain.

    Attributes
    ----------
    verdict : list of str
        "inside", "edge" or "outside".
    score : (galaxy,) array
        Share of the training galaxies whose colours are rarer.
    reason : list of str
        The reasons, as sentences; "" for a galaxy inside.
    """

    verdict: list[str]
    score: Float[np.ndarray, " galaxy"]
    reason: list[str]


def judge_rows(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
) -> Verdicts:
    """Judge every row.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean continuum per bin, any unit; the first and the last may be NaN (missing).
    log_luminosity, redshift : (galaxy,) arrays, optional
        NaN where a row gives none.

    Returns
    -------
    Verdicts
        In the order of the rows.

    Raises
    ------
    ValueError
        If the weights carry no domain.
    """
    if params.domain is None:
        raise ValueError("These weights carry no domain. Load them with load_params.")
    n, score = len(bin_flux), score_many(params, bin_flux)
    luminosity = np.full(n, np.nan) if log_luminosity is None else log_luminosity
    redshift = np.full(n, np.nan) if redshift is None else redshift
    _, low, high, _ = np.asarray(params.domain.luminosity_limit)
    nearest, farthest = np.asarray(params.domain.redshift_limit)
    # Words are slow, and most galaxies need none.
    ordinary = (score >= EDGE) & ~np.isnan(bin_flux).any(axis=1)
    ordinary &= ~((luminosity < low) | (luminosity > high) | (redshift < nearest) | (redshift > farthest))
    verdict, reason = ["inside"] * n, [""] * n
    for row in np.flatnonzero(~ordinary):
        found = judge(params.domain, bin_flux[row], float(score[row]), float(luminosity[row]), float(redshift[row]))
        verdict[row], reason[row] = found.verdict, " ".join(found.reasons)
    return Verdicts(verdict, score, reason)
