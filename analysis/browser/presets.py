"""Typical continua by physical type: means over the map's cells of real galaxies, none of them invented."""

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from data.catalogue.cells import Cells, load_cells
from model.lines import LINE_NAMES


class Medians(NamedTuple):
    """What tells the types apart: medians of the real galaxies in each cell of the map, arrays (cell,).

    Attributes
    ----------
    halpha : (cell,) array
        EW of Halpha where it is detected [Å].
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
    """A physical type: its name, what it means, and which cells of the map are of it."""

    name: str
    meaning: str
    holds: Callable[[Medians], Bool[np.ndarray, " cell"]]


def _above_kauffmann(cells: Medians) -> Bool[np.ndarray, " cell"]:
    """Tell what lies above the curve of Kauffmann et al. 2003 (MNRAS 346, 1055)."""
    below_branch = cells.n2 < 0.05
    curve = 0.61 / np.where(below_branch, cells.n2 - 0.05, -1.0) + 1.3
    return ~below_branch | (cells.o3 > curve)


CLASSES: Final = (
    PresetClass("Quiescent", "old starlight, no young stars", lambda cells: cells.halpha < 3),
    PresetClass("Green valley", "star formation fading", lambda cells: (cells.halpha >= 3) & (cells.halpha < 8)),
    PresetClass("Star-forming", "young stars in plenty", lambda cells: (cells.halpha >= 25) & (cells.halpha < 40)),
    PresetClass("Starburst", "a burst outshines the rest", lambda cells: cells.halpha >= 50),
    PresetClass("Dusty", "young stars behind dust", lambda cells: (cells.halpha >= 15) & (cells.redness > 0)),
    PresetClass(
        "Seyfert / LINER host",
        "where lines point to a nucleus, which the starlight itself cannot show",
        lambda cells: (cells.halpha >= 3) & (cells.n2 > -0.2) & _above_kauffmann(cells),
    ),
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
    medians = read_medians(cells)
    presets = []
    for kind in CLASSES:
        chosen = kind.holds(medians)
        if chosen.any():
            mean = np.average(cells.shape[chosen], axis=0, weights=cells.n[chosen]).astype(np.float32)
            presets.append(Preset(kind.name, kind.meaning, mean, int(cells.n[chosen].sum())))
    return tuple(presets)


def read_medians(cells: Cells) -> Medians:
    """Gather what tells the types apart; a cell that lacks a line is of no type that asks for it."""
    ew = dict(zip(LINE_NAMES, cells.ew.T.astype(float), strict=True))
    with np.errstate(invalid="ignore"):
        return Medians(
            ew["HALPHA"],
            np.log10(ew["NII_6584"] / ew["HALPHA"]),
            np.log10(ew["OIII_5007"] / ew["HBETA"]),
            np.log10(cells.shape[:, 11] / cells.shape[:, 3]).astype(float),
        )


@cache
def load_presets() -> tuple[Preset, ...]:
    """Return the typical continua of the committed cells, computed once per process."""
    return typical_continua(load_cells())
