"""Classes and line ratios of a mock against those of DESI's galaxies with its starlight.

Each of the draws that a mock is compared with gives every galaxy one set of lines, and so is a fair mock of the same
starlight. Its shares and percentiles are expected ones; how they scatter from draw to draw is the error of a fair mock.
"""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int8

from ..lines import LINE_NAMES
from ..physics.diagnostics import (
    BPT_CLASSES,
    BPT_LINES,
    HALPHA,
    NII,
    WHAN_CLASSES,
    bpt_class,
    bpt_point,
    whan_class,
    whan_point,
)

DIAGRAMS: Final = (
    ("BPT", BPT_CLASSES, BPT_LINES, bpt_point, bpt_class),
    ("WHAN", WHAN_CLASSES, (NII, HALPHA), whan_point, whan_class),
)
"""Diagrams with their classes, the lines that a class needs, and the functions that place and name a galaxy."""
UNCLASSIFIED: Final = "without these lines"
"""Class of galaxies of which a line is missing or zero."""
RATIOS: Final = (
    ("Hα/Hβ", ("HALPHA",), ("HBETA",)),
    ("[N II]/Hα", ("NII_6584",), ("HALPHA",)),
    ("[O III]/Hβ", ("OIII_5007",), ("HBETA",)),
    ("[S II]/Hα", ("SII_6716", "SII_6731"), ("HALPHA",)),
    ("[O II]/Hα", ("OII_DOUBLET",), ("HALPHA",)),
)
"""Ratios of fluxes: name, lines whose fluxes are added, lines that divide them. The first tells the dust."""
PERCENTILES: Final = (1, 16, 50, 84, 99)
LEAST_EW: Final = 0.3
"""Equivalent width [Å] that every line of a ratio needs: of weaker ones it says nothing."""
FEWEST: Final = 30
"""Galaxies that a ratio or a diagram needs."""


class ClassShare(NamedTuple):
    """Share of galaxies in a class of a diagram.

    Attributes
    ----------
    diagram, name : str
        "BPT" or "WHAN", and one of its classes, or `UNCLASSIFIED`.
    mock, expected : float
        Share of the mock's galaxies, and of DESI's galaxies with the same starlight.
    error : float
        Standard error of the share for a fair mock of as many galaxies.

    Examples
    --------
    >>> from galactic_neon import ClassShare
    >>> share = ClassShare("BPT", "composite", 0.31, 0.25, 0.02)
    >>> round((share.mock - share.expected) / share.error, 1)  # standard errors too many
    3.0
    """

    diagram: str
    name: str
    mock: float
    expected: float
    error: float


class LineRatio(NamedTuple):
    """Percentiles of a ratio of line fluxes, of galaxies whose lines have 0.3 Å or more.

    Attributes
    ----------
    name : str
        Such as "Hα/Hβ".
    n : int
        Number of the mock's galaxies.
    mock, expected : (5,) array
        The ratio at the 1st, 16th, 50th, 84th and 99th percentile of the mock, and of DESI's galaxies with the same
        starlight.
    error : (5,) array
        Standard errors of a fair mock.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LineRatio
    >>> found = np.array([2.1, 3.0, 3.9, 5.1, 7.0])
    >>> ratio = LineRatio("Hα/Hβ", 800, found, found - 0.3, np.full(5, 0.1))
    >>> round(float(((ratio.mock - ratio.expected) / ratio.error)[2]), 1)  # standard errors too large in the median
    3.0
    """

    name: str
    n: int
    mock: Float[np.ndarray, " percentile"]
    expected: Float[np.ndarray, " percentile"]
    error: Float[np.ndarray, " percentile"]


class Placed(NamedTuple):
    """Classes and ratios of sets of lines.

    Attributes
    ----------
    classes : (..., diagram) array
        Position of the class in that of `DIAGRAMS`; one more where a line is missing.
    ratios : (..., ratio) array
        Ratios of fluxes; NaN where a line is missing or weaker than `LEAST_EW`.
    """

    classes: Int8[np.ndarray, "*galaxy diagram"]
    ratios: Float32[np.ndarray, "*galaxy ratio"]


def place(ew: Float[np.ndarray, "*draw line"], levels: Float[np.ndarray, "*galaxy line"]) -> Placed:
    """Return classes and ratios of lines.

    Parameters
    ----------
    ew : (..., line) array
        Equivalent widths [Å]; NaN or <= 0 where there is no line.
    levels : (..., line) array
        Continuum beside the lines, from `continuum_levels`, for axes that fit those of `ew`.

    Returns
    -------
    Placed
        Arrays with the axes of `ew` before the last.
    """
    classes = np.empty((*ew.shape[:-1], len(DIAGRAMS)), np.int8)
    for at, (_, names, _, point, name_of) in enumerate(DIAGRAMS):
        where = point(ew)
        found = name_of(where.x, where.y)
        classes[..., at] = np.select([found == name for name in names], range(len(names)), len(names))
    flux = np.where(ew >= LEAST_EW, ew * levels, np.nan)
    ratios = np.empty((*ew.shape[:-1], len(RATIOS)), np.float32)
    for at, (_, *parts) in enumerate(RATIOS):
        above, below = (sum(flux[..., LINE_NAMES.index(name)] for name in names) for names in parts)
        ratios[..., at] = above / below
    return Placed(classes, ratios)


def compare(
    mock: Placed, draws: Placed, given: Float[np.ndarray, "galaxy line"]
) -> tuple[tuple[ClassShare, ...], tuple[LineRatio, ...]]:
    """Compare the classes and ratios of a mock with those of draws for its starlight.

    Parameters
    ----------
    mock : Placed
        Of the mock's lines, axis (galaxy).
    draws : Placed
        Of the draws, axes (galaxy, draw).
    given : (galaxy, line) array
        The mock's equivalent widths; galaxies with NaN in a line are left out of what needs the line.

    Returns
    -------
    tuple of ClassShare
        Of diagrams with `FEWEST` galaxies and more.
    tuple of LineRatio
        Of ratios with as many.
    """
    shares, ratios = [], []
    for at, (diagram, names, lines, *_) in enumerate(DIAGRAMS):
        rows = np.isfinite(given[:, list(lines)]).all(axis=1)
        if rows.sum() < FEWEST:
            continue
        for number, name in enumerate((*names, UNCLASSIFIED)):
            own = (mock.classes[rows, at] == number).mean()
            of_draws = (draws.classes[rows, :, at] == number).mean(axis=0)
            shares.append(ClassShare(diagram, name, float(own), float(of_draws.mean()), float(of_draws.std(ddof=1))))
    for at, (name, *parts) in enumerate(RATIOS):
        lines = [LINE_NAMES.index(line) for part in parts for line in part]
        rows = np.isfinite(given[:, lines]).all(axis=1)
        own, of_draws = mock.ratios[rows, at], draws.ratios[rows, :, at]
        n = int(np.isfinite(own).sum())
        if n < FEWEST or np.isfinite(of_draws).sum(axis=0).min() < FEWEST:
            continue
        found = np.nanpercentile(own.astype(np.float64), PERCENTILES)
        expected = np.nanpercentile(of_draws.astype(np.float64), PERCENTILES, axis=0)
        ratios.append(LineRatio(name, n, found, expected.mean(axis=1), expected.std(axis=1, ddof=1)))
    return tuple(shares), tuple(ratios)
