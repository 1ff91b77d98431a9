"""Catalogued lines of mock galaxies, given their colours, luminosity and redshift.

They are drawn by a chain of `model.distribution.catalogued` with its own networks, so that the mock does not depend on
the weights of the predictions.
"""

from typing import Final

import jax
import numpy as np
from jaxtyping import Float

from data.catalogue.survey import DESI
from model.distribution.catalogued import SEQUENCE, STEPS, draw_catalogued
from model.distribution.chain import Chain
from model.distribution.conditioning import with_conditions
from model.distribution.scales import Scales
from research.mock.continuum import LUMINOSITY_AXIS, N_COLORS, REDSHIFT_AXIS

ROWS: Final = 4096
"""Galaxies drawn per call, so that one shape is compiled."""
_draw_catalogued = jax.jit(draw_catalogued)


def draw_lines(
    scales: Scales,
    catalogued: Chain,
    quantities: Float[np.ndarray, "galaxy quantity"],
    generator: np.random.Generator,
) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """Draw the catalogued lines of mock galaxies.

    Parameters
    ----------
    scales, catalogued : Scales, Chain
        From `research.mock.density.load_density`.
    quantities : (galaxy, 13) array
        Colours [dex], log luminosity and redshift; the redshift determines which lines are cut.
    generator : Generator
        Random number generator.

    Returns
    -------
    ew, ivar : (galaxy, line) arrays
        Equivalent widths [Å] and inverse variances [1/Å²], float64; NaN where not detected or cut.
    """
    uniforms = generator.uniform(1e-6, 1 - 1e-6, (len(quantities), STEPS, 5))
    parts = []
    with jax.enable_x64(True):
        for start in range(0, len(quantities), ROWS):
            uniform, conditions = (_padded(array[start : start + ROWS]) for array in (uniforms, quantities))
            features = with_conditions(
                conditions[:, :N_COLORS], conditions[:, LUMINOSITY_AXIS], conditions[:, REDSHIFT_AXIS]
            )
            drawn = _draw_catalogued(uniform, catalogued, scales, features)
            parts.append([np.asarray(column) for column in (drawn.detected, drawn.ew, drawn.sigma)])
    place = np.argsort(np.array(SEQUENCE))
    in_catalogue, ew, sigma = (np.concatenate(column)[: len(quantities), place] for column in zip(*parts, strict=True))
    detected = in_catalogue & DESI.observable(quantities[:, REDSHIFT_AXIS])
    return np.where(detected, ew, np.nan), np.where(detected, sigma**-2.0, np.nan)


def _padded(rows: Float[np.ndarray, "galaxy ..."]) -> Float[np.ndarray, "row ..."]:
    return np.concatenate([rows, np.repeat(rows[:1], ROWS - len(rows), axis=0)])
