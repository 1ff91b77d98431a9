"""The affine layer that every network is made of."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float


class Dense(NamedTuple):
    """An affine layer, or one per line where the arrays have a leading line axis."""

    weight: Float[Array | np.ndarray, "*line input output"]
    bias: Float[Array | np.ndarray, "*line output"]
