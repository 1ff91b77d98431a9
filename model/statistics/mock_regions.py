"""Regions of a mock, by population, luminosity and redshift, in which a line differs from those of DESI's galaxies."""

import math
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from ..lines import LINES

LEVELS: Final = (0.68, 0.95, 0.999)
"""Central shares whose complements are counted."""
ALLOWED: Final = 0.01
"""Share by which a fair mock may exceed 5 % beyond its 95 %: DESI's 17,220 held-out galaxies reach .004."""
SMALLEST_REGION: Final = 30
"""Galaxies that a region needs."""
POPULATIONS: Final = (("quiescent", 0.0, 3.0), ("intermediate", 3.0, 14.0), ("forming stars", 14.0, np.inf))
"""Names of galaxies by the median Hα that DESI's galaxies of their starlight have [Å]."""


class Region(NamedTuple):
    """A kind of galaxies with one line that differs from DESI's.

    Attributes
    ----------
    words : str
        Which galaxies: "quiescent, log L 5.1-5.9".
    line : int
        Position in `LINES`.
    n : int
        Number of galaxies.
    beyond : float
        Share of them beyond the central 95 % of DESI's galaxies.
    difference : float
        Median of the mock's equivalent width minus the median of DESI's galaxies of the same starlight [Å].
    rows : tuple of int
        Rows of up to three examples, the most extreme first.

    Examples
    --------
    >>> from galactic_neon import Region
    >>> Region("quiescent", 6, 63, 0.83, 12.04, (17, 203)).sentence
    "quiescent (63): Hα 6563 12 Å too strong in the median, 83 % beyond the 95 % of DESI's galaxies; rows 17, 203"
    """

    words: str
    line: int
    n: int
    beyond: float
    difference: float
    rows: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """The region in words."""
        way = "strong" if self.difference > 0 else "weak"
        rows = ", ".join(str(row) for row in self.rows)
        return (
            f"{self.words} ({self.n}): {LINES[self.line].label} {abs(self.difference):.2g} Å too {way} in the median, "
            f"{100 * self.beyond:.0f} % beyond the 95 % of DESI's galaxies; rows {rows}"
        )


def find_regions(
    rank: np.ndarray, shift: np.ndarray, halpha: np.ndarray, conditions: list[Any], rows: np.ndarray
) -> tuple[Region, ...]:
    """Return where a line differs by more than chance, the most significant first.

    Parameters
    ----------
    rank, shift : (galaxy, line) arrays
        Ranks among DESI's galaxies, and differences from their medians [Å]; NaN where not given.
    halpha : (galaxy,) array
        DESI's median Hα for the starlight [Å].
    conditions : list
        log_luminosity and redshift, (galaxy,) arrays or None.
    rows : (galaxy,) array
        Numbers of the galaxies.

    Returns
    -------
    tuple of Region
        Of `SMALLEST_REGION` galaxies and more.
    """
    axes = [[(name, (halpha >= low) & (halpha < high)) for name, low, high in POPULATIONS]]
    for name, values in zip(("log L", "z"), conditions, strict=True):
        if values is None or not np.isfinite(values).all():
            continue
        edges = np.quantile(values, [0, 1 / 3, 2 / 3, 1])
        parts = [(f"{name} {low:.3g}-{high:.3g}", low, high) for low, high in pairwise(edges)]
        axes.append([(words, (values >= low) & (values <= high)) for words, low, high in parts])
    while len(axes) > 1 and len(halpha) < SMALLEST_REGION * math.prod(map(len, axes)):
        axes.pop()  # with few galaxies, the kinds are told apart by fewer quantities
    cells: list[tuple[str, np.ndarray]] = [("", np.ones(len(halpha), bool))]
    for axis in axes:
        cells = [(f"{words}, {more}".lstrip(", "), at & inside) for words, at in cells for more, inside in axis]
    found = []
    for words, cell in cells:
        for line in range(rank.shape[1]):
            at = np.flatnonzero(cell & np.isfinite(rank[:, line]))
            if len(at) < SMALLEST_REGION:
                continue
            apart = np.abs(2 * rank[at, line] - 1)
            beyond = float((apart > LEVELS[1]).mean())
            significance = (beyond - 0.05 - ALLOWED) / np.sqrt(0.05 * 0.95 / len(at))
            if significance > 3:
                worst = at[np.argsort(-np.abs(np.nan_to_num(shift[at, line])))[:3]]
                typical = float(np.nanmedian(shift[at, line])) if np.isfinite(shift[at, line]).any() else 0.0
                region = Region(words, line, len(at), beyond, typical, tuple(rows[worst].tolist()))
                found.append((significance, region))
    return tuple(region for _, region in sorted(found, key=lambda pair: -pair[0]))
