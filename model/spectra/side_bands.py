"""Continuum level of an equivalent width: a straight line between the side bands of the emission line.

At the centre of a Balmer line the starlight has an absorption core; relative to the flux in the core, an emission line
of 10 Å would measure 16 Å. The level is therefore measured beside the line, in the side bands of `continuum`.
"""

from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..lines import LINES
from .line_mask import SIDE_BAND, mask_windows

_OFFSETS: Final = np.arange(0.5, SIDE_BAND)
"""Points at which a band is sampled by interpolation, on any wavelength grid [Å from its blue end]."""


def _windows() -> Float[np.ndarray, "component 2"]:
    """Return the masked window [Å] around each component of each line."""
    windows = mask_windows()
    waves = [wave for line in LINES for wave in line.wavelengths]
    return np.array([next((low, high) for low, high in windows if low < wave < high) for wave in waves])


COMPONENT_WAVELENGTHS: Final = np.array([wave for line in LINES for wave in line.wavelengths])
"""Vacuum rest wavelengths [Å] of the eleven components, in the order of `LINES`."""
COMPONENT_LINE: Final = np.array([index for index, line in enumerate(LINES) for _ in line.wavelengths])
"""Index of the line that each component belongs to."""
_WINDOWS: Final = _windows()


def side_band_levels(
    wavelength_rest: Float[Array | np.ndarray, " pixel"], continuum: Float[Array | np.ndarray, " pixel"]
) -> Float[Array, " component"]:
    """Return the continuum at each line component: a straight line between the means of its window's two side bands.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing; the grid may be coarse.
    continuum : (pixel,) array
        Starlight without emission lines, any unit.

    Returns
    -------
    (11,) array
        Levels in the unit of `continuum`, for the components of `COMPONENT_WAVELENGTHS`.
    """
    wavelength_rest, continuum = jnp.asarray(wavelength_rest), jnp.asarray(continuum)
    low, high = _WINDOWS.T

    def mean(start: Float[np.ndarray, " component"]) -> Float[Array, " component"]:
        places = jnp.asarray(start[:, None] + _OFFSETS, wavelength_rest.dtype)
        return jnp.interp(places, wavelength_rest, continuum).mean(axis=1)

    blue, red = mean(low - SIDE_BAND), mean(high)
    across = (COMPONENT_WAVELENGTHS - (low - SIDE_BAND / 2)) / (high - low + SIDE_BAND)
    return blue + (red - blue) * jnp.asarray(across, continuum.dtype)
