"""Typical continua by physical type: means over cells of the map, all from real galaxies."""

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from data.catalogue.cells import Cells, load_cells
from model.physics.diagnostics import GREEN_VALLEY, HALPHA, KAUFFMANN, STARBURST, WHAN_WEAK, bpt_point, is_above


class Medians(NamedTuple):
    """Medians of the real galaxies in each cell of the map, by which the types are told apart.

    Attributes
    ----------
    halpha : (cell,) array
        EW of Halpha [Å] in galaxies where the line is detected.
    n2, o3 : (cell,) array
        log10 of [N II] 6584/Halpha and [O III] 5007/Hbeta, as ratios of EWs.
    redness : (cell,) array
        log10 of the flux at 6700-7000 Å over that at 4300-4600 Å.
    """

    halpha: Float[np.ndarray, " cell"]
    n2: Float[np.ndarray, " cell"]
    o3: Float[np.ndarray, " cell"]
    redness: Float[np.ndarray, " cell"]


class PresetClass(NamedTuple):
    """A physical type: its name, its meaning, and a function that returns which cells of the map belong to it."""

    name: str
    meaning: str
    holds: Callable[[Medians], Bool[np.ndarray, " cell"]]


HOST_RATIO: Final = -0.2
"""log [N II]/Hα above which star formation alone does not explain the median galaxy of a cell."""
DUSTY: Final = 15.0
"""EW(Hα) [Å] from which red starlight is taken to be dusty rather than old."""


def _above_kauffmann(cells: Medians) -> Bool[np.ndarray, " cell"]:
    return is_above(KAUFFMANN, cells.n2, cells.o3)


def _star_forming(cells: Medians) -> Bool[np.ndarray, " cell"]:
    return (cells.halpha > GREEN_VALLEY[1]) & (cells.halpha <= STARBURST) & ~_above_kauffmann(cells)


CLASSES: Final = (
    PresetClass("Quiescent", "old starlight, no young stars", lambda cells: cells.halpha < WHAN_WEAK),
    PresetClass(
        "Green valley",
        "star formation fading",
        lambda cells: (cells.halpha >= GREEN_VALLEY[0]) & (cells.halpha <= GREEN_VALLEY[1]),
    ),
    PresetClass("Star-forming", "many young stars", _star_forming),
    PresetClass("Starburst", "a burst outshines the rest", lambda cells: cells.halpha > STARBURST),
    PresetClass("Dusty", "young stars behind dust", lambda cells: (cells.halpha >= DUSTY) & (cells.redness > 0)),
    PresetClass(
        "Seyfert / LINER host",
        "lines indicate an active nucleus, which the starlight itself does not show",
        lambda cells: (cells.halpha >= WHAN_WEAK) & (cells.n2 > HOST_RATIO) & _above_kauffmann(cells),
    ),
)
"""The physical types. Except for `HOST_RATIO` and `DUSTY`, the limits are those of `model.physics.diagnostics`."""


class Preset(NamedTuple):
    """A typical continuum.

    Attributes
    ----------
    name, meaning : str
        The type, and a few words about it.
    bin_flux : (12,) array
        Mean flux per bin, scaled to a mean of 1.
    n : int
        Number of galaxies averaged.
    """

    name: str
    meaning: str
    bin_flux: Float[np.ndarray, " bin"]
    n: int


def typical_continua(cells: Cells) -> tuple[Preset, ...]:
    """Return the mean continuum of each type, weighting cells by their number of galaxies.

    Parameters
    ----------
    cells : Cells
        Statistics of real galaxies on the map.

    Returns
    -------
    tuple of Preset
        The types that have cells, in the order of `CLASSES`.
    """
    medians = read_medians(cells)
    presets = []
    for kind in CLASSES:
        chosen = kind.holds(medians)
        if chosen.any():
            mean = np.average(cells.shape[chosen], axis=0, weights=cells.n[chosen]).astype(np.float32)
            presets.append(Preset(kind.name, kind.meaning, mean, int(cells.n[chosen].sum())))
    return tuple(presets)


def read_medians(cells: Cells) -> Medians:
    """Return the medians of the cells; NaN where a cell lacks the line, which excludes it from types that need it."""
    with np.errstate(invalid="ignore"):
        x, y, *_ = bpt_point(cells.ew)
        return Medians(
            cells.ew[:, HALPHA].astype(float), x, y, np.log10(cells.shape[:, 11] / cells.shape[:, 3]).astype(float)
        )


@cache
def load_presets() -> tuple[Preset, ...]:
    """Return the typical continua of the packaged cells, computed once per process."""
    return typical_continua(load_cells())
