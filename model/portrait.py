"""Everything about one galaxy in one compiled call: what an interactive page needs at every keystroke."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .embedding import MapPlace, place_on_map
from .network import Params, Prediction, predict
from .sensitivity import ew_sensitivity
from .synthesis import add_lines, smooth_continuum

PORTRAIT_WAVELENGTHS: Final = np.arange(3400.0, 7000.1, 2.0, np.float32)
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
    sensitivity: Float[Array | np.ndarray, "line bin"]
    place: MapPlace
    continuum: Float[Array | np.ndarray, " pixel"]
    line_flux: Float[Array | np.ndarray, "line pixel"]


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
    flux = np.asarray(bin_flux, np.float64)
    scale = flux.mean()
    luminosity = None if log_luminosity is None else np.float32(log_luminosity)
    drawn = _portrait(params, np.asarray(flux / scale, np.float32), luminosity, np.float32(velocity_dispersion))
    drawn = jax.tree.map(np.asarray, drawn)
    return drawn._replace(continuum=drawn.continuum * scale, line_flux=drawn.line_flux * scale)


@jax.jit
def _portrait(
    params: Params,
    bin_flux: Float[Array, " bin"],
    log_luminosity: Float[Array, ""] | None,
    velocity_dispersion: Float[Array, ""],
) -> Portrait:
    prediction = predict(params, bin_flux, log_luminosity)
    continuum = smooth_continuum(PORTRAIT_WAVELENGTHS, bin_flux)

    def light(ew: Float[Array, " line"]) -> Float[Array, " pixel"]:
        return add_lines(PORTRAIT_WAVELENGTHS, continuum, ew, velocity_dispersion) - continuum

    return Portrait(
        prediction,
        ew_sensitivity(params, bin_flux, log_luminosity),
        place_on_map(params, bin_flux),
        continuum,
        jax.vmap(light)(jnp.diag(prediction.ew)),
    )
