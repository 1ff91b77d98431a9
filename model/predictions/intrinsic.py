"""Intrinsic equivalent widths: free of noise, >= 0, with their scatter and correlations; and what DESI would list.

All of it is one distribution, drawn from its observable end: first what the catalogue would list of a galaxy with this
continuum, then the noise-free lines that such a list leaves possible. `sample_observed` gives the first, `sample_ew`
the second, and `intrinsic_ew` knows the percentiles without drawing.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr, ndtri
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ..distribution.catalogued import CONTEXT, SEQUENCE, STEPS, draw_list
from ..distribution.chain import Summary
from ..distribution.conditioning import with_known
from ..distribution.latent import FREE, TIED, all_lines, draw_latent, draw_ties, from_unit, tied_ew
from ..distribution.scales import Scales
from ..features import colors
from ..networks.layers import run_trunk
from .params import LineDistribution, Params


class Observed(NamedTuple):
    """Lines as a catalogue would list them.

    Attributes
    ----------
    ew : (..., 10) array
        Equivalent width with noise [Å]; <= 0 where the line is not detected.
    ew_ivar : (..., 10) array
        Its inverse variance [1/Å²].
    """

    ew: Float[Array | np.ndarray, "*galaxy line"]
    ew_ivar: Float[Array | np.ndarray, "*galaxy line"]

    @property
    def detected(self) -> Bool[Array | np.ndarray, "*galaxy line"]:
        """Whether the line would be listed."""
        return self.ew > 0


class IntrinsicEW(NamedTuple):
    """Percentiles of the intrinsic equivalent widths, and how often DESI's catalogue would list each line.

    Attributes
    ----------
    p16, p50, p84 : (..., 10) array
        16th, 50th and 84th percentile of the noise-free rest-frame equivalent width [Å], >= 0.
    p_detected : (..., 10) array
        Probability that the line is listed, at the noise of DESI's bright galaxy sample.
    """

    p16: Float[Array | np.ndarray, "*galaxy line"]
    p50: Float[Array | np.ndarray, "*galaxy line"]
    p84: Float[Array | np.ndarray, "*galaxy line"]
    p_detected: Float[Array | np.ndarray, "*galaxy line"]


@jax.jit
def line_softening(scales: Scales) -> Float[Array, " line"]:
    """EW [Å] of each line below which the percentiles' scale is linear."""
    strong = jnp.array([step for _, step in TIED])
    free = jnp.asarray(scales.softening)
    return all_lines(free, free[strong] * 10 ** -jnp.asarray(scales.tie))


def summarize(
    summary: Summary, features: Float[Array, "*galaxy feature"]
) -> tuple[Float[Array, "*galaxy three line"], Float[Array, "*galaxy line"]]:
    """Percentiles 16, 50, 84 of arcsinh(EW / softening), and the logit of being listed."""
    hidden = run_trunk(summary, features)
    middle, below, above, logit = jnp.split(hidden @ summary.output.weight + summary.output.bias, 4, axis=-1)
    low, high = middle - jax.nn.softplus(below), middle + jax.nn.softplus(above)
    return jnp.stack([low, middle, high], axis=-2), logit


def intrinsic_ew(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> IntrinsicEW:
    """Percentiles of the intrinsic equivalent widths of galaxies with this continuum.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`. Given, the variant that uses it answers.

    Returns
    -------
    IntrinsicEW
        Arrays (..., 10); NaN where an input is not a positive number.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.
    """
    model, features = distribution_of(params), colors(bin_flux)
    summary = model.colors
    if log_luminosity is not None:
        summary = model.luminosity
        luminosity = jnp.broadcast_to(jnp.asarray(log_luminosity, features.dtype), features.shape[:-1])
        features = jnp.concatenate([features, luminosity[..., None]], axis=-1)
    percentiles, logit = summarize(summary, features)
    ew = jnp.maximum(jnp.sinh(percentiles), 0.0) * line_softening(model.scales)
    return IntrinsicEW(ew[..., 0, :], ew[..., 1, :], ew[..., 2, :], jax.nn.sigmoid(logit))


def sample_ew(
    key: PRNGKeyArray,
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> Float[Array, "*galaxy line"]:
    """Draw intrinsic equivalent widths jointly: noise-free, >= 0, none beyond the sample's largest.

    Parameters
    ----------
    key : PRNG key
        The same key and continuum give the same draw.
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`; NaN or None where it is not known.

    Returns
    -------
    (..., 10) array
        Rest-frame equivalent widths [Å]; [O III] 4959 and [N II] 6548 follow their strong partners.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.
    """
    return sample_both(key, params, bin_flux, log_luminosity)[0]


def sample_observed(
    key: PRNGKeyArray,
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> Observed:
    """Draw what DESI's catalogue would list: the draw of `sample_ew` for the same key, with noise and selection.

    Parameters
    ----------
    key : PRNG key
        The same key and continuum give the same draw.
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`; NaN or None where it is not known.
    redshift : (...) array, optional
        Sharpens the errors; NaN or None where it is not known. The same random numbers make the draw with and without.

    Returns
    -------
    Observed
        Equivalent widths with noise [Å], <= 0 where not detected, and their inverse variances [1/Å²].

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.
    """
    return sample_both(key, params, bin_flux, log_luminosity, redshift)[1]


def sample_both(
    key: PRNGKeyArray,
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> tuple[Float[Array, "*galaxy line"], Observed]:
    """Draw once, and give what `sample_ew` and `sample_observed` give of that draw; arguments as for the latter."""
    model, color = distribution_of(params), colors(bin_flux)
    features = with_known(color, log_luminosity, redshift)
    numbers = (5 * STEPS, 2 * FREE, len(TIED), STEPS)
    level = jax.random.uniform(key, (*features.shape[:-1], sum(numbers)), features.dtype, 1e-6, 1 - 1e-6)
    listing, latent, pair, faint = jnp.split(level, np.cumsum(numbers)[:-1], axis=-1)
    listing, latent = (each.reshape(*each.shape[:-1], count, -1) for each, count in ((listing, STEPS), (latent, FREE)))
    drawn = draw_list(listing, model.listing, model.scales, features)
    context = drawn.context.reshape(*features.shape[:-1], CONTEXT)
    free = from_unit(model.scales, draw_latent(latent, model.latent, model.scales, features, context))
    strong, weak = np.array([step for _, step in TIED]), slice(FREE, None)
    both = drawn.there[..., strong] & drawn.there[..., weak]
    ties = draw_ties(pair, model.scales)
    # The catalogue's fit gives both lines of a pair one amplitude: their listed ratio is free of noise.
    ties = jnp.where(both, drawn.ew[..., weak] / drawn.ew[..., strong], ties)
    ew = all_lines(free, tied_ew(model.scales, free[..., strong], ties))
    place = np.argsort(np.array(SEQUENCE))
    there, listed, sigma = (column[..., place] for column in (drawn.there, drawn.ew, drawn.sigma))
    return ew, Observed(jnp.where(there, listed, sigma * _below_zero(faint, ew / sigma)), 1 / sigma**2)


def _below_zero(level: Array, signal: Array) -> Array:
    """Signal-to-noise <= 0 of an undetected line: Gaussian noise about its signal, given that it ends below zero."""
    return jnp.minimum(signal + ndtri(level * jnp.maximum(ndtr(-signal), 1e-30)), 0.0)


def distribution_of(params: Params) -> LineDistribution:
    """Give the weights' distribution.

    Raises
    ------
    ValueError
        If they have none.
    """
    if params.intrinsic is None:
        raise ValueError("These weights have no intrinsic distribution. Use the default.")
    return params.intrinsic
