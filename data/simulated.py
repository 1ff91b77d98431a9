"""A spectrum for a galaxy that has none: simulated from its bins and lines, for mock galaxies."""

from functools import cache
from typing import Any, Final, NamedTuple
from zlib import crc32

import jax
import numpy as np
from jaxtyping import Float

from data.store import Galaxy
from model.bins import BIN_EDGES
from model.lines import LINES
from model.synthesis import add_lines, smooth_continuum

PIXEL: Final = 1.0
"""Width [Å], below the sigma of every line."""

NOISE_SHARE: Final = 0.02
"""Noise per pixel over the starlight: it looks like a spectrum and hides no line worth seeing."""


class SimulatedSpectrum(NamedTuple):
    """A spectrum on an even grid.

    Attributes
    ----------
    start, step : float
        First rest wavelength and pixel width [Å, vacuum].
    total, starlight : (pixel,) array
        Flux density [1e-17 erg/s/cm²/Å], with and without lines and noise.
    """

    start: float
    step: float
    total: Float[np.ndarray, " pixel"]
    starlight: Float[np.ndarray, " pixel"]


def simulate(galaxy: Galaxy) -> SimulatedSpectrum:
    """Draw the spectrum that has a galaxy's bins and equivalent widths; its noise depends on its name alone.

    Parameters
    ----------
    galaxy : Galaxy
        Lines without an equivalent width stay dark.

    Returns
    -------
    SimulatedSpectrum
        3400-7000 Å.
    """
    starlight, light = (np.asarray(curve) for curve in _paint()(galaxy.bin_flux, np.nan_to_num(galaxy.ew)))
    random = np.random.default_rng(crc32(galaxy.target_id.encode()))
    noise = random.normal(0.0, NOISE_SHARE, light.shape) * starlight
    return SimulatedSpectrum(float(BIN_EDGES[0]) + PIXEL / 2, PIXEL, light + noise, starlight)


@cache
def _paint() -> Any:
    """Make the jitted way from bins and equivalent widths to starlight and all light."""
    wavelength_rest = np.arange(BIN_EDGES[0] + PIXEL / 2, BIN_EDGES[-1], PIXEL).astype(np.float32)

    def paint(bin_flux: jax.Array, ew: jax.Array) -> tuple[jax.Array, jax.Array]:
        starlight = smooth_continuum(wavelength_rest, bin_flux)
        return starlight, add_lines(wavelength_rest, starlight, ew)

    return jax.jit(paint)


def warm_up() -> None:
    """Compile what a first click on a mock galaxy needs."""
    jax.block_until_ready(_paint()(np.ones(len(BIN_EDGES) - 1, np.float32), np.zeros(len(LINES), np.float32)))
