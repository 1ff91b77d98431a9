"""Level of the starlight beside each emission line, estimated from the twelve bins.

The mean of a 300 Å bin differs from the level between a line's side bands by up to 9 %, because the bin contains other
absorption lines and the slope of the spectrum. The difference depends on the stars, and so on the colours: it is a
linear function of them, fitted to synthetic galaxies by ``python -m scripts.continuum_levels``.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import BIN_CENTERS
from ..features import check_bins
from ..lines import LINES

COEFFICIENTS_FILE: Final = Path(__file__).parent / "continuum_levels.json"
LARGEST_CORRECTION: Final = 0.15
"""Largest |ln(level / interpolated bins)|; galaxies unlike any that stars can make would exceed it."""


def continuum_levels(bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Float[Array | np.ndarray, "*galaxy line"]:
    """Return the continuum levels to which the equivalent widths of the lines refer.

    Parameters
    ----------
    bin_flux : (..., 12) array
        Mean continuum per bin, any unit, > 0; numpy's are computed with in 64 bits, JAX's in their own precision.

    Returns
    -------
    (..., line) array
        Levels in the unit of `bin_flux`, those between the lines' side bands. A line without fitted coefficients gets
        the level interpolated between the bins.
    """
    coefficients = stored_coefficients()
    table = np.array([coefficients.get(line.name, [0.0] * len(BIN_CENTERS)) for line in LINES])
    check_bins(np.shape(bin_flux))
    xp = _namespace(bin_flux)
    correction = _times(level_features(bin_flux), table.T)
    return interpolated_levels(bin_flux) * xp.exp(xp.clip(correction, -LARGEST_CORRECTION, LARGEST_CORRECTION))


def interpolated_levels(
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
) -> Float[Array | np.ndarray, "*galaxy line"]:
    """Return the flux at each line, interpolated between the centres of the bins, in the unit of `bin_flux`."""
    waves = [line.wavelength for line in LINES]
    shares = np.stack([np.interp(waves, BIN_CENTERS, one) for one in np.eye(len(BIN_CENTERS))])
    return _times(bin_flux if isinstance(bin_flux, jax.Array) else np.asarray(bin_flux, np.float64), shares)


def level_features(bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Float[Array | np.ndarray, "*galaxy bin"]:
    """Return a one and the eleven colours [dex], the terms of the correction."""
    xp = _namespace(bin_flux)
    log_flux = xp.log10(bin_flux if xp is jnp else np.asarray(bin_flux, np.float64))
    color = log_flux[..., 1:] - log_flux[..., :-1]
    return xp.concatenate([xp.ones_like(color[..., :1]), color], axis=-1)


def _namespace(values: Array | np.ndarray) -> Any:
    """Return jax.numpy for JAX's arrays, and numpy, which computes with 64 bits here, for others."""
    return jnp if isinstance(values, jax.Array) else np


def _times(values: Array | np.ndarray, matrix: np.ndarray) -> Any:
    if isinstance(values, jax.Array):
        return jnp.matmul(values, jnp.asarray(matrix, values.dtype), precision="highest")
    return values @ matrix


@cache
def stored_coefficients() -> dict[str, list[float]]:
    """Read the fitted coefficients, twelve by the name of the line."""
    return json.loads(COEFFICIENTS_FILE.read_text())
