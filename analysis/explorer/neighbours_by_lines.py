"""The typical lines of a galaxy's neighbours in starlight."""

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
    """Return the median equivalent widths of a galaxy's neighbours.

    Parameters
    ----------
    catalogue : Catalogue
        Where to look.
    row : int
        The galaxy, which is not among its neighbours.
    count : int
        Number of neighbours.

    Returns
    -------
    (10,) array
        [Å]; a line that is not detected in a neighbour counts as 0, a line that is cut does not count.
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
    """Return a continuum with emission lines added; compiled once for each number of pixels.

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
        In the unit of the continuum.
    """
    return np.asarray(_add_lines()(*(np.asarray(values, np.float32) for values in (wavelength_rest, continuum, ew))))


def warm_up(pixels: int) -> None:
    """Compile `with_lines` for this number of pixels."""
    with_lines(np.linspace(BIN_EDGES[0], BIN_EDGES[-1], pixels), np.ones(pixels), np.ones(len(LINE_NAMES)))


@cache
def _add_lines() -> Any:
    return jax.jit(add_lines)
