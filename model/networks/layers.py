"""The affine layer that every network is made of, and the residual trunk that they share."""

from typing import NamedTuple, Protocol, runtime_checkable

import jax
import numpy as np
from jaxtyping import Array, Float


class Dense(NamedTuple):
    """An affine layer, or one per line where the arrays have a leading line axis."""

    weight: Float[Array | np.ndarray, "*line input output"]
    bias: Float[Array | np.ndarray, "*line output"]


@runtime_checkable
class Trunk(Protocol):
    """What `run_trunk` reads of a network: the scale of its features and its shared layers."""

    @property
    def feature_mean(self) -> Float[Array | np.ndarray, " feature"]:
        """Mean of each feature in the training sample."""
        ...

    @property
    def feature_std(self) -> Float[Array | np.ndarray, " feature"]:
        """Standard deviation of each feature in the training sample."""
        ...

    @property
    def entry(self) -> Dense:
        """First layer."""
        ...

    @property
    def blocks(self) -> tuple[Dense, ...]:
        """Residual layers."""
        ...


def run_trunk(network: Trunk, features: Float[Array, "*galaxy feature"]) -> Float[Array, "*galaxy width"]:
    """Run the standardisation and the residual SiLU layers that come before a network's heads."""
    hidden = (features - network.feature_mean) / network.feature_std
    hidden = jax.nn.silu(hidden @ network.entry.weight + network.entry.bias)
    for block in network.blocks:
        hidden = hidden + jax.nn.silu(hidden @ block.weight + block.bias)
    return hidden
