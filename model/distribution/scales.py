"""What puts ten or eight different lines on one scale."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float


class Scales(NamedTuple):
    """What puts ten or eight different lines on one scale; free lines are in the order of `ORDER`.

    Attributes
    ----------
    softening : (8,) array
        EW [Å] below which the scale is linear.
    center, spread : (8,) array
        Mean and deviation of arcsinh(EW / softening).
    cap : (8,) array
        Largest EW [Å] of the sample: no draw exceeds it.
    tie, tie_spread : (2,) array
        Median and deviation of log10 of strong / weak for the tied pairs [dex].
    units : (10, 2, 2, 2) array
        Centre and deviation (last axis) of the catalogued error and strength (second axis), each as log10 of [Å], or
        of strong over weak where a tied line's strong partner is listed (third axis); see `listing`.
    limits : (10, 2, 2, 2) array
        Least and greatest of the same in the sample, standardised.
    """

    softening: Float[Array | np.ndarray, " free"]
    center: Float[Array | np.ndarray, " free"]
    spread: Float[Array | np.ndarray, " free"]
    cap: Float[Array | np.ndarray, " free"]
    tie: Float[Array | np.ndarray, " pair"]
    tie_spread: Float[Array | np.ndarray, " pair"]
    units: Float[Array | np.ndarray, "step kind regime two"]
    limits: Float[Array | np.ndarray, "step kind regime two"]
