"""Verdicts on single galaxies, with a sentence for each that is not "inside"."""

from typing import Final, Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from ...bins import BIN_EDGES, N_BINS
from ..imputation import FEWEST_BINS
from .expectation import disagreement, sentence

EDGE: Final = 0.01
"""Domain score below which a galaxy is at the edge."""
OUTSIDE: Final = 0.001
"""Domain score below which a galaxy is outside."""

Verdict = Literal["inside", "edge", "outside"]
VERDICTS: Final[tuple[Verdict, ...]] = ("inside", "edge", "outside")
"""From best to worst."""


class Judgement(NamedTuple):
    """Verdict on one galaxy in words.

    Attributes
    ----------
    verdict : {"inside", "edge", "outside"}
        The worst verdict of colours, missing bins, luminosity, redshift and expected Hα.
    score : float
        Share of the training galaxies whose colours are rarer; NaN if a flux cannot be used.
    reasons : tuple of str
        One sentence for each verdict that is not "inside".
    """

    verdict: Verdict
    score: float
    reasons: tuple[str, ...]


def domain_verdict(
    luminosity_limit: Float[np.ndarray, " 4"],
    redshift_limit: Float[np.ndarray, " 2"],
    bin_flux: Float[np.ndarray, " bin"],
    score: float,
    log_luminosity: float | None = None,
    redshift: float | None = None,
    expected_ew_halpha: float | None = None,
    usual_ew_halpha: Float[np.ndarray, " 3"] | None = None,
) -> Judgement:
    """Combine the verdicts of colours, missing bins, luminosity, redshift and expected Hα, with reasons in words.

    Parameters
    ----------
    luminosity_limit, redshift_limit : (4,) and (2,) arrays
        See `ColorMixture`.
    bin_flux : (12,) array
        See `domain`.
    score : float
        From `domain_score`.
    log_luminosity, redshift : float, optional
        See `domain`; NaN counts as not given.
    expected_ew_halpha, usual_ew_halpha : float and (3,) array, optional
        See `Domain`.

    Returns
    -------
    Judgement
        Verdict, score and reasons.
    """
    judgements = [
        _judge_colors(bin_flux, score),
        _judge_missing(bin_flux),
        _judge_luminosity(luminosity_limit, log_luminosity),
        _judge_redshift(redshift_limit, redshift),
        _judge_halpha(expected_ew_halpha, usual_ew_halpha),
    ]
    worst = VERDICTS[max(VERDICTS.index(verdict) for verdict, _ in judgements)]
    return Judgement(worst, score, tuple(reason for _, reason in judgements if reason))


def _span(bin_index: int) -> str:
    return f"{BIN_EDGES[bin_index]:.0f}-{BIN_EDGES[bin_index + 1]:.0f} Å"


def _judge_colors(bin_flux: Float[np.ndarray, " bin"], score: float) -> tuple[Verdict, str]:
    if np.isnan(score):
        usable = ((bin_flux > 0) & np.isfinite(bin_flux)) | np.isnan(bin_flux)
        if usable.all():
            count = np.isfinite(bin_flux).sum()
            return "outside", f"Only {count} of {N_BINS} bins are given; at least {FEWEST_BINS} are needed."
        bad = int(np.argmin(usable))
        return "outside", f"The flux of bin {bad} ({_span(bad)}) is {bin_flux[bad]:g}; it must be a number > 0."
    if score >= EDGE:
        return "inside", ""
    seen = f"only {score:.2%} of the training galaxies have" if score > 0 else "no training galaxy has"
    if score >= OUTSIDE:
        return "edge", f"Rare colours: {seen} rarer ones (edge: below {EDGE:.0%}). Expect larger errors."
    return "outside", (
        f"Colours unlike the training sample: {seen} rarer ones (outside: below {OUTSIDE:.1%}). Check line masking, "
        "redshift, dust and flux calibration."
    )


def _judge_missing(bin_flux: Float[np.ndarray, " bin"]) -> tuple[Verdict, str]:
    missing = [_span(index) for index in np.flatnonzero(np.isnan(bin_flux)).tolist()]
    if not 0 < len(missing) <= N_BINS - FEWEST_BINS:
        return "inside", ""
    return "edge", f"Missing bins: {', '.join(missing)}, filled in from the others by complete_bins."


def _judge_luminosity(limit: Float[np.ndarray, " 4"], log_luminosity: float | None) -> tuple[Verdict, str]:
    if log_luminosity is None or np.isnan(log_luminosity):
        return "inside", ""
    lowest, low, high, highest = limit
    if low <= log_luminosity <= high:
        return "inside", ""
    common, share = ((low, high), EDGE) if lowest <= log_luminosity <= highest else ((lowest, highest), OUTSIDE)
    return ("edge" if share == EDGE else "outside"), (
        f"log luminosity {log_luminosity:.2f} lies outside {common[0]:.2f} to {common[1]:.2f}, where all but "
        f"{share:.1%} of the training galaxies are. Predict from the colours alone."
    )


def _judge_redshift(limit: Float[np.ndarray, " 2"], redshift: float | None) -> tuple[Verdict, str]:
    low, high = limit
    if redshift is None or np.isnan(redshift) or low <= redshift <= high:
        return "inside", ""
    return "outside", (
        f"Redshift {redshift:.4g} lies outside {low:.4f} to {high:.4f}, where the training galaxies are: "
        "younger or older galaxies of the same colours may have other lines."
    )


def _judge_halpha(expected: float | None, usual: Float[np.ndarray, " 3"] | None) -> tuple[Verdict, str]:
    if expected is None or usual is None or np.isnan(expected):
        return "inside", ""
    code = int(disagreement(np.array(expected), np.asarray(usual, np.float64)))
    return VERDICTS[code], sentence(code, expected, usual)
