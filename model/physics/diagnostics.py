"""Diagnostic diagrams of line ratios: their axes, the curves drawn in them, and the classes that the curves divide.

Equivalent-width ratios stand in for flux ratios: the lines of a ratio are neighbours, so their continua nearly cancel.
"""

from typing import Final, Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from ..lines import LINE_NAMES

HALPHA, HBETA, NII, OIII = (LINE_NAMES.index(name) for name in ("HALPHA", "HBETA", "NII_6584", "OIII_5007"))

WHAN_RATIO: Final = -0.4
"""log [N II]/Hα that divides star formation from nuclei (Cid Fernandes et al. 2011, MNRAS 413, 1687)."""
WHAN_STRONG: Final = 6.0
"""EW(Hα) [Å] above which a nucleus is strong (the same)."""
WHAN_WEAK: Final = 3.0
"""EW(Hα) [Å] below which old stars alone can ionise the gas (the same)."""
WHAN_PASSIVE: Final = 0.5
"""EW(Hα) [Å] below which a galaxy counts as lineless (the same)."""


class Curve(NamedTuple):
    """A dividing curve y = height / (x - pole) + level of the BPT diagram, left of its pole."""

    name: str
    height: float
    pole: float
    level: float


KAUFFMANN: Final = Curve("Kauffmann 2003", 0.61, 0.05, 1.3)
"""Star formation alone lies below (Kauffmann et al. 2003, MNRAS 346, 1055)."""
KEWLEY: Final = Curve("Kewley 2001", 0.61, 0.47, 1.19)
"""The most that star formation can reach (Kewley et al. 2001, ApJ 556, 121)."""

BptClass = Literal["star-forming", "composite", "above Kewley", ""]
WhanClass = Literal["star-forming", "strong nucleus", "weak nucleus", "retired", "passive", ""]
BPT_CLASSES: Final[tuple[BptClass, ...]] = ("star-forming", "composite", "above Kewley")
WHAN_CLASSES: Final[tuple[WhanClass, ...]] = ("star-forming", "strong nucleus", "weak nucleus", "retired", "passive")


class Place(NamedTuple):
    """Coordinates in a diagram.

    Attributes
    ----------
    x, y : (...) array
        [dex]; NaN where a line is not detected.
    x_error, y_error : (...) array
        One standard deviation [dex]; NaN where an error is not known.
    """

    x: Float[np.ndarray, "*galaxy"]
    y: Float[np.ndarray, "*galaxy"]
    x_error: Float[np.ndarray, "*galaxy"]
    y_error: Float[np.ndarray, "*galaxy"]


def curve_height(curve: Curve, x: Float[np.ndarray, "*point"]) -> Float[np.ndarray, "*point"]:
    """Give the height [dex] of a curve; NaN at and right of its pole."""
    left = np.where(x < curve.pole, x - curve.pole, np.nan)
    return np.asarray(curve.height / left + curve.level)


def is_above(
    curve: Curve, x: Float[np.ndarray, "*galaxy"], y: Float[np.ndarray, "*galaxy"]
) -> Bool[np.ndarray, "*galaxy"]:
    """Tell which places lie above a curve; beyond its pole everything does, and places that are NaN never do."""
    return np.asarray((y > curve_height(curve, x)) | ((x >= curve.pole) & np.isfinite(y)))


def bpt_place(ew: Float[np.ndarray, "*galaxy line"], ew_ivar: Float[np.ndarray, "*galaxy line"] | None = None) -> Place:
    """Place galaxies in the BPT diagram: log [N II] 6584 / Hα against log [O III] 5007 / Hβ.

    Parameters
    ----------
    ew : (..., 10) array
        Equivalent widths [Å]; NaN or <= 0 where not detected.
    ew_ivar : (..., 10) array, optional
        Their inverse variances [1/Å²].

    Returns
    -------
    Place
        The two ratios.

    References
    ----------
    Baldwin, Phillips & Terlevich 1981, PASP 93, 5.
    """
    log_ew, error = _logs(ew, ew_ivar)
    return _place(
        log_ew[..., NII] - log_ew[..., HALPHA],
        log_ew[..., OIII] - log_ew[..., HBETA],
        np.hypot(error[..., NII], error[..., HALPHA]),
        np.hypot(error[..., OIII], error[..., HBETA]),
    )


def whan_place(
    ew: Float[np.ndarray, "*galaxy line"], ew_ivar: Float[np.ndarray, "*galaxy line"] | None = None
) -> Place:
    """Place galaxies in the WHAN diagram: log [N II] 6584 / Hα against log EW(Hα) / Å.

    Parameters
    ----------
    ew : (..., 10) array
        Equivalent widths [Å]; NaN or <= 0 where not detected.
    ew_ivar : (..., 10) array, optional
        Their inverse variances [1/Å²].

    Returns
    -------
    Place
        Ratio and strength.

    References
    ----------
    Cid Fernandes et al. 2011, MNRAS 413, 1687.
    """
    log_ew, error = _logs(ew, ew_ivar)
    return _place(
        log_ew[..., NII] - log_ew[..., HALPHA],
        log_ew[..., HALPHA],
        np.hypot(error[..., NII], error[..., HALPHA]),
        error[..., HALPHA],
    )


def bpt_class(x: Float[np.ndarray, "*galaxy"], y: Float[np.ndarray, "*galaxy"]) -> np.ndarray:
    """Name the class of each BPT place; "" where a line is missing.

    Parameters
    ----------
    x, y : (...) array
        From `bpt_place` [dex].

    Returns
    -------
    (...) array of str
        One of `BPT_CLASSES`.
    """
    known = np.isfinite(x) & np.isfinite(y)
    named = np.where(is_above(KEWLEY, x, y), "above Kewley", "composite")
    named = np.where(is_above(KAUFFMANN, x, y), named, "star-forming")
    return np.where(known, named, "")


def whan_class(x: Float[np.ndarray, "*galaxy"], y: Float[np.ndarray, "*galaxy"]) -> np.ndarray:
    """Name the class of each WHAN place; "" where a line is missing.

    Parameters
    ----------
    x, y : (...) array
        From `whan_place` [dex].

    Returns
    -------
    (...) array of str
        One of `WHAN_CLASSES`.
    """
    known = np.isfinite(x) & np.isfinite(y)
    nucleus = np.where(y > np.log10(WHAN_STRONG), "strong nucleus", "weak nucleus")
    active = np.where(x >= WHAN_RATIO, nucleus, "star-forming")
    faint = np.where(y > np.log10(WHAN_PASSIVE), "retired", "passive")
    return np.where(known, np.where(y > np.log10(WHAN_WEAK), active, faint), "")


def _place(*values: np.ndarray | np.floating) -> Place:
    """Make a place; numbers of a single galaxy become arrays without axes."""
    return Place(*map(np.asarray, values))


def _logs(ew: np.ndarray, ew_ivar: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    listed = np.where(ew > 0, ew, np.nan).astype(float)
    ivar = np.full(listed.shape, np.nan) if ew_ivar is None else np.where(ew_ivar > 0, ew_ivar, np.nan)
    return np.log10(listed), 1 / (np.sqrt(ivar) * listed * np.log(10))
