"""Intrinsic equivalent widths: free of noise, >= 0, with their scatter and correlations; and what DESI would list.

All of it is one distribution. `sample_ew` draws from it, `sample_observed` adds what a catalogue does to the same draw
of the same key, and `intrinsic_ew` knows its percentiles without drawing.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from .chain import Summary, run_trunk
from .features import colors
from .latent import TIED, Scales, all_lines, draw_latent, draw_ties, from_unit, tied_ew
from .network import LineDistribution, Params
from .observation import Observed, draw_observed, with_redshift


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
    features, model = select_variant(params, bin_flux, log_luminosity)
    percentiles, logit = summarize(model.summary, features)
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
        See `features.log_luminosity`. Given, the variant that uses it answers.

    Returns
    -------
    (..., 10) array
        Rest-frame equivalent widths [Å]; [O III] 4959 and [N II] 6548 follow their strong partners.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.
    """
    features, model = select_variant(params, bin_flux, log_luminosity)
    return _lines(model.scales, *_draw(key, model, features))


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
        See `features.log_luminosity`. Given, the variant that uses it answers.
    redshift : (...) array, optional
        Sharpens the errors; NaN or None where it is not known.

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
    features, model = select_variant(params, bin_flux, log_luminosity)
    unit, ties = _draw(key, model, features)
    known = None if redshift is None else jnp.broadcast_to(jnp.asarray(redshift), features.shape[:-1])
    seen = draw_observed(
        jax.random.fold_in(key, 1), model.channel, model.scales, with_redshift(features, known), unit, ties
    )
    return _lines(model.scales, unit, ties), seen


def _draw(key: PRNGKeyArray, model: LineDistribution, features: Array) -> tuple[Array, Array]:
    lines, pairs = jax.random.split(jax.random.fold_in(key, 0))
    unit = draw_latent(lines, model.latent, model.scales, features)
    return unit, draw_ties(pairs, model.latent, model.scales, features, unit)


def _lines(scales: Scales, unit: Array, ties: Array) -> Array:
    free = from_unit(scales, unit)
    return all_lines(free, tied_ew(scales, free[..., np.array([step for _, step in TIED])], ties))


def select_variant(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None,
) -> tuple[Float[Array, "*galaxy feature"], LineDistribution]:
    """Choose the features of the variant that the inputs allow, and its distribution."""
    features = colors(bin_flux)
    if log_luminosity is None:
        variant, model = "colors", params.intrinsic_colors
    else:
        variant, model = "luminosity", params.intrinsic_luminosity
        luminosity = jnp.broadcast_to(jnp.asarray(log_luminosity, features.dtype), features.shape[:-1])
        features = jnp.concatenate([features, luminosity[..., None]], axis=-1)
    if model is None:
        raise ValueError(f"These weights have no intrinsic distribution for the {variant!r} variant. Use the default.")
    return features, model
