"""The held-out galaxies: no committed weight, density or map is fitted to them."""

from collections.abc import Iterable
from hashlib import sha256

import numpy as np
from jaxtyping import Bool

HELD_OUT_FRACTION = 5
"""One galaxy in this many is held out."""


def is_held_out(target_id: str | int) -> bool:
    """Tell whether a galaxy is kept for scoring, from its TARGETID alone.

    Parameters
    ----------
    target_id : str or int
        DESI TARGETID; text and integer give the same answer.

    Returns
    -------
    bool
        True for about one galaxy in five.
    """
    return int(sha256(str(target_id).encode()).hexdigest(), 16) % HELD_OUT_FRACTION == 0


def held_out_mask(target_ids: Iterable[str | int]) -> Bool[np.ndarray, " galaxy"]:
    """Apply `is_held_out` to many galaxies.

    Parameters
    ----------
    target_ids : iterable of str or int
        TARGETIDs.

    Returns
    -------
    (galaxy,) array of bool
        True where the galaxy is held out.
    """
    return np.fromiter((is_held_out(target_id) for target_id in target_ids), dtype=bool)
