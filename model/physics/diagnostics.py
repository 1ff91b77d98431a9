"""Diagnostic diagrams and classes of galaxies: the single definition of every axis, curve, limit and name.

Figures, searches, presets, tables and the browser use these definitions. Ratios of equivalent widths replace ratios of
fluxes: the two lines of a ratio are close in wavelength, so their continua nearly cancel.
"""

from typing import Final, Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Bool, Float

from ..lines import LINE_NAMES

HALPHA, HBETA, NII, OIII = (LINE_NAMES.index(name) for name in ("HALPHA", "HBETA", "NII_6584", "OIII_5007"))

WHAN_RATIO: Final = -0.4
"""log [N II]/Hα that divides star formation from nuclei (Cid Fernandes et al. 2011, MNRAS 413, 1687)."""
WHAN_STRONG: Final = 6.0
"""EW(Hα) [Å] above which a nucleus is strong (Cid Fernandes et al. 2011)."""
WHAN_WEAK: Final = 3.0
"""EW(Hα) [Å] below which old stars alone can ionise the gas (Cid Fernandes et al. 2011)."""
WHAN_PASSIVE: Final = 0.5
"""EW [Å] below which both Hα and [N II] of a passive galaxy, one without lines, lie (Cid Fernandes et al. 2011)."""
GREEN_VALLEY: Final = (WHAN_WEAK, 10.0)
"""EW(Hα) [Å] between retired and star-forming galaxies (Lacerda et al. 2020, MNRAS 492, 3073)."""
STARBURST: Final = 100.0
"""EW(Hα) [Å] above which a galaxy is a starburst: several times its past average of star formation (Lee et al. 2009,
ApJ 692, 1305)."""
BREAK_BINS: Final = (2, 1)
"""Bins above and below the 4000 Å break: 4000-4300 over 3700-4000 Å, the neighbours of the bands 4050-4250 and
3750-3950 Å of D4000 (Bruzual 1983, ApJ 273, 105)."""
MIN_SIGNAL: Final = 3.0
"""Signal-to-noise required of each line of a class or of a derived quantity, unless a function is given another one
(Kewley et al. 2006, MNRAS 372, 961)."""


class Curve(NamedTuple):
    """A dividing curve y = height / (x - pole) + level of the BPT diagram, left of its pole [dex]."""

    name: str
    source: str
    height: float
    pole: float
    level: float


KAUFFMANN: Final = Curve("Kauffmann", "Kauffmann et al. 2003", 0.61, 0.05, 1.3)
"""Upper limit of galaxies with star formation alone (Kauffmann et al. 2003, MNRAS 346, 1055)."""
KEWLEY: Final = Curve("Kewley", "Kewley et al. 2001", 0.61, 0.47, 1.19)
"""Theoretical upper limit of star formation (Kewley et al. 2001, ApJ 556, 121)."""

BptClass = Literal["star-forming", "composite", "above Kewley", ""]
WhanClass = Literal["star-forming", "strong nucleus", "weak nucleus", "retired", "passive", ""]
BPT_CLASSES: Final[tuple[BptClass, ...]] = get_args(BptClass)[:-1]
WHAN_CLASSES: Final[tuple[WhanClass, ...]] = get_args(WhanClass)[:-1]
BPT_LINES: Final = (NII, HALPHA, OIII, HBETA)


class DiagramPoint(NamedTuple):
    """Coordinates in a diagram.

    Attributes
    ----------
    x, y : (...) array
        Coordinates [dex]; NaN where a line is not detected.
    x_error, y_error : (...) array
        Standard deviations [dex]; NaN where an inverse variance is missing.
    """

    x: Float[np.ndarray, "*galaxy"]
    y: Float[np.ndarray, "*galaxy"]
    x_error: Float[np.ndarray, "*galaxy"]
    y_error: Float[np.ndarray, "*galaxy"]


def curve_height(curve: Curve, x: Float[np.ndarray, "*point"]) -> Float[np.ndarray, "*point"]:
    """Return the height [dex] of a curve at x; NaN for x at or beyond the pole."""
    left = np.where(x < curve.pole, x - curve.pole, np.nan)
    return np.asarray(curve.height / left + curve.level)


def is_above(
    curve: Curve, x: Float[np.ndarray, "*galaxy"], y: Float[np.ndarray, "*galaxy"]
) -> Bool[np.ndarray, "*galaxy"]:
    """Return which points lie above a curve: all points beyond its pole do, and points with NaN do not."""
    return np.asarray((y > curve_height(curve, x)) | ((x >= curve.pole) & np.isfinite(y)))


