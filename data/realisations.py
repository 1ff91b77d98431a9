"""Predictions with measurement noise, one realisation of a catalogue at a time: drawn when first asked for."""

from functools import lru_cache
from typing import Final

import numpy as np
from jaxtyping import Float

from data.draws import kept_draw
from data.schema import FLUX_NAMES, IVAR_SUFFIX, PREDICTION_SUFFIXES
from data.store import Catalogue, served
from model.lines import LINE_NAMES
from model.noise import published_noise

FIRST_SEED: Final = 1
"""Number of the realisation that a page begins with."""


@lru_cache(maxsize=4)
def noisy_predictions(catalogue: Catalogue, seed: int) -> Float[np.ndarray, "galaxy line"]:
    """Draw predicted equivalent widths with each galaxy's own measurement noise.

    Panels ask for one line after the other and a click for one row, so the last few realisations are kept.

    Parameters
    ----------
    catalogue : Catalogue
        With predictions and inverse variances.
    seed : int
        Number of the realisation.

    Returns
    -------
    (galaxy, 10) array
        Equivalent widths [Å], read-only; <= 0 is "not detected", NaN where the noise is not known.
    """

    def stack(names: list[str]) -> np.ndarray:
        return np.stack([catalogue.column(name) for name in names], axis=1)

    def draw() -> np.ndarray:
        drawn = published_noise(
            seed,
            stack(list(FLUX_NAMES)),
            stack([name + PREDICTION_SUFFIXES[0] for name in LINE_NAMES]),
            stack([name + IVAR_SUFFIX for name in LINE_NAMES]),
        )
        return np.asarray(drawn)

    return kept_draw(catalogue, f"published-{seed}", draw)


def warm_up() -> None:
    """Draw the realisation that every served catalogue shows first, so that no reader waits for the compiler."""
    for catalogue in served().values():
        noisy_predictions(catalogue, FIRST_SEED)
