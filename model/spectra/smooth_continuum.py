"""A smooth curve of starlight through the fluxes of the twelve bins."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import BIN_EDGES


def smooth_continuum(
    wavelength_rest: Float[Array | np.ndarray, " pixel"], bin_flux: Float[Array | np.ndarray, " bin"]
) -> Float[Array, " pixel"]:
    """Draw a smooth curve whose mean in each bin is that bin's flux.

    The curve is quadratic in each bin. Its value at an inner bin edge is the mean of the two neighbouring fluxes,
    limited to twice the smaller one so that no piece falls below zero.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], within 3400-7000 Å.
    bin_flux : (12,) array
        Mean flux per bin, any unit, > 0.

    Returns
    -------
    (pixel,) array
        Flux density in the unit of `bin_flux`, without stellar absorption lines.
    """
    wavelength_rest, flux = jnp.asarray(wavelength_rest), jnp.asarray(bin_flux)
    inner = (flux[1:] + flux[:-1]) / 2
    edge = jnp.concatenate([1.5 * flux[:1] - 0.5 * inner[:1], inner, 1.5 * flux[-1:] - 0.5 * inner[-1:]])
    # A parabola with mean F and end values a, b stays >= 0 when a and b are at most 3 F (and a, b >= 0).
    smaller = jnp.minimum(jnp.append(flux, flux[-1]), jnp.insert(flux, 0, flux[0]))
    edge = jnp.clip(edge, 0.0, 2.0 * smaller)
    edges = jnp.asarray(BIN_EDGES, wavelength_rest.dtype)
    index = jnp.clip(jnp.searchsorted(edges, wavelength_rest, side="right") - 1, 0, len(BIN_EDGES) - 2)
    t = (wavelength_rest - edges[index]) / (edges[1] - edges[0])
    left, right, mean = edge[index], edge[index + 1], flux[index]
    return left * (1 - t) * (1 - 3 * t) + right * t * (3 * t - 2) + mean * 6 * t * (1 - t)
