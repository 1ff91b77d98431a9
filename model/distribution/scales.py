"""Units and limits that put different lines on one scale."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float


class Scales(NamedTuple):
    """Units and limits that put different lines on one scale; free lines are in the order of `ORDER`.

    Attributes
    ----------
    softening : (free,) array
        EW [Å] below which the scale is linear.
    center, spread : (free,) array
        Mean and standard deviation of arcsinh(EW / softening).
    cap : (free,) array
        Largest EW [Å] of the training sample with S/N > 3; no intrinsic draw exceeds it.
    tie, tie_spread : (pair,) array
        Median and deviation of log10 of strong / weak for the tied pairs [dex].
    units : (line, 2, 2, 2) array
        Centre and deviation (last axis) of the catalogued error and strength (second axis), each as log10 of [Å], or
        of strong over weak where a tied line's strong partner is detected (third axis); see `catalogued`.
    limits : (line, 2, 2, 2) array
        Smallest and largest value of the same quantities in the training sample, standardised with `units`.
    """

    softening: Float[Array | np.ndarray, " free"]
    center: Float[Array | np.ndarray, " free"]
    spread: Float[Array | np.ndarray, " free"]
    cap: Float[Array | np.ndarray, " free"]
    tie: Float[Array | np.ndarray, " pair"]
    tie_spread: Float[Array | np.ndarray, " pair"]
    units: Float[Array | np.ndarray, "step kind regime two"]
    limits: Float[Array | np.ndarray, "step kind regime two"]
