"""The galaxies of a catalogue with the most similar starlight."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from data.catalogue.registry import Catalogue
from data.catalogue.schema import FLUX_NAMES

COUNT: Final = 5
SPARE: Final = 8
"""Exact distances are computed for `SPARE` times the number of neighbours wanted."""


class Neighbours(NamedTuple):
    """The galaxies nearest in starlight, nearest first.

    Attributes
    ----------
    rows : (neighbour,) array
        Their rows.
    distances : (neighbour,) array
        Root mean square of the differences of ln(flux / mean flux) over the twelve bins: 0.01 is 1 % per bin.
    """

    rows: Int[np.ndarray, " neighbour"]
    distances: Float[np.ndarray, " neighbour"]


@lru_cache(maxsize=4)
def shapes(catalogue: Catalogue) -> Float[np.ndarray, "galaxy bin"]:
    """Return ln(flux / mean flux) of every galaxy, the quantities from which the map is made.

    Parameters
    ----------
    catalogue : Catalogue
        With n galaxies.

    Returns
    -------
    (n, 12) array
        float32, read-only.
    """
    flux = np.stack([catalogue.column(name) for name in FLUX_NAMES], axis=1)
    shape = np.log(flux / flux.mean(axis=1, keepdims=True)).astype(np.float32)
    shape.flags.writeable = False
    return shape


def nearest(catalogue: Catalogue, row: int, count: int = COUNT) -> Neighbours:
    """Find the galaxies with the most similar starlight.

    Parameters
    ----------
    catalogue : Catalogue
        Where to look.
    row : int
        The galaxy, which is not among its neighbours.
    count : int
        How many to return; fewer if the catalogue is smaller.

    Returns
    -------
    Neighbours
        Nearest first.
    """
    return _closest(catalogue, shapes(catalogue)[row], count, exclude=row)


def nearest_to(catalogue: Catalogue, bin_flux: Float[np.ndarray, " bin"], count: int = COUNT) -> Neighbours:
    """Find the galaxies with starlight most similar to a continuum that is not in the catalogue.

    Parameters
    ----------
    catalogue : Catalogue
        Where to look.
    bin_flux : (12,) array
        Mean flux per bin, any unit.
    count : int
        How many to return; fewer if the catalogue is smaller.

    Returns
    -------
    Neighbours
        Nearest first.
    """
    flux = np.asarray(bin_flux, np.float64)
    return _closest(catalogue, np.log(flux / flux.mean()).astype(np.float32), count)


@lru_cache(maxsize=4)
def _squared_norms(catalogue: Catalogue) -> Float[np.ndarray, " galaxy"]:
    shape = shapes(catalogue)
    return np.einsum("gb,gb->g", shape, shape)


def _closest(
    catalogue: Catalogue, wanted: Float[np.ndarray, " bin"], count: int, exclude: int | None = None
) -> Neighbours:
    shape = shapes(catalogue)
    # A matrix product is ten times as fast as differences but loses digits: it only preselects the candidates.
    rough = _squared_norms(catalogue) - 2 * (shape @ wanted)
    if exclude is not None:
        rough[exclude] = np.inf
    count = min(count, len(shape) - (exclude is not None))
    near = np.argpartition(rough, min(SPARE * count, len(shape) - 1))[: SPARE * count]
    difference = shape[near] - wanted
    squared = np.einsum("gb,gb->g", difference, difference)
    if exclude is not None:
        squared[near == exclude] = np.inf
    first = np.argsort(squared)[:count]
    return Neighbours(near[first], np.sqrt(squared[first] / shape.shape[1]))
