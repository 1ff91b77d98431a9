"""Typical continua by physical type: means over the map's cells of real galaxies, none of them invented."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.aggregates import Cells, load_cells
from model.lines import LINE_NAMES


class PresetClass(NamedTuple):
    """A physical type, told apart by the typical Halpha EW of a cell's galaxies where it is detected [Å]."""

    name: str
    low: float
    high: float
    meaning: str


CLASSES: Final = (
    PresetClass("Quiescent", 0.0, 3.0, "old starlight, no young stars"),
    PresetClass("Milky Way-like", 8.0, 14.0, "a steady disc past its peak"),
    PresetClass("Star-forming", 25.0, 40.0, "young stars in plenty"),
    PresetClass("Starburst", 50.0, np.inf, "a burst outshines the rest"),
)
"""Below 3 Å galaxies are retired (Cid Fernandes et al. 2011, MNRAS 413, 1687); the other edges are ours."""


class Preset(NamedTuple):
    """A typical continuum.

    Attributes
    ----------
    name, meaning : str
        The type, and what it is in a few words.
    bin_flux : (12,) array
        Mean flux per bin, scaled to a mean of 1.
    n : int
        Real galaxies behind it.
    """

    name: str
    meaning: str
    bin_flux: Float[np.ndarray, " bin"]
    n: int


def typical_continua(cells: Cells) -> tuple[Preset, ...]:
    """Average the mean continua of the cells of each type, every galaxy counting the same.

    Parameters
    ----------
    cells : Cells
        Statistics of real galaxies on the map.

    Returns
    -------
    tuple of Preset
        The types that have cells, in the order of `CLASSES`.
    """
    halpha = cells.ew[:, LINE_NAMES.index("HALPHA")]
    presets = []
    for kind in CLASSES:
        chosen = (halpha >= kind.low) & (halpha < kind.high)
        if chosen.any():
            mean = np.average(cells.shape[chosen], axis=0, weights=cells.n[chosen]).astype(np.float32)
            presets.append(Preset(kind.name, kind.meaning, mean, int(cells.n[chosen].sum())))
    return tuple(presets)


@cache
def load_presets() -> tuple[Preset, ...]:
    """Return the typical continua of the committed cells, computed once per process."""
    return typical_continua(load_cells())
