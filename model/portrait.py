"""Everything about one galaxy that a picture of it shows: what an interactive page needs at every keystroke."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .batch import place_many, predict_many
from .bins import N_BINS
from .embedding import MapPlace
from .network import Params, Prediction
from .sensitivity import ew_sensitivity
from .synthesis import add_lines, smooth_continuum

PORTRAIT_WAVELENGTHS: Final = np.arange(3400.0, 7000.1, 2.0).astype(np.float32)
"""Rest-frame vacuum wavelengths [Å] of a portrait's curves."""


class Portrait(NamedTuple):
    """One galaxy, predicted and drawn.

    Attributes
    ----------
    prediction : Prediction
        Ten lines [Å].
    sensitivity : (10, 12) array
        dEW / dln(flux) [Å].
    place : MapPlace
        On the map.
    continuum : (pixel,) array
        Smooth continuum through the bins on `PORTRAIT_WAVELENGTHS`, in the unit of the fluxes.
    line_flux : (10, pixel) array
        Each predicted line's light alone, in the same unit.
    """

    prediction: Prediction
    sensitivity: Float[np.ndarray, "line bin"]
    place: MapPlace
    continuum: Float[np.ndarray, " pixel"]
    line_flux: Float[np.ndarray, "line pixel"]


def portrait(
    params: Params,
    bin_flux: Float[Array | np.ndarray, " bin"],
    log_luminosity: float | None = None,
    velocity_dispersion: float = 500.0,
) -> Portrait:
    """Predict one galaxy and compute what a picture of it shows.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (12,) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : float, optional
        See `features.log_luminosity`. Given, the variant that uses it predicts.
    velocity_dispersion : float
        Width of the drawn lines [km/s].

    Returns
    -------
    Portrait
        numpy arrays.

    Raises
    ------
    ValueError
        If the weights lack the variant asked for, or the map.
    """
    # Scaled to a mean of 1: fluxes in erg/s/cm²/Å would underflow on the way.
    scale = float(np.mean(bin_flux))
    flux = np.asarray(np.asarray(bin_flux, np.float64) / scale, np.float32)
    luminosity = None if log_luminosity is None else np.array([log_luminosity], np.float32)
    # The batch functions are warm in a server: a galaxy is a batch of one.
    prediction = predict_many(params, flux[None], luminosity)
    ew = prediction.ew[0]
    continuum, light = _light(flux, ew, velocity_dispersion)
    return Portrait(
        jax.tree.map(lambda leaf: leaf[0], prediction),
        np.asarray(ew_sensitivity(params, flux, None if luminosity is None else luminosity[0])),
        jax.tree.map(lambda leaf: leaf[0], place_many(params, flux[None])),
        np.asarray(continuum) * scale,
        np.asarray(light) * scale,
    )


def warm_up(params: Params) -> None:
    """Compile what `portrait` runs before the first visitor asks for it.

    Parameters
    ----------
    params : Params
        From `load_params`.
    """
    if params.colors is not None:
        portrait(params, np.ones(N_BINS, np.float32))
    if params.luminosity is not None:
        portrait(params, np.ones(N_BINS, np.float32), 6.4)


@jax.jit
def _light(
    bin_flux: Float[Array | np.ndarray, " bin"],
    ew: Float[Array | np.ndarray, " line"],
    velocity_dispersion: float | Float[Array, ""],
) -> tuple[Float[Array, " pixel"], Float[Array, "line pixel"]]:
    """Draw the continuum, and each line's light alone."""
    continuum = smooth_continuum(PORTRAIT_WAVELENGTHS, bin_flux)
    alone = jax.vmap(lambda one: add_lines(PORTRAIT_WAVELENGTHS, continuum, one, velocity_dispersion) - continuum)
    return continuum, alone(jnp.diag(ew))
