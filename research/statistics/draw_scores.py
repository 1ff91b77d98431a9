"""Scores of draws against a catalogue: proper scores, calibration, and statistics of the diagnostic diagrams."""

from typing import Final

import numpy as np
from jaxtyping import Float

from model.lines import LINE_NAMES, LINES
from model.physics.diagnostics import (
    BPT_LINES,
    HALPHA,
    HBETA,
    KAUFFMANN,
    KEWLEY,
    MIN_SIGNAL,
    NII,
    OIII,
    WHAN_CLASSES,
    is_above,
    whan_class,
)

SII_BLUE, SII_RED = (LINE_NAMES.index(name) for name in ("SII_6716", "SII_6731"))
RATIOS: Final = {
    **{
        f"{line.tied_to}/{line.name.rpartition('_')[2]}": (LINE_NAMES.index(line.tied_to), weak)
        for weak, line in enumerate(LINES)
        if line.tied_to is not None
    },
    "SII_6716/6731": (SII_BLUE, SII_RED),
    "HALPHA/HBETA": (HALPHA, HBETA),
}
"""Line ratios that atomic physics or the catalogue's fit constrains, as positions in `LINES` of both lines."""


def robust_scatter(values: Float[np.ndarray, " galaxy"]) -> float:
    """Return a robust scatter: 1.48 times the median absolute deviation; NaN if no value is finite."""
    values = values[np.isfinite(values)]
    return 1.48 * float(np.median(np.abs(values - np.median(values)))) if len(values) else float("nan")


def crps(
    draws: Float[np.ndarray, "draw galaxy"], observed: Float[np.ndarray, " galaxy"]
) -> Float[np.ndarray, " galaxy"]:
    """Return the continuous ranked probability score of an ensemble, corrected for its size; lower is better.

    Parameters
    ----------
    draws : (draw, galaxy) array
        Drawn values; NaN where a draw is not detected.
    observed : (galaxy,) array
        Observed values, in the same unit.

    Returns
    -------
    (galaxy,) array
        Scores, in the unit of the draws.

    References
    ----------
    Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102, 359; Ferro 2014, Q. J. R. Meteorol. Soc. 140, 1917.
    """
    ranked = np.sort(draws.astype(float), axis=0)
    n = np.isfinite(ranked).sum(axis=0)
    place = np.arange(1, len(ranked) + 1)[:, None]
    spread = (np.nan_to_num(ranked) * (2 * place - n - 1)).sum(axis=0) / (n * (n - 1.0))
    return np.nansum(np.abs(ranked - observed), axis=0) / n - spread


def probability_integral(
    draws: Float[np.ndarray, "draw galaxy"], observed: Float[np.ndarray, " galaxy"], seed: int = 0
) -> Float[np.ndarray, " galaxy"]:
    """Return the rank of each observed value among its detected draws, uniform in 0-1 if the draws are calibrated."""
    ties = np.random.default_rng(seed).random(len(observed))
    return ((draws < observed).sum(axis=0) + ties) / (np.isfinite(draws).sum(axis=0) + 1)


def distance_from_uniform(pit: Float[np.ndarray, " galaxy"]) -> float:
    """Return the Kolmogorov-Smirnov distance of ranks from the uniform distribution."""
    steps = np.arange(len(pit) + 1) / len(pit)
    ranked = np.sort(pit)
    return float(max((steps[1:] - ranked).max(), (ranked - steps[:-1]).max()))


def energy_score(draws: Float[np.ndarray, "draw galaxy line"], observed: Float[np.ndarray, "galaxy line"]) -> float:
    """Return the mean energy score of joint draws over the galaxies whose values are all finite.

    The spread of the draws is measured between consecutive draws.
    """
    use = np.isfinite(observed).all(axis=-1)
    draws, observed = draws[:, use].astype(float), observed[use]
    error = np.linalg.norm(draws - observed, axis=-1).mean(axis=0)
    spread = np.linalg.norm(draws[1:] - draws[:-1], axis=-1).mean(axis=0)
    return float((error - spread / 2).mean())


def diagrams(
    ew: Float[np.ndarray, "*galaxy line"], ew_ivar: Float[np.ndarray, "*galaxy line"] | None = None
) -> dict[str, float]:
    """Summarise the BPT and WHAN diagrams and the ratios `RATIOS` of a catalogue, observed or drawn.

    Parameters
    ----------
    ew : (..., line) array
        Equivalent widths [Å]; NaN where not detected.
    ew_ivar : (..., line) array, optional
        Inverse variances [1/Å²]. If given, the BPT statistics of galaxies with S/N > 3 in the four lines are added.

    Returns
    -------
    dict
        Widths and scatters [dex], medians, and fractions, by name.

    References
    ----------
    Kewley et al. 2001, ApJ 556, 121; Kauffmann et al. 2003, MNRAS 346, 1055; Cid Fernandes et al. 2011, MNRAS 413,
    1687.
    """
    found: dict[str, float] = {}
    detected = np.where(ew > 0, ew, np.nan).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.log10(detected[..., NII] / detected[..., HALPHA])
        y = np.log10(detected[..., OIII] / detected[..., HBETA])
        cuts = {"all": np.isfinite(x) & np.isfinite(y)}
        if ew_ivar is not None:
            signal = detected * np.sqrt(ew_ivar)
            cuts[f"S/N > {MIN_SIGNAL:g}"] = cuts["all"] & (signal[..., list(BPT_LINES)] > MIN_SIGNAL).all(axis=-1)
        for name, cut in cuts.items():
            a, b = x[cut], y[cut]
            found[f"BPT x width, {name}"], found[f"BPT y width, {name}"] = robust_scatter(a), robust_scatter(b)
            found[f"above {KAUFFMANN.name}, {name}"] = float(np.mean(is_above(KAUFFMANN, a, b)))
            found[f"above {KEWLEY.name}, {name}"] = float(np.mean(is_above(KEWLEY, a, b)))
        both = np.isfinite(x)
        a, strength = x[both], detected[..., HALPHA][both]
        named = whan_class(a, np.log10(strength))
        found |= {f"WHAN {name}": float(np.mean(named == name)) for name in WHAN_CLASSES}
        for name, (above, below) in RATIOS.items():
            ratio = np.log10(detected[..., above] / detected[..., below])
            found[f"{name} median"], found[f"{name} scatter"] = (
                float(10 ** np.nanmedian(ratio)),
                robust_scatter(ratio.ravel()),
            )
    return found
