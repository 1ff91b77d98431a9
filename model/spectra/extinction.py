"""Extinction by the Milky Way's dust: an optional correction, which the training sample did not get."""

import numpy as np
from jaxtyping import Float

R_V = 3.1
SFD_SCALE = 0.86
"""E(B-V) over that of Schlegel, Finkbeiner & Davis 1998, which DESI's files list (Schlafly & Finkbeiner 2011, ApJ 737,
103)."""
_A = (1.0, 0.104, -0.609, 0.701, 1.137, -1.718, -0.827, 1.647, -0.505)
_B = (0.0, 1.952, 2.908, -3.989, -7.985, 11.102, 5.491, -10.805, 3.347)


def attenuation(wavelength_obs: Float[np.ndarray, " pixel"], ebv: float) -> Float[np.ndarray, " pixel"]:
    """Return the extinction by the Milky Way's dust.

    Parameters
    ----------
    wavelength_obs : (pixel,) array
        Observed wavelengths [Å]; outside 3030-9090 Å the value at the nearer end is used.
    ebv : float
        Colour excess E(B-V) [mag].

    Returns
    -------
    (pixel,) array
        A(wavelength) [mag].

    References
    ----------
    Cardelli, Clayton & Mathis 1989, ApJ 345, 245; optical coefficients of O'Donnell 1994, ApJ 422, 158; R_V = 3.1.
    """
    y = np.clip(1e4 / wavelength_obs, 1.1, 3.3) - 1.82
    curve = np.polynomial.polynomial.polyval(y, _A) + np.polynomial.polynomial.polyval(y, _B) / R_V
    return R_V * ebv * curve
