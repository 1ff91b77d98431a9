"""Optional inputs besides the colours, each with a flag, so that one network predicts with and without them."""

from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

TYPICAL_LUMINOSITY: Final = 6.2
"""Value of `log_luminosity` where it is not given; the flag is 0 there."""
TYPICAL_REDSHIFT: Final = 0.15
"""Value of the redshift where it is not given; the flag is 0 there."""

Condition = Float[Array | np.ndarray, "*galaxy"] | float | None


def with_conditions(
    color: Float[Array | np.ndarray, "*galaxy color"], log_luminosity: Condition = None, redshift: Condition = None
) -> Float[Array, "*galaxy wider"]:
    """Append luminosity and redshift, each with a flag that is 1 where it is given.

    Parameters
    ----------
    color : (..., 11) array
        From `features.colors`.
    log_luminosity, redshift : (...) arrays, optional
        NaN or None where not given.

    Returns
    -------
    (..., 15) array
        Colours, luminosity, its flag, redshift, its flag; NaN only where a colour is NaN.
    """
    color = jnp.asarray(color)
    columns = [color]
    for value, typical in ((log_luminosity, TYPICAL_LUMINOSITY), (redshift, TYPICAL_REDSHIFT)):
        given = jnp.asarray(jnp.nan if value is None else value, color.dtype)
        given = jnp.broadcast_to(given, color.shape[:-1])
        is_given = jnp.isfinite(given)
        columns.append(jnp.stack([jnp.where(is_given, given, typical), is_given.astype(color.dtype)], axis=-1))
    return jnp.concatenate(columns, axis=-1)
