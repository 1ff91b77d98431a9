"""Where DESI's cameras overlap: lines that fall there were cut from the sample, whatever their strength."""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from model.lines import LINES

OVERLAPS: Final = ((5750.0, 5850.0), (7510.0, 7630.0))
"""Observed wavelengths [Å] at which the sample has no line measurements (blue-red, red-infrared)."""


def is_cut(redshift: Float[np.ndarray, " galaxy"]) -> Bool[np.ndarray, "galaxy line"]:
    """Tell which lines of which galaxies fall into a camera overlap.

    Parameters
    ----------
    redshift : (galaxy,) array
        Redshifts.

    Returns
    -------
    (galaxy, 10) array of bool
        True where the line was cut by design: a missing EW there does not mean "not detected".
    """
    wavelength_obs = np.array([line.wavelength for line in LINES]) * (1 + np.asarray(redshift, float)[:, None])
    return np.any([(low < wavelength_obs) & (wavelength_obs < high) for low, high in OVERLAPS], axis=0)
