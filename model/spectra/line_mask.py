"""Masking of the emission lines of a spectrum: each is replaced by a straight line between its side bands."""

from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..lines import LINES

SIDE_BAND: Final = 8.0
"""Width [Å] of the band on each side of a masked window in which the continuum level is measured."""


def mask_windows() -> tuple[tuple[float, float], ...]:
    """Return the masked windows [Å], increasing; windows within a side band of each other (Hα, [N II]) are merged."""
    merged: list[tuple[float, float]] = []
    for low, high in sorted(line.window for line in LINES):
        if merged and low - SIDE_BAND <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _mean_where(flux: Float[Array, " pixel"], inside: Array) -> Float[Array, ""]:
    """Return the mean of the pixels inside; NaN if there are none."""
    count = inside.sum()
    return jnp.where(count > 0, jnp.where(inside, flux, 0.0).sum() / jnp.maximum(count, 1), jnp.nan)


def mask_lines(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    flux: Float[Array | np.ndarray, " pixel"],
    ivar: Float[Array | np.ndarray, " pixel"] | None = None,
    windows: tuple[tuple[float, float], ...] | None = None,
) -> Float[Array, " pixel"]:
    """Replace each emission line by a straight line between its side bands.

    A window is left unchanged if the replacement would raise its mean (stellar absorption deeper than the emission),
    or if a side band has no good pixel.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing.
    flux : (pixel,) array
        Flux density f_lambda in any unit.
    ivar : (pixel,) array, optional
        Inverse variance; pixels where it is 0 do not count in the side bands.
    windows : tuple of (low, high), optional
        Rest wavelengths [Å] to mask; by default the windows of `LINES`.

    Returns
    -------
    (pixel,) array
        The continuum, in the unit of `flux`.
    """
    wavelength_rest, flux = jnp.asarray(wavelength_rest), jnp.asarray(flux)
    good = jnp.isfinite(flux) if ivar is None else jnp.isfinite(flux) & (jnp.asarray(ivar) > 0)
    continuum = flux
    for low, high in mask_windows() if windows is None else windows:
        inside = (wavelength_rest >= low) & (wavelength_rest <= high)
        blue = _mean_where(flux, good & (wavelength_rest >= low - SIDE_BAND) & (wavelength_rest < low))
        red = _mean_where(flux, good & (wavelength_rest > high) & (wavelength_rest <= high + SIDE_BAND))
        blue_center, red_center = low - SIDE_BAND / 2, high + SIDE_BAND / 2
        straight = blue + (red - blue) * (wavelength_rest - blue_center) / (red_center - blue_center)
        # A comparison with NaN is false, so windows without side bands stay unchanged.
        lowers = _mean_where(straight, inside & good) <= _mean_where(flux, inside & good)
        continuum = jnp.where(inside & lowers, jnp.where(lowers, straight, 0.0), continuum)
    return continuum
