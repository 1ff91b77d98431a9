"""Prediction of the lines' equivalent widths from a continuum."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..features import colors
from ..networks.joint import quantiles
from ..networks.per_line import PerLineNetwork, per_line_output
from .params import Params


class Prediction(NamedTuple):
    """Equivalent widths as DESI's catalogue would list them for galaxies in which the line is detected.

    Attributes
    ----------
    ew : (..., line) array
        Median rest-frame equivalent width [Å], positive in emission.
    p16, p84 : (..., line) array
        16th and 84th percentile [Å], which include the scatter of galaxies and DESI's measurement noise. NaN for
        networks without an interval.
    """

    ew: Float[Array | np.ndarray, "*galaxy line"]
    p16: Float[Array | np.ndarray, "*galaxy line"]
    p84: Float[Array | np.ndarray, "*galaxy line"]


def predict(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> Prediction:
    """Predict the equivalent widths, as catalogued given detection, with their 16-84 % interval.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`. If given, the variant "luminosity" is used.

    Returns
    -------
    Prediction
        Arrays (..., line) [Å]; NaN where an input is not a positive number.

    Raises
    ------
    ValueError
        If the weights lack the variant asked for.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.
    """
    features = colors(bin_flux)
    if log_luminosity is None:
        variant, network = "colors", params.colors
    else:
        variant, network = "luminosity", params.luminosity
        luminosity = jnp.broadcast_to(jnp.asarray(log_luminosity, features.dtype), features.shape[:-1])
        features = jnp.concatenate([features, luminosity[..., None]], axis=-1)
    if network is None:
        raise ValueError(f"These weights have no {variant!r} variant. Choose another model or variant.")
    if isinstance(network, PerLineNetwork):
        ew = jnp.sinh(per_line_output(network, features))
        return Prediction(ew, jnp.full_like(ew, jnp.nan), jnp.full_like(ew, jnp.nan))
    return Prediction(*(jnp.maximum(jnp.sinh(value), 0.0) for value in quantiles(network, features)))


def predict_ew(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> Float[Array, "*galaxy line"]:
    """Predict the equivalent widths, as catalogued given detection.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`. If given, the variant "luminosity" is used.

    Returns
    -------
    (..., line) array
        Median rest-frame equivalent widths [Å], positive in emission, in the order of `LINES`.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.
    """
    return jnp.asarray(predict(params, bin_flux, log_luminosity).ew)
