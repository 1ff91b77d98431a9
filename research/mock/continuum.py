"""Continua of mock galaxies: a Gaussian mixture over colours, luminosity and redshift."""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.catalogue.schema import N_BINS

N_COLORS: Final = N_BINS - 1
QUANTITIES: Final = (*(f"color_{index:02d}" for index in range(N_COLORS)), "log_luminosity", "redshift")
"""Axes of the mixture."""
LUMINOSITY_AXIS: Final = N_COLORS
REDSHIFT_AXIS: Final = N_COLORS + 1


class ContinuumMixture(NamedTuple):
    """Full-covariance Gaussians over standardised quantities.

    Attributes
    ----------
    weights : (component,) array
        Weights of the mixture.
    means : (component, quantity) array
        Standardised means.
    choleskys : (component, quantity, quantity) array
        Lower triangular factors of the covariances.
    center, scale : (quantity,) arrays
        Mean and standard deviation of the training galaxies: colours [dex], log luminosity, redshift.
    low, high : (quantity,) arrays
        Smallest and largest value of the training galaxies; draws outside are rejected.
    """

    weights: Float[np.ndarray, " component"]
    means: Float[np.ndarray, "component quantity"]
    choleskys: Float[np.ndarray, "component quantity quantity"]
    center: Float[np.ndarray, " quantity"]
    scale: Float[np.ndarray, " quantity"]
    low: Float[np.ndarray, " quantity"]
    high: Float[np.ndarray, " quantity"]


def draw_continuum(
    mixture: ContinuumMixture, n: int, generator: np.random.Generator
) -> Float[np.ndarray, "galaxy quantity"]:
    """Draw `n` galaxies' colours [dex], log luminosities and redshifts."""
    kept = np.empty((0, len(QUANTITIES)))
    while len(kept) < n:
        component = generator.choice(len(mixture.weights), size=n, p=mixture.weights / mixture.weights.sum())
        noise = generator.standard_normal((n, len(QUANTITIES)))
        drawn = np.empty_like(noise)
        for index in np.unique(component):
            rows = component == index
            drawn[rows] = mixture.means[index] + noise[rows] @ mixture.choleskys[index].T
        drawn = drawn * mixture.scale + mixture.center
        kept = np.concatenate([kept, drawn[((drawn >= mixture.low) & (drawn <= mixture.high)).all(axis=1)]])
    return kept[:n]
