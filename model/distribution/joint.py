"""One joint draw of a galaxy's lines: as a catalogue lists them, and noise-free, given the catalogued ones."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr, ndtri
from jaxtyping import Array, Bool, Float, UInt32

from ..numerics.random_numbers import uniforms
from .catalogued import CONTEXT, SEQUENCE, STEPS, draw_catalogued
from .chain import Chain, FirstLine
from .latent import N_FREE, TIED, all_lines, draw_latent, draw_ties, from_unit, tied_ew
from .scales import Scales


class JointDraw(NamedTuple):
    """One draw, in the order of `LINES`.

    Attributes
    ----------
    ew : (..., line) array
        Noise-free equivalent widths [Å], >= 0.
    detected : (..., line) array of bool
        Whether the catalogue lists the line.
    listed, sigma : (..., line) array
        Listed equivalent widths and errors [Å]; the former mean nothing where a line is not detected.
    uniform : (..., line) array
        Unused random numbers, for the noise of lines that are not detected.
    """

    ew: Float[Array, "*galaxy line"]
    detected: Bool[Array, "*galaxy line"]
    listed: Float[Array, "*galaxy line"]
    sigma: Float[Array, "*galaxy line"]
    uniform: Float[Array, "*galaxy line"]


def draw_joint(
    words: UInt32[Array, "*galaxy 2"],
    chains: tuple[Chain, Chain],
    scales: Scales,
    features: Float[Array, "*galaxy feature"],
    first: FirstLine | None = None,
) -> JointDraw:
    """Draw the lines of galaxies.

    Parameters
    ----------
    words : (..., 2) array
        Keys of the rows.
    chains : tuple of Chain
        Those of the catalogued and of the noise-free lines.
    scales : Scales
        Units of the lines.
    features : (..., feature) array
        From `conditioning.with_conditions`.
    first : FirstLine, optional
        The first line of the chains, Hα, where it is known; the others are drawn given it.

    Returns
    -------
    JointDraw
        Arrays (..., line).
    """
    numbers = (5 * STEPS, 2 * N_FREE, len(TIED), STEPS)
    uniform = uniforms(words, sum(numbers)).astype(features.dtype)
    catalogued, latent, pair, faint = jnp.split(uniform, np.cumsum(numbers)[:-1], axis=-1)
    catalogued, latent = (
        part.reshape(*part.shape[:-1], count, part.shape[-1] // count)
        for part, count in ((catalogued, STEPS), (latent, N_FREE))
    )
    drawn = draw_catalogued(catalogued, chains[0], scales, features, first)
    context = drawn.context.reshape(*features.shape[:-1], CONTEXT)
    free = from_unit(scales, draw_latent(latent, chains[1], scales, features, context, first))
    strong, weak = np.array([step for _, step in TIED]), slice(N_FREE, None)
    both = drawn.detected[..., strong] & drawn.detected[..., weak]
    ties = draw_ties(pair, scales)
    # FastSpecFit fits one amplitude to both lines of a pair, so the catalogued ratio is free of noise.
    ties = jnp.where(both, drawn.ew[..., weak] / drawn.ew[..., strong], ties)
    ew = all_lines(free, tied_ew(scales, free[..., strong], ties))
    place = np.argsort(np.array(SEQUENCE))
    detected, listed, sigma = (column[..., place] for column in (drawn.detected, drawn.ew, drawn.sigma))
    return JointDraw(ew, detected, listed, sigma, faint)


def noise_below_zero(uniform: Float[Array, "*any"], signal: Float[Array, "*any"]) -> Float[Array, "*any"]:
    """Return the signal-to-noise <= 0 of an undetected line: Gaussian noise about its signal, truncated above 0."""
    return jnp.minimum(signal + ndtri(uniform * jnp.maximum(ndtr(-signal), 1e-30)), 0.0)
