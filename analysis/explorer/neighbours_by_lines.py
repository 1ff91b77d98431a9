"""The typical lines of a galaxy's neighbours, the galaxies whose starlight is most like its own."""

from functools import cache
from typing import Any, Final

import jax
import numpy as np
from jaxtyping import Float

from analysis.explorer.neighbours import nearest
from data.catalogue.registry import Catalogue
from data.catalogue.schema import EW_SUFFIX
from model.bins import BIN_EDGES
from model.lines import LINE_NAMES
from model.spectra.synthesis import add_lines

COUNT: Final = 25


def median_ew(catalogue: Catalogue, row: int, count: int = COUNT) -> Float[np.ndarray, " line"]:
    """Give the median equivalent widths of a galaxy's neighbours.

    Parameters
    ----------
    catalogue : Catalogue
        Where to look.
    row : int
        The galaxy whose neighbours are taken; it is not among them.
    count : int
        How many.

    Returns
    -------
    (10,) array
        [Å]; a line that a neighbour does not show counts as 0, one in a camera gap not at all.
    """
    rows = nearest(catalogue, row, count).rows
    ew = np.stack([np.asarray(catalogue.column(name + EW_SUFFIX)[rows]) for name in LINE_NAMES], axis=1)
    hidden = ~catalogue.survey.observable(np.asarray(catalogue.column("redshift")[rows])) & ~np.isfinite(ew)
    shown = np.where(hidden, np.nan, np.nan_to_num(ew))
    in_none = np.isnan(shown).all(axis=0)
    return np.nanmedian(np.where(in_none, 0.0, shown), axis=0).astype(np.float32)


def with_lines(
    wavelength_rest: Float[np.ndarray, " pixel"],
    continuum: Float[np.ndarray, " pixel"],
    ew: Float[np.ndarray, " line"],
) -> Float[np.ndarray, " pixel"]:
    """Paint lines on starlight; compiled once for each number of pixels.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        [Å]
    continuum : (pixel,) array
        Starlight, in any unit.
    ew : (10,) array
        [Å]

    Returns
    -------
    (pixel,) array
        In the unit of the starlight.
    """
    return np.asarray(_paint()(*(np.asarray(values, np.float32) for values in (wavelength_rest, continuum, ew))))


def warm_up(pixels: int) -> None:
    """Compile the painting of lines on so many pixels."""
    with_lines(np.linspace(BIN_EDGES[0], BIN_EDGES[-1], pixels), np.ones(pixels), np.ones(len(LINE_NAMES)))


@cache
def _paint() -> Any:
    return jax.jit(add_lines)
