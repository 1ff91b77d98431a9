"""Continuum level of an equivalent width: a straight line between the side bands of the emission line.

At the centre of a Balmer line the starlight has an absorption core; relative to the flux in the core, an emission line
of 10 Å would measure 16 Å. The level is therefore measured beside the line, in the side bands of `continuum`.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ...lines import LINES, MEASURED_LINES, Line
from .mask import SIDE_BAND, mask_windows

_OFFSETS: Final = np.arange(0.5, SIDE_BAND)
"""Points at which a band is sampled by interpolation, on any wavelength grid [Å from its blue end]."""


class Components(NamedTuple):
    """The components of lines, of which a doublet that is reported as one line has two.

    Attributes
    ----------
    wavelengths : (component,) array
        Vacuum rest wavelengths [Å], in the order of the lines.
    line : (component,) array
        Index of the line that each component belongs to.
    windows : (component, 2) array
        Ends of the masked window around each component [Å].
    """

    wavelengths: Float[np.ndarray, " component"]
    line: Int[np.ndarray, " component"]
    windows: Float[np.ndarray, "component 2"]


def components_of(lines: tuple[Line, ...]) -> Components:
    """Return the components of lines."""
    windows = mask_windows(lines)
    waves = [wave for line in lines for wave in line.wavelengths]
    return Components(
        np.array(waves),
        np.array([index for index, line in enumerate(lines) for _ in line.wavelengths]),
        np.array([next((low, high) for low, high in windows if low < wave < high) for wave in waves]),
    )


PREDICTED: Final = components_of(LINES)
MEASURED: Final = components_of(MEASURED_LINES)
COMPONENT_WAVELENGTHS: Final = PREDICTED.wavelengths
"""Vacuum rest wavelengths [Å] of the eleven components of `LINES`."""
COMPONENT_LINE: Final = PREDICTED.line
"""Index in `LINES` of the line that each of them belongs to."""


def side_band_levels(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    continuum: Float[Array | np.ndarray, "*galaxy pixel"],
    components: Components = PREDICTED,
) -> Float[Array, "*galaxy component"]:
    """Return the continuum at each line component: a straight line between the means of its window's two side bands.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing; the grid may be coarse.
    continuum : (..., pixel) array
        Starlight without emission lines, any unit.
    components : Components
        By default those of `LINES`.

    Returns
    -------
    (..., component) array
        Levels in the unit of `continuum`.
    """
    wavelength_rest, continuum = jnp.asarray(wavelength_rest), jnp.asarray(continuum)
    if continuum.ndim > 1:
        flat = continuum.reshape(-1, continuum.shape[-1])
        levels = jax.vmap(lambda one: side_band_levels(wavelength_rest, one, components))(flat)
        return levels.reshape(*continuum.shape[:-1], len(components.line))
    low, high = components.windows.T

    def mean(start: Float[np.ndarray, " component"]) -> Float[Array, " component"]:
        places = jnp.asarray(start[:, None] + _OFFSETS, wavelength_rest.dtype)
        return jnp.interp(places, wavelength_rest, continuum).mean(axis=1)

    blue, red = mean(low - SIDE_BAND), mean(high)
    across = (components.wavelengths - (low - SIDE_BAND / 2)) / (high - low + SIDE_BAND)
    return blue + (red - blue) * jnp.asarray(across, continuum.dtype)
