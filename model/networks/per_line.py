"""Ten independent networks, one per line, as published by Khederlarian et al. 2024."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .layers import Dense


class PerLineNetwork(NamedTuple):
    """Ten independent networks, each with its own standardisation, as published by Khederlarian et al. 2024."""

    feature_mean: Float[Array | np.ndarray, "line feature"]
    feature_std: Float[Array | np.ndarray, "line feature"]
    layers: tuple[Dense, ...]


def per_line_output(network: PerLineNetwork, features: Float[Array, "*galaxy feature"]) -> Float[Array, "*galaxy line"]:
    """Return arcsinh(EW / Å) by the published architecture: SELU layers, one network per line."""
    hidden = (features[..., None, :] - network.feature_mean) / network.feature_std
    for index, layer in enumerate(network.layers):
        hidden = jnp.einsum("...li,lio->...lo", hidden, layer.weight) + layer.bias
        if index < len(network.layers) - 1:
            hidden = jax.nn.selu(hidden)
    return hidden[..., 0]
