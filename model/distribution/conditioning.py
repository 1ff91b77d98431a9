"""What may be known of a galaxy besides its colours: one network answers with it and without."""

from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

TYPICAL_LUMINOSITY: Final = 6.2
"""Stands in for a `log_luminosity` that is not known; a flag says so."""
TYPICAL_REDSHIFT: Final = 0.15
"""Stands in for a redshift that is not known."""

Known = Float[Array | np.ndarray, "*galaxy"] | float | None


def with_known(
    color: Float[Array | np.ndarray, "*galaxy color"], log_luminosity: Known = None, redshift: Known = None
) -> Float[Array, "*galaxy wider"]:
    """Append luminosity and redshift, each with a flag that is 1 where it is known.

    Parameters
    ----------
    color : (..., 11) array
        From `features.colors`.
    log_luminosity, redshift : (...) arrays, optional
        NaN or None where not known.

    Returns
    -------
    (..., 15) array
        Free of NaN beyond the colours'.
    """
    color = jnp.asarray(color)
    columns = [color]
    for value, typical in ((log_luminosity, TYPICAL_LUMINOSITY), (redshift, TYPICAL_REDSHIFT)):
        given = jnp.asarray(jnp.nan if value is None else value, color.dtype)
        given = jnp.broadcast_to(given, color.shape[:-1])
        known = jnp.isfinite(given)
        columns.append(jnp.stack([jnp.where(known, given, typical), known.astype(color.dtype)], axis=-1))
    return jnp.concatenate(columns, axis=-1)
