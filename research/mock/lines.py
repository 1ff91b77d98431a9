"""The lines of mock galaxies: what a catalogue would list of them given their starlight, luminosity and redshift.

The chain of `model.distribution.catalogued` draws them, with networks of its own: the mock owes nothing to the weights
that predict.
"""

from typing import Final

import jax
import numpy as np
from jaxtyping import Float

from data.catalogue.survey import DESI
from model.distribution.catalogued import SEQUENCE, STEPS, draw_list
from model.distribution.chain import Chain
from model.distribution.conditioning import with_known
from model.distribution.scales import Scales
from research.mock.continuum import LUMINOSITY_AXIS, N_COLORS, REDSHIFT_AXIS

ROWS: Final = 4096
"""Galaxies drawn at a time: one shape to compile."""
_draw_list = jax.jit(draw_list)


def draw_lines(
    scales: Scales,
    listing: Chain,
    quantities: Float[np.ndarray, "galaxy quantity"],
    generator: np.random.Generator,
) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """Draw what a catalogue would list of these galaxies.

    Parameters
    ----------
    scales, listing : Scales, Chain
        From `research.mock.load_density`.
    quantities : (galaxy, 13) array
        Colours [dex], log luminosity and redshift, which decides what falls into a camera overlap.
    generator : Generator
        Of random numbers.

    Returns
    -------
    ew, ivar : (galaxy, 10) arrays
        Equivalent widths [Å] and inverse variances [1/Å²], float64; NaN where not detected or cut.
    """
    levels = generator.uniform(1e-6, 1 - 1e-6, (len(quantities), STEPS, 5))
    parts = []
    with jax.enable_x64(True):
        for start in range(0, len(quantities), ROWS):
            level, known = (_padded(array[start : start + ROWS]) for array in (levels, quantities))
            features = with_known(known[:, :N_COLORS], known[:, LUMINOSITY_AXIS], known[:, REDSHIFT_AXIS])
            drawn = _draw_list(level, listing, scales, features)
            parts.append([np.asarray(column) for column in (drawn.there, drawn.ew, drawn.sigma)])
    place = np.argsort(np.array(SEQUENCE))
    there, ew, sigma = (np.concatenate(column)[: len(quantities), place] for column in zip(*parts, strict=True))
    listed = there & DESI.observable(quantities[:, REDSHIFT_AXIS])
    return np.where(listed, ew, np.nan), np.where(listed, sigma**-2.0, np.nan)


def _padded(rows: Float[np.ndarray, "galaxy ..."]) -> Float[np.ndarray, "row ..."]:
    return np.concatenate([rows, np.repeat(rows[:1], ROWS - len(rows), axis=0)])
