"""The cosmology of the training set, and what distances need: flat LCDM with H0 = 70 km/s/Mpc and Om0 = 0.3."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..numerics.constants import LIGHT_SPEED

HUBBLE: Final = 70.0
"""Hubble constant [km/s/Mpc] of the training luminosities."""
OMEGA_MATTER: Final = 0.3
"""Matter density of the training luminosities (flat LCDM)."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


@jax.jit
def luminosity_distance(redshift: Float[Array | np.ndarray, "*galaxy"] | float) -> Float[Array, "*galaxy"]:
    """Return the luminosity distance in the flat LCDM cosmology of the training set (H0 = 70, Om0 = 0.3).

    Parameters
    ----------
    redshift : (...) array
        Redshift, > 0.

    Returns
    -------
    (...) array
        Distance [Mpc]; the quadrature is exact to 1e-10 below redshift 1.
    """
    redshift = jnp.asarray(redshift)
    nodes = redshift[..., None] * (jnp.asarray(_NODES, redshift.dtype) + 1) / 2
    inverse_rate = 1 / jnp.sqrt(OMEGA_MATTER * (1 + nodes) ** 3 + 1 - OMEGA_MATTER)
    comoving = LIGHT_SPEED / HUBBLE * redshift / 2 * (inverse_rate @ jnp.asarray(_WEIGHTS, redshift.dtype))
    return (1 + redshift) * comoving
