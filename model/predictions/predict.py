"""The networks: from features to ten equivalent widths, pure functions of a pytree of parameters."""

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
    ew : (..., 10) array
        Median rest-frame equivalent width [Å], positive in emission.
    p16, p84 : (..., 10) array
        16th and 84th percentile [Å]: the galaxies' scatter and DESI's measurement noise together. NaN for networks
        that give no interval.
    """

    ew: Float[Array | np.ndarray, "*galaxy line"]
    p16: Float[Array | np.ndarray, "*galaxy line"]
    p84: Float[Array | np.ndarray, "*galaxy line"]


def predict(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> Prediction:
    """Predict the ten equivalent widths, as catalogued given detection, with their 16-84 % interval.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`. Given, the variant that uses it predicts.

    Returns
    -------
    Prediction
        Arrays (..., 10) [Å]; NaN where an input is not a positive number.

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
    """Predict the ten equivalent widths, as catalogued given detection.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`. Given, the variant that uses it predicts.

    Returns
    -------
    (..., 10) array
        Median rest-frame equivalent widths [Å], positive in emission, in the order of `LINES`.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.
    """
    return jnp.asarray(predict(params, bin_flux, log_luminosity).ew)
