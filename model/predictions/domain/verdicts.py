"""Domain verdicts for the rows of a table."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ..batch import complete_many, score_many
from ..imputation import FEWEST_BINS
from ..intrinsic import IntrinsicEW
from ..params import Params
from .domain import color_mixture
from .expectation import HALPHA, disagreement
from .reasons import EDGE, domain_verdict


class Verdicts(NamedTuple):
    """Domain verdicts of the rows of a table.

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
    expected_ew_halpha: Float[np.ndarray, " galaxy"] | None = None,
    usual: IntrinsicEW | None = None,
) -> Verdicts:
    """Judge for every row of a table whether it lies in the domain.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean continuum per bin, any unit; NaN where missing.
    log_luminosity, redshift : (galaxy,) arrays, optional
        NaN where missing.
    expected_ew_halpha : (galaxy,) array, optional
        Hα that the stars ionise, see `domain` [Å]; NaN where unknown. It is judged only if `usual` is given.
    usual : IntrinsicEW, optional
        Percentiles of the lines of DESI's galaxies with this starlight, from `intrinsic_many`.

    Returns
    -------
    Verdicts
        In the order of the rows.

    Raises
    ------
    ValueError
        If the weights carry no domain.
    """
    mixture = color_mixture(params)
    n, scored = len(bin_flux), np.array(bin_flux)
    gaps = np.isnan(scored[:, 1:-1]).any(axis=1) & (np.isfinite(scored).sum(axis=1) >= FEWEST_BINS)
    if gaps.any():
        scored[gaps] = complete_many(params, scored[gaps])
    score = score_many(params, scored)
    luminosity = np.full(n, np.nan) if log_luminosity is None else log_luminosity
    redshift = np.full(n, np.nan) if redshift is None else redshift
    limits = np.asarray(mixture.luminosity_limit), np.asarray(mixture.redshift_limit)
    (_, low, high, _), (nearest, farthest) = limits
    expected = np.full(n, np.nan) if expected_ew_halpha is None else expected_ew_halpha
    percentiles = [np.full((n, HALPHA + 1), np.nan)] * 3 if usual is None else usual[:3]
    halpha = np.stack([np.asarray(part)[:, HALPHA] for part in percentiles], axis=-1)
    # Composing reasons is slow, and most galaxies lie inside and need none.
    ordinary = (score >= EDGE) & ~np.isnan(bin_flux).any(axis=1)
    ordinary &= ~((luminosity < low) | (luminosity > high) | (redshift < nearest) | (redshift > farthest))
    ordinary &= np.asarray(disagreement(expected, halpha)) == 0
    verdict, reason = ["inside"] * n, [""] * n
    for row in np.flatnonzero(~ordinary):
        given = float(luminosity[row]), float(redshift[row]), float(expected[row])
        found = domain_verdict(*limits, bin_flux[row], float(score[row]), *given, halpha[row])
        verdict[row], reason[row] = found.verdict, " ".join(found.reasons)
    return Verdicts(verdict, score, reason)
