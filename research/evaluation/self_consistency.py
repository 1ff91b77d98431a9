"""Simulation-based calibration: whether the joint distribution agrees with its own response of the measurement.

Noise-free lines are drawn, measured with the response, and drawn again given what was measured. If the distribution of
the noise-free lines given the listed ones is the posterior of that measurement, the rank of the first value among the
second ones is uniform (Talts et al. 2018, arXiv:1804.06788). A distribution whose noise-free lines contradict the noise
shows ranks that pile up at one end.
"""

from typing import Final

import jax
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from model.distribution.catalogued import CONTEXT, to_catalogued
from model.distribution.conditioning import with_conditions
from model.distribution.latent import N_FREE, ORDER, TIED, draw_latent, fading_bias, from_unit, log_listed
from model.features import colors
from model.lines import LINE_NAMES
from model.predictions.intrinsic import distribution_of, listing_response
from model.predictions.joint.batch import sample_many
from model.predictions.params import LineDistribution, Params
from research.statistics.draw_scores import distance_from_uniform

DRAWS: Final = 31
"""Draws per galaxy and line among which the first value is ranked."""


def renoise(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    ew: Float[np.ndarray, "galaxy line"],
    sigma: Float[np.ndarray, "galaxy line"],
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """Measure noise-free lines again.

    Parameters
    ----------
    params : Params
        Weights with an intrinsic distribution.
    bin_flux : (galaxy, 12) array
        Mean continuum per bin.
    ew, sigma : (galaxy, line) array
        Noise-free equivalent widths and errors [Å].
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    measured, chance : (galaxy, line) arrays
        Measured equivalent widths [Å], NaN where not listed; and the probability of a listing.
    """
    response = listing_response(params, bin_flux)
    middle = np.asarray(ew + response.offset + sigma * fading_bias(response, ew, sigma))
    measured = middle + np.asarray(response.scale) * sigma * rng.standard_normal(ew.shape)
    passed_over = rng.exponential(np.asarray(response.onset)) > measured / sigma
    measured = np.where((measured > 0) & ~passed_over, measured, np.nan)
    for weak, step in TIED:
        # The pipeline fits one amplitude to both lines of a pair, so that the weak one has no noise of its own.
        strong = measured[:, ORDER[step]]
        tied = strong * ew[:, weak] / np.maximum(ew[:, ORDER[step]], 1e-6)
        measured[:, weak] = np.where(np.isnan(strong) | np.isnan(measured[:, weak]), measured[:, weak], tied)
    return measured, np.exp(np.asarray(log_listed(response, ew, sigma)[0]))


def ranks(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    seed: int = 0,
) -> Float[np.ndarray, "galaxy free"]:
    """Rank noise-free lines among draws given what was measured of them.

    Parameters
    ----------
    params : Params
        Weights with an intrinsic distribution.
    bin_flux : (galaxy, 12) array
        Mean continuum per bin.
    log_luminosity, redshift : (galaxy,) array
        See `luminosities.log_luminosity`.
    seed : int
        Number of the realisation.

    Returns
    -------
    (galaxy, 8) array
        Ranks in (0, 1) of the free lines, in the order of `latent.ORDER`.
    """
    ew, drawn = sample_many(seed, params, bin_flux, log_luminosity, redshift)
    rng = np.random.Generator(np.random.PCG64(seed))
    sigma = 1 / np.sqrt(np.asarray(drawn.ew_ivar))
    measured = renoise(params, bin_flux, np.asarray(ew), sigma, rng)[0].astype(np.float32)
    features = with_conditions(colors(bin_flux), log_luminosity, redshift)
    again = np.stack(
        [
            np.asarray(_draw_again(jax.random.key(number), distribution_of(params), features, measured, sigma))
            for number in range(DRAWS)
        ]
    )
    below = (again < np.asarray(ew)[:, list(ORDER)]).sum(axis=0)
    equal = (again == np.asarray(ew)[:, list(ORDER)]).sum(axis=0)
    return (below + rng.random(below.shape) * (equal + 1)) / (DRAWS + 1)


@jax.jit
def _draw_again(
    key: PRNGKeyArray, model: LineDistribution, features: Array, measured: Array, sigma: Array
) -> Float[Array, "galaxy free"]:
    """Draw the noise-free free lines [Å] given measured ones, NaN where not listed."""
    listed = to_catalogued(model.scales, measured, sigma, np.zeros(measured.shape, bool))
    uniforms = jax.random.uniform(key, (len(measured), N_FREE, 2), features.dtype, 1e-6, 1 - 1e-6)
    context = listed.context.reshape(-1, CONTEXT)
    return from_unit(model.scales, draw_latent(uniforms, model.latent, model.scales, features, context))


def rank_distances(rank: Float[np.ndarray, "galaxy free"]) -> dict[str, float]:
    """Return the largest distance of each free line's rank distribution from the uniform one."""
    return {LINE_NAMES[line]: distance_from_uniform(rank[:, step]) for step, line in enumerate(ORDER)}
