"""Which starlight drives a line: the exact derivative of every predicted equivalent width."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from .predictions.params import Params
from .predictions.predict import predict_ew


@jax.jit
def ew_sensitivity(
    params: Params,
    bin_flux: Float[Array | np.ndarray, " bin"],
    log_luminosity: Float[Array | np.ndarray, ""] | float | None = None,
) -> Float[Array, "line bin"]:
    """Differentiate the predicted equivalent widths by the logarithm of each bin's flux.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (12,) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : float, optional
        Given, the variant that uses it is differentiated; it is held fixed.

    Returns
    -------
    (10, 12) array
        dEW / dln(flux) [Å]: a bin brighter by 1 % changes the line by a hundredth of this. Each line's row
        sums to zero, because only ratios of fluxes matter.
    """
    return jax.jacfwd(lambda log_flux: predict_ew(params, jnp.exp(log_flux), log_luminosity))(jnp.log(bin_flux))
