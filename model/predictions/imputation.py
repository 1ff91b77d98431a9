"""Imputation of a missing first or last bin of a continuum."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..distribution.colors import bridge, marginal
from .params import Params


def complete_bins(params: Params, bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Float[Array, "*galaxy bin"]:
    """Fill a missing first or last bin with its expectation given the other bins.

    A spectrum that starts redder than 3550 Å at rest misses the first bin, one that ends bluer than 6850 Å the last.
    The colour between the missing bin and its neighbour is set to its conditional mean in the mixture of Gaussians that
    also defines the domain; the `domain` of such a galaxy is "edge" or "outside".

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0; NaN in the first bin, the last, or both where missing.

    Returns
    -------
    (..., 12) array
        The given fluxes, with missing end bins filled in; a NaN in any other bin remains.

    Raises
    ------
    ValueError
        If the weights carry no density of colours.
    """
    if params.domain is None:
        raise ValueError("These weights carry no density of colours. Load them with load_params.")
    flux = bridge(bin_flux)
    found = marginal(params.domain, bin_flux)
    factor = 10.0 ** jnp.where(found.missing, found.end_color * jnp.array([-1, 1], flux.dtype), 0.0)
    ends = flux[..., jnp.array([0, -1])] * factor
    return jnp.concatenate([ends[..., :1], flux[..., 1:-1], ends[..., 1:]], axis=-1)
