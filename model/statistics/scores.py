"""How well draws match a catalogue: proper scores, coverage, and the diagrams that mock galaxies are used for."""

from typing import Final

import numpy as np
from jaxtyping import Float

from ..lines import LINE_NAMES
from ..physics.diagnostics import KAUFFMANN, KEWLEY, WHAN_CLASSES, is_above, whan_class

HALPHA, HBETA, NII, NII_WEAK, OIII, OIII_WEAK, SII_BLUE, SII_RED = (
    LINE_NAMES.index(name)
    for name in (
        "HALPHA",
        "HBETA",
        "NII_6584",
        "NII_6548",
        "OIII_5007",
        "OIII_4959",
        "SII_6716",
        "SII_6731",
    )
)
RATIOS: Final = {
    "OIII_5007/4959": (OIII, OIII_WEAK),
    "NII_6584/6548": (NII, NII_WEAK),
    "SII_6716/6731": (SII_BLUE, SII_RED),
    "HALPHA/HBETA": (HALPHA, HBETA),
}
"""Line ratios that physics or the catalogue's fit fixes."""


def width(values: Float[np.ndarray, " galaxy"]) -> float:
    """Scatter that outliers do not move: 1.48 times the median absolute departure from the median."""
    values = values[np.isfinite(values)]
    return 1.48 * float(np.median(np.abs(values - np.median(values)))) if len(values) else float("nan")


def crps(draws: Float[np.ndarray, "draw galaxy"], seen: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " galaxy"]:
    """Continuous ranked probability score of an ensemble, corrected for its size; lower is better.

    Parameters
    ----------
    draws : (draw, galaxy) array
        NaN where a draw is not listed.
    seen : (galaxy,) array
        What was observed, in the same unit.

    Returns
    -------
    (galaxy,) array
        In the unit of the draws.

    References
    ----------
    Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102, 359; Ferro 2014, Q. J. R. Meteorol. Soc. 140, 1917.
    """
    ranked = np.sort(draws.astype(float), axis=0)
    n = np.isfinite(ranked).sum(axis=0)
    place = np.arange(1, len(ranked) + 1)[:, None]
    spread = (np.nan_to_num(ranked) * (2 * place - n - 1)).sum(axis=0) / (n * (n - 1.0))
    return np.nansum(np.abs(ranked - seen), axis=0) / n - spread


def probability_integral(
    draws: Float[np.ndarray, "draw galaxy"], seen: Float[np.ndarray, " galaxy"], seed: int = 0
) -> Float[np.ndarray, " galaxy"]:
    """Rank of what was seen among the listed draws, uniform between 0 and 1 if the draws are calibrated."""
    ties = np.random.default_rng(seed).random(len(seen))
    return ((draws < seen).sum(axis=0) + ties) / (np.isfinite(draws).sum(axis=0) + 1)


def distance_from_uniform(pit: Float[np.ndarray, " galaxy"]) -> float:
    """Kolmogorov-Smirnov distance of ranks from the uniform distribution."""
    steps = np.arange(len(pit) + 1) / len(pit)
    ranked = np.sort(pit)
    return float(max((steps[1:] - ranked).max(), (ranked - steps[:-1]).max()))


def energy_score(draws: Float[np.ndarray, "draw galaxy line"], seen: Float[np.ndarray, "galaxy line"]) -> float:
    """Mean energy score of joint draws, over galaxies with every value; pairs of neighbouring draws give the spread."""
    use = np.isfinite(seen).all(axis=-1)
    draws, seen = draws[:, use].astype(float), seen[use]
    error = np.linalg.norm(draws - seen, axis=-1).mean(axis=0)
    spread = np.linalg.norm(draws[1:] - draws[:-1], axis=-1).mean(axis=0)
    return float((error - spread / 2).mean())


def diagrams(
    ew: Float[np.ndarray, "*galaxy line"], ew_ivar: Float[np.ndarray, "*galaxy line"] | None = None
) -> dict[str, float]:
    """Summarise the BPT and WHAN diagrams and the fixed ratios of a catalogue, observed or drawn.

    Parameters
    ----------
    ew : (..., 10) array
        Equivalent widths [Å]; NaN where not listed.
    ew_ivar : (..., 10) array, optional
        Their inverse variances [1/Å²]: adds the BPT diagram of galaxies with S/N > 3 in its four lines.

    Returns
    -------
    dict
        Widths and scatters [dex], medians, and fractions by name.

    References
    ----------
    Kewley et al. 2001, ApJ 556, 121; Kauffmann et al. 2003, MNRAS 346, 1055; Cid Fernandes et al. 2011, MNRAS 413,
    1687.
    """
    found: dict[str, float] = {}
    listed = np.where(ew > 0, ew, np.nan).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.log10(listed[..., NII] / listed[..., HALPHA])
        y = np.log10(listed[..., OIII] / listed[..., HBETA])
        cuts = {"all": np.isfinite(x) & np.isfinite(y)}
        if ew_ivar is not None:
            signal = listed * np.sqrt(ew_ivar)
            cuts["S/N > 3"] = cuts["all"] & (signal[..., [NII, HALPHA, OIII, HBETA]] > 3).all(axis=-1)
        for name, cut in cuts.items():
            a, b = x[cut], y[cut]
            found[f"BPT x width, {name}"], found[f"BPT y width, {name}"] = width(a), width(b)
            found[f"above Kauffmann, {name}"] = float(np.mean(is_above(KAUFFMANN, a, b)))
            found[f"above Kewley, {name}"] = float(np.mean(is_above(KEWLEY, a, b)))
        both = np.isfinite(x)
        a, strength = x[both], listed[..., HALPHA][both]
        named = whan_class(a, np.log10(strength))
        found |= {f"WHAN {name}": float(np.mean(named == name)) for name in WHAN_CLASSES}
        for name, (above, below) in RATIOS.items():
            ratio = np.log10(listed[..., above] / listed[..., below])
            found[f"{name} median"], found[f"{name} scatter"] = float(10 ** np.nanmedian(ratio)), width(ratio.ravel())
    return found
