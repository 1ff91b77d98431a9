"""Whether the Hα that a galaxy's own stars ionise agrees with that of DESI's galaxies with its starlight."""

from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ...lines import LINE_NAMES
from ...physics.diagnostics import WHAN_WEAK
from ..intrinsic import IntrinsicEW

RETIRED: Final = WHAN_WEAK
"""Equivalent width of Hα below which evolved stars ionise as much gas as young ones [Å] (Cid Fernandes et al. 2011,
MNRAS 413, 1687). It is added to both sides, so that a galaxy of .5 Å is not told from one of 1.5 Å."""
EDGE_OFFSET: Final = 0.3
"""Disagreement of log10(EW + 3 Å) from which a galaxy is at the edge of the domain [dex]."""
OUTSIDE_OFFSET: Final = 0.5
"""Disagreement from which it is outside [dex]."""
LEAST_SIGMA: Final = 1.9
"""Standard deviations of the galaxies with a starlight within which any Hα agrees. With it, 4 to 5 % of DESI's held-out
galaxies disagree with their own Hα, see docs/photoionisation.md."""
HALPHA: Final = LINE_NAMES.index("HALPHA")


def halpha_range(usual: IntrinsicEW | None, like: Float[Array, "*galaxy"]) -> Float[Array, "*galaxy 3"]:
    """Return the 16th, 50th and 84th percentile of Hα [Å]; NaN of the shape of `like` without percentiles."""
    if usual is None:
        return jnp.full((*like.shape, 3), jnp.nan, like.dtype)
    return jnp.stack([part[..., HALPHA] for part in usual[:3]], axis=-1).astype(like.dtype)


def disagreement(
    expected: Float[Array | np.ndarray, "*galaxy"], percentiles: Float[Array | np.ndarray, "*galaxy 3"]
) -> Int[Array | np.ndarray, "*galaxy"]:
    """Return 0 where the expected Hα agrees or is not given, 1 at the edge, 2 outside.

    Parameters
    ----------
    expected : (...) array
        Expected equivalent width of Hα [Å]; NaN where not given.
    percentiles : (..., 3) array
        From `halpha_range` [Å].

    Returns
    -------
    (...) array of int
        Positions in `domain.VERDICTS`; numpy arrays give a numpy array.
    """
    xp: Any = jnp if isinstance(expected, jax.Array) or isinstance(percentiles, jax.Array) else np
    low, middle, high = xp.moveaxis(xp.log10(xp.asarray(percentiles) + RETIRED), -1, 0)
    offset = xp.log10(xp.maximum(xp.asarray(expected), 0.0) + RETIRED) - middle
    sigma = xp.where(offset > 0, high - middle, middle - low)
    apart, beyond = xp.abs(offset), xp.abs(offset) > LEAST_SIGMA * sigma
    return xp.where(beyond & (apart > EDGE_OFFSET), 1 + (apart > OUTSIDE_OFFSET).astype(int), 0)


def sentence(code: int, expected: float, percentiles: Float[np.ndarray, " 3"]) -> str:
    """Say a disagreement; nothing where there is none."""
    if code == 0:
        return ""
    low, middle, high = percentiles
    ratio = (expected + RETIRED) / (middle + RETIRED)
    change = f"{ratio:.2g} times" if ratio > 1 else f"1/{1 / ratio:.2g} of"
    return (
        f"The stars ionise Hα of {expected:.3g} Å, {change} the {middle:.3g} Å (68 %: {low:.3g}-{high:.3g}) that "
        "DESI's galaxies of this starlight have. Draw lines with an Anchor, or see what differs: dust, history, metals."
    )
