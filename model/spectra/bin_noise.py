"""Noise of the twelve bins of a spectrum, and how much of it is beyond that of the training galaxies."""

from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import bin_weights

DESI_NOISE: Final = np.array([0.228, 0.147, 0.095, 0.070, 0.064, 0.051, 0.048, 0.045, 0.042, 0.039, 0.036, 0.031])
"""Noise that DESI's spectra of bright galaxies leave in the bins [1e-17 erg/s/cm²/Å]; it hardly depends on the flux.
``python -m scripts.desi_bin_noise TABLE`` prints it."""
DESI_CONTINUUM: Final = 2.96
"""Median continuum of the training galaxies [1e-17 erg/s/cm²/Å], printed by the same command."""


def bin_variance(
    wavelength_rest: Float[Array | np.ndarray, " pixel"], ivar: Float[Array | np.ndarray, " pixel"]
) -> Float[Array, " bin"]:
    """Return the variances of the mean fluxes of the bins, for independent pixels.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing.
    ivar : (pixel,) array
        Inverse variances of the fluxes; 0 marks a masked pixel.

    Returns
    -------
    (12,) array
        Variances in the square of the flux's unit; NaN where no pixel is good.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import bin_variance
    >>> wavelength_rest = np.arange(3400.5, 7000.0, 1.0)
    >>> variance = bin_variance(wavelength_rest, np.full(3600, 4.0))  # an error of .5 in every pixel
    >>> f"{float(np.sqrt(variance[5])):.3f}"  # 300 pixels in a bin
    '0.029'
    """
    good = jnp.asarray(ivar) > 0
    weight = jnp.where(good[:, None], bin_weights(wavelength_rest), 0.0)
    variance = jnp.where(good, 1 / jnp.where(good, ivar, 1.0), 0.0)
    return variance @ weight**2 / weight.sum(axis=0) ** 2


def excess_ivar(
    bin_flux: Float[np.ndarray, " bin"], variance: Float[np.ndarray, " bin"], absolute: bool
) -> Float[np.ndarray, " bin"]:
    """Return inverse variances of the noise beyond DESI's own, which `predict` takes as `bin_flux_ivar`.

    The networks were trained on bins with DESI's noise and know it.

    Parameters
    ----------
    bin_flux, variance : (12,) array
        Mean continuum per bin, and its variance.
    absolute : bool
        Whether the fluxes are in 1e-17 erg/s/cm²/Å; otherwise the noise of a median training galaxy is subtracted.

    Returns
    -------
    (12,) array
        Infinite where the noise is not larger than DESI's.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import excess_ivar
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> noisy = excess_ivar(bins, np.full(12, 0.3**2), absolute=True)
    >>> quiet = excess_ivar(bins, np.full(12, 0.01**2), absolute=True)
    >>> f"{1 / np.sqrt(noisy[0]):.3f}"  # of an error of .3, what is beyond DESI's .228 in the bluest bin
    '0.195'
    >>> bool(np.isinf(quiet).all())
    True
    """
    own = DESI_NOISE if absolute else DESI_NOISE * float(np.mean(bin_flux)) / DESI_CONTINUUM
    excess = np.where(np.isfinite(variance), variance, 0.0) - own**2
    return np.where(excess > 0, 1 / np.where(excess > 0, excess, 1.0), np.inf)
