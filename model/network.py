"""The networks: from features to ten equivalent widths, pure functions of a pytree of parameters."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .chain import Chain, Summary
from .dense import Dense
from .features import colors
from .latent import Scales
from .mixture import ColorMixture


class JointNetwork(NamedTuple):
    """One residual network for all targets, with heads for the median and the 16th and 84th percentiles.

    The interval heads give positive distances from the median, in units of the standardised target, so that the
    percentiles never cross.
    """

    feature_mean: Float[Array | np.ndarray, " feature"]
    feature_std: Float[Array | np.ndarray, " feature"]
    target_mean: Float[Array | np.ndarray, " target"]
    target_std: Float[Array | np.ndarray, " target"]
    entry: Dense
    blocks: tuple[Dense, ...]
    median: Dense
    below: Dense
    above: Dense


class PerLineNetwork(NamedTuple):
    """Ten independent networks with a standardisation each, as published by Khederlarian et al. 2024."""

    feature_mean: Float[Array | np.ndarray, "line feature"]
    feature_std: Float[Array | np.ndarray, "line feature"]
    layers: tuple[Dense, ...]


class LineDistribution(NamedTuple):
    """Joint distribution of what a catalogue would list given a continuum, and of the lines behind it.

    Attributes
    ----------
    scales : Scales
        Units of the lines.
    listing : Chain
        What is listed, see `listing`.
    latent : Chain
        The noise-free lines given what is listed, see `latent`.
    colors, luminosity : Summary
        Percentiles and detections without drawing, from colours alone and with the luminosity.
    """

    scales: Scales
    listing: Chain
    latent: Chain
    colors: Summary
    luminosity: Summary


class Params(NamedTuple):
    """Everything a prediction needs: networks per variant, the one that places galaxies on the map, and the domain.

    What a weights file does not have is None.
    """

    colors: JointNetwork | PerLineNetwork | None
    luminosity: JointNetwork | PerLineNetwork | None
    map: JointNetwork | None
    domain: ColorMixture | None = None
    intrinsic: LineDistribution | None = None


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


class Quantiles(NamedTuple):
    """Median and percentiles of a joint network's targets."""

    median: Float[Array, "*galaxy target"]
    p16: Float[Array, "*galaxy target"]
    p84: Float[Array, "*galaxy target"]


def trunk(network: JointNetwork, features: Float[Array, "*galaxy feature"]) -> Float[Array, "*galaxy width"]:
    """Run the shared layers of a joint network."""
    hidden = (features - network.feature_mean) / network.feature_std
    hidden = jax.nn.silu(hidden @ network.entry.weight + network.entry.bias)
    for block in network.blocks:
        hidden = hidden + jax.nn.silu(hidden @ block.weight + block.bias)
    return hidden


def standardized_quantiles(network: JointNetwork, features: Float[Array, "*galaxy feature"]) -> Quantiles:
    """Median and 16th, 84th percentile of each target, in units of the targets' deviations from their means."""
    heads = (network.median, network.below, network.above)  # multiplied as one: three narrow products take longer
    weight = jnp.concatenate([head.weight for head in heads], axis=-1)
    bias = jnp.concatenate([head.bias for head in heads], axis=-1)
    middle, below, above = jnp.split(trunk(network, features) @ weight + bias, 3, axis=-1)
    return Quantiles(middle, middle - jax.nn.softplus(below), middle + jax.nn.softplus(above))


def quantiles(network: JointNetwork, features: Float[Array, "*galaxy feature"]) -> Quantiles:
    """Median and 16th, 84th percentile of each target, in the targets' own units."""
    standardized = standardized_quantiles(network, features)
    return Quantiles(*(value * network.target_std + network.target_mean for value in standardized))


def per_line_output(network: PerLineNetwork, features: Float[Array, "*galaxy feature"]) -> Float[Array, "*galaxy line"]:
    """Arcsinh equivalent widths of the published architecture: SELU layers, one network per line."""
    hidden = (features[..., None, :] - network.feature_mean) / network.feature_std
    for index, layer in enumerate(network.layers):
        hidden = jnp.einsum("...li,lio->...lo", hidden, layer.weight) + layer.bias
        if index < len(network.layers) - 1:
            hidden = jax.nn.selu(hidden)
    return hidden[..., 0]


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
