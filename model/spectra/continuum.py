"""The twelve bins of the continuum of a spectrum, with its emission lines masked."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import N_BINS, bin_continuum
from .lines.mask import mask_lines


def continuum_bins(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    flux: Float[Array | np.ndarray, "*galaxy pixel"],
    ivar: Float[Array | np.ndarray, "*galaxy pixel"] | None = None,
    width: float | None = None,
) -> Float[Array, "*galaxy bin"]:
    """Mask the lines of spectra and average the rest in the twelve bins; `Grid.bins` is faster for many.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing; the network needs 3400-7000 Å.
    flux : (..., pixel) array
        Flux density f_lambda in any unit. Not multiplied by 1 + z.
    ivar : (..., pixel) array, optional
        Inverse variance; 0 marks a masked pixel.
    width : float, optional
        Sigma of the lines [km/s], resolution included, with which the masked windows grow from 140 km/s on; by default
        it is estimated from the spectrum.

    Returns
    -------
    (..., 12) array
        Mean continuum per bin in the unit of `flux`; NaN where a bin is not covered.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import continuum_bins
    >>> wavelength_rest = np.arange(3300.0, 7200.0, 1.0)
    >>> flux = np.ones(wavelength_rest.shape)
    >>> flux[3265] += 30.0  # an emission line: Hα
    >>> continuum_bins(wavelength_rest, flux).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """

    def one(
        flux: Float[Array, " pixel"], ivar: Float[Array | np.ndarray, " pixel"] | None = None
    ) -> Float[Array, " bin"]:
        return bin_continuum(wavelength_rest, mask_lines(wavelength_rest, flux, ivar, width=width), ivar)

    flux = jnp.asarray(flux)
    if flux.ndim == 1:
        return one(flux, ivar)
    rows = [
        jnp.broadcast_to(column, flux.shape).reshape(-1, flux.shape[-1])
        for column in (flux, ivar)
        if column is not None
    ]
    return jax.vmap(one)(*rows).reshape(*flux.shape[:-1], N_BINS)