def bpt_point(
    ew: Float[np.ndarray, "*galaxy line"], ew_ivar: Float[np.ndarray, "*galaxy line"] | None = None
) -> DiagramPoint:
    """Place galaxies in the BPT diagram: log [N II] 6584 / Hα against log [O III] 5007 / Hβ.

    Parameters
    ----------
    ew : (..., line) array
        Equivalent widths [Å]; NaN or <= 0 where not detected.
    ew_ivar : (..., line) array, optional
        Their inverse variances [1/Å²].

    Returns
    -------
    DiagramPoint
        The two ratios, with errors [dex].

    References
    ----------
    Baldwin, Phillips & Terlevich 1981, PASP 93, 5.
    """
    log_ew, error = _log_ew(ew, ew_ivar)
    return _point(
        log_ew[..., NII] - log_ew[..., HALPHA],
        log_ew[..., OIII] - log_ew[..., HBETA],
        np.hypot(error[..., NII], error[..., HALPHA]),
        np.hypot(error[..., OIII], error[..., HBETA]),
    )


def whan_point(
    ew: Float[np.ndarray, "*galaxy line"], ew_ivar: Float[np.ndarray, "*galaxy line"] | None = None
) -> DiagramPoint:
    """Place galaxies in the WHAN diagram: log [N II] 6584 / Hα against log EW(Hα) / Å.

    Parameters
    ----------
    ew : (..., line) array
        Equivalent widths [Å]; NaN or <= 0 where not detected.
    ew_ivar : (..., line) array, optional
        Their inverse variances [1/Å²].

    Returns
    -------
    DiagramPoint
        Ratio and strength, with errors [dex].

    References
    ----------
    Cid Fernandes et al. 2011, MNRAS 413, 1687.
    """
    log_ew, error = _log_ew(ew, ew_ivar)
    return _point(
        log_ew[..., NII] - log_ew[..., HALPHA],
        log_ew[..., HALPHA],
        np.hypot(error[..., NII], error[..., HALPHA]),
        error[..., HALPHA],
    )


def bpt_class(x: Float[np.ndarray, "*galaxy"], y: Float[np.ndarray, "*galaxy"]) -> np.ndarray:
    """Name the class of each point of the BPT diagram; "" where a line is missing.

    Parameters
    ----------
    x, y : (...) array
        From `bpt_point` [dex].

    Returns
    -------
    (...) array of str
        One of `BPT_CLASSES`.
    """
    measured = np.isfinite(x) & np.isfinite(y)
    below, between, above = BPT_CLASSES
    named = np.where(is_above(KEWLEY, x, y), above, between)
    named = np.where(is_above(KAUFFMANN, x, y), named, below)
    return np.where(measured, named, "")


def whan_class(x: Float[np.ndarray, "*galaxy"], y: Float[np.ndarray, "*galaxy"]) -> np.ndarray:
    """Name the class of each point of the WHAN diagram; "" where a line is missing.

    Parameters
    ----------
    x, y : (...) array
        From `whan_point` [dex].

    Returns
    -------
    (...) array of str
        One of `WHAN_CLASSES`.
    """
    measured = np.isfinite(x) & np.isfinite(y)
    forming, strong, weak, retired, passive = WHAN_CLASSES
    nucleus = np.where(y > np.log10(WHAN_STRONG), strong, weak)
    active = np.where(x >= WHAN_RATIO, nucleus, forming)
    # x + y is log EW([N II]).
    faint = np.where(np.maximum(y, x + y) < np.log10(WHAN_PASSIVE), passive, retired)
    return np.where(measured, np.where(y > np.log10(WHAN_WEAK), active, faint), "")


def break_4000(bin_flux: Float[np.ndarray, "*galaxy bin"]) -> Float[np.ndarray, "*galaxy"]:
    """Return the strength of the 4000 Å break.

    Parameters
    ----------
    bin_flux : (..., bin) array
        Mean continuum per bin, any unit.

    Returns
    -------
    (...) array
        log10 of the flux redward over the flux blueward of the break [dex], see `BREAK_BINS`.
    """
    above, below = BREAK_BINS
    return np.asarray(np.log10(bin_flux[..., above] / bin_flux[..., below]))


def _point(*values: np.ndarray | np.floating) -> DiagramPoint:
    """Return a point; the scalars of a single galaxy become arrays without axes."""
    return DiagramPoint(*map(np.asarray, values))


def _log_ew(ew: np.ndarray, ew_ivar: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return log10 of the equivalent widths and its standard deviation [dex]; NaN where not detected."""
    detected = np.where(ew > 0, ew, np.nan).astype(float)
    ivar = np.full(detected.shape, np.nan) if ew_ivar is None else np.where(ew_ivar > 0, ew_ivar, np.nan)
    return np.log10(detected), 1 / (np.sqrt(ivar) * detected * np.log(10))
