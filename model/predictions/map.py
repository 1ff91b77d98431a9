"""Positions on the map of continua: a small network trained to reproduce a UMAP of real galaxies."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..features import log_flux_shape
from ..networks.joint import quantiles
from .params import Params


class MapPlace(NamedTuple):
    """Position on the map.

    Attributes
    ----------
    position : (..., 2) array
        Map coordinates, unitless; distances are not physical.
    spread : (..., 2) array
        Half the 16-84 % range, per axis, of the positions that UMAP gives to such continua.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import load_params, place_on_map
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> position, spread = place_on_map(load_params(), np.stack([bins, np.ones(12)]))
    >>> bool((np.abs(position[1] - position[0]) > 2 * spread).all())  # two places, not one
    True
    """

    position: Float[Array | np.ndarray, "*galaxy 2"]
    spread: Float[Array | np.ndarray, "*galaxy 2"]


def place_on_map(params: Params, bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> MapPlace:
    """Return the position of a continuum on the map.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.

    Returns
    -------
    MapPlace
        Position and spread, arrays (..., 2); NaN where an input is not a positive number.

    Raises
    ------
    ValueError
        If the weights carry no map.

    References
    ----------
    McInnes, Healy & Melville 2018, arXiv:1802.03426 (UMAP).

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import load_params, place_on_map
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> place = place_on_map(load_params(), np.stack([bins, 5 * bins, bins[::-1]]))
    >>> moved = np.linalg.norm(place.position - place.position[0], axis=1)
    >>> (moved > 1).tolist()  # brightness moves no galaxy, colour does
    [False, False, True]
    """
    if params.map is None:
        raise ValueError("These weights carry no map. Load them with load_params.")
    place = quantiles(params.map, log_flux_shape(bin_flux))
    return MapPlace(place.median, jnp.abs(place.p84 - place.p16) / 2)
