"""Wavelengths in air and in vacuum."""

import numpy as np
from jaxtyping import Float


def air_to_vacuum(wavelength: Float[np.ndarray, " pixel"]) -> Float[np.ndarray, " pixel"]:
    """Convert air to vacuum wavelengths [Å].

    Parameters
    ----------
    wavelength : (pixel,) array
        Wavelengths in air [Å].

    Returns
    -------
    (pixel,) array
        Wavelengths in vacuum [Å].

    References
    ----------
    Ciddor 1996, Applied Optics 35, 1566.
    """
    inverse = (1e4 / np.maximum(wavelength, 2000.0)) ** 2
    index = 1 + 0.05792105 / (238.0185 - inverse) + 0.00167917 / (57.362 - inverse)
    return wavelength * index
