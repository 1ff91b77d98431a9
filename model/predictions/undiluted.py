"""Intrinsic lines of continua without noise: how much stronger or weaker than those of continua with DESI's noise."""

from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..features import VARIANTS, with_columns
from ..networks.joint import JointNetwork, quantiles
from .params import Params

LARGEST_FACTOR: Final = 2.0
"""Limit of the factor, and of its inverse."""

Condition = Float[Array | np.ndarray, "*galaxy"] | float | None


def intrinsic_factor(
    params: Params,
    color: Float[Array, "*galaxy color"],
    log_luminosity: Condition = None,
    redshift: Condition = None,
) -> Float[Array, "*galaxy line"] | float:
    """Return the factor by which intrinsic equivalent widths are multiplied for a continuum without noise.

    The intrinsic distribution was learned from bins with DESI's noise, as the default networks were. The ratio of the
    catalogued medians with and without this dilution is applied to it.

    Parameters
    ----------
    params : Params
        From `load_params("noise-free")`; for other weights the factor is 1.
    color : (..., 11) array
        From `features.colors`.
    log_luminosity, redshift : (...) array, optional
        NaN or None where missing; a row uses the richest variant that its values allow.

    Returns
    -------
    (..., line) array, or 1.0
        Factors from 1 / `LARGEST_FACTOR` to `LARGEST_FACTOR`.
    """
    if params.diluted is None:
        return 1.0
    rows = color.shape[:-1]
    values = [
        jnp.broadcast_to(jnp.asarray(jnp.nan if given is None else given, color.dtype), rows)
        for given in (log_luminosity, redshift)
    ]
    present = [jnp.isfinite(value) for value in values]
    usable = [jnp.asarray(True), present[0], present[0] & present[1]]
    filled = [jnp.where(has_value, value, 0.0) for has_value, value in zip(present, values, strict=True)]
    factor: Float[Array, "*galaxy line"] | float = 1.0
    for number, name in enumerate(VARIANTS):
        free, noisy = getattr(params, name), getattr(params.diluted, name)
        if isinstance(free, JointNetwork) and isinstance(noisy, JointNetwork):
            features = with_columns(color, filled[:number])
            above, below = (
                jnp.maximum(jnp.sinh(quantiles(network, features).median), 1e-3) for network in (free, noisy)
            )
            ratio = jnp.clip(above / below, 1 / LARGEST_FACTOR, LARGEST_FACTOR)
            factor = jnp.where(usable[number][..., None], ratio, factor)
    return factor
