"""Joint draws of a galaxy's lines: the catalogued lines with noise, and the noise-free lines behind them.

One joint distribution is drawn in two steps: first the catalogued lines of a galaxy with this continuum, then the
noise-free lines given the catalogued ones. `sample_observed` returns the first, `sample_ew` the second.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr, ndtri
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ..distribution.catalogued import CONTEXT, SEQUENCE, STEPS, draw_catalogued
from ..distribution.colors import ColorPosterior
from ..distribution.conditioning import with_conditions
from ..distribution.latent import N_FREE, TIED, all_lines, draw_latent, draw_ties, from_unit, tied_ew
from ..features import colors
from ..linear import root
from .imputation import known_colors
from .intrinsic import distribution_of
from .params import Params
from .undiluted import intrinsic_factor


class ObservedLines(NamedTuple):
    """Lines as a catalogue would list them.

    Attributes
    ----------
    ew : (..., line) array
        Equivalent width with noise [Å]; <= 0 where the line is not detected.
    ew_ivar : (..., line) array
        Inverse variance of the equivalent width [1/Å²].
    """

    ew: Float[Array | np.ndarray, "*galaxy line"]
    ew_ivar: Float[Array | np.ndarray, "*galaxy line"]

    @property
    def detected(self) -> Bool[Array | np.ndarray, "*galaxy line"]:
        """Whether the line would be listed."""
        return self.ew > 0


def sample_ew(
    key: PRNGKeyArray,
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"] | None = None,
) -> Float[Array, "*galaxy line"]:
    """Draw intrinsic equivalent widths jointly: noise-free, >= 0, at most the largest of the training sample.

    Parameters
    ----------
    key : PRNG key
        The same key and continuum give the same draw.
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`; NaN or None where missing.
    redshift : (...) array, optional
        See `sample_observed`.
    bin_flux_ivar : (..., 12) array, optional
        See `sample_observed`.

    Returns
    -------
    (..., line) array
        Rest-frame equivalent widths [Å]; [O III] 4959 and [N II] 6548 follow their strong partners.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.
    """
    return sample_both(key, params, bin_flux, log_luminosity, redshift, bin_flux_ivar)[0]


def sample_observed(
    key: PRNGKeyArray,
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"] | None = None,
) -> ObservedLines:
    """Draw the lines that DESI's catalogue would list: the draw of `sample_ew` for this key, with noise and selection.

    Parameters
    ----------
    key : PRNG key
        The same key and continuum give the same draw.
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`; NaN or None where missing.
    redshift : (...) array, optional
        Makes the drawn errors more accurate; NaN or None where missing. A draw uses the same random numbers with and
        without it.
    bin_flux_ivar : (..., 12) array, optional
        Inverse variances of noise in the fluxes beyond DESI's own; 0 or NaN where a bin is missing, infinity where it
        is exact. Each draw is then of a galaxy with other colours that agree with the fluxes.

    Returns
    -------
    ObservedLines
        Equivalent widths with noise [Å], <= 0 where not detected, and their inverse variances [1/Å²].

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.
    """
    return sample_both(key, params, bin_flux, log_luminosity, redshift, bin_flux_ivar)[1]


def sample_both(
    key: PRNGKeyArray,
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"] | None = None,
) -> tuple[Float[Array, "*galaxy line"], ObservedLines]:
    """Return the results of `sample_ew` and of `sample_observed` for one draw; parameters as for the latter."""
    if bin_flux_ivar is None:
        color = colors(bin_flux)
    else:
        color = draw_colors(key, known_colors(params, bin_flux, bin_flux_ivar))
    return sample_colors(key, params, color, log_luminosity, redshift)


def sample_colors(
    key: PRNGKeyArray,
    params: Params,
    color: Float[Array, "*galaxy color"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> tuple[Float[Array, "*galaxy line"], ObservedLines]:
    """Draw as `sample_both` does, from colours."""
    model = distribution_of(params)
    features = with_conditions(color, log_luminosity, redshift)
    numbers = (5 * STEPS, 2 * N_FREE, len(TIED), STEPS)
    uniform = jax.random.uniform(key, (*features.shape[:-1], sum(numbers)), features.dtype, 1e-6, 1 - 1e-6)
    catalogued, latent, pair, faint = jnp.split(uniform, np.cumsum(numbers)[:-1], axis=-1)
    catalogued, latent = (
        uniforms.reshape(*uniforms.shape[:-1], count, -1) for uniforms, count in ((catalogued, STEPS), (latent, N_FREE))
    )
    drawn = draw_catalogued(catalogued, model.catalogued, model.scales, features)
    context = drawn.context.reshape(*features.shape[:-1], CONTEXT)
    free = from_unit(model.scales, draw_latent(latent, model.latent, model.scales, features, context))
    strong, weak = np.array([step for _, step in TIED]), slice(N_FREE, None)
    both = drawn.detected[..., strong] & drawn.detected[..., weak]
    ties = draw_ties(pair, model.scales)
    # FastSpecFit fits one amplitude to both lines of a pair, so the catalogued ratio is free of noise.
    ties = jnp.where(both, drawn.ew[..., weak] / drawn.ew[..., strong], ties)
    factor = intrinsic_factor(params, color, log_luminosity, redshift)
    ew = all_lines(free, tied_ew(model.scales, free[..., strong], ties)) * factor
    place = np.argsort(np.array(SEQUENCE))
    detected, ew_catalogued, sigma = (column[..., place] for column in (drawn.detected, drawn.ew, drawn.sigma))
    ew_catalogued = ew_catalogued * factor
    return ew, ObservedLines(jnp.where(detected, ew_catalogued, sigma * _below_zero(faint, ew / sigma)), 1 / sigma**2)


def draw_colors(key: PRNGKeyArray, given: ColorPosterior) -> Float[Array, "*galaxy color"]:
    """Draw colours that agree with noisy or missing bins, from `imputation.known_colors`."""
    normal = jax.random.normal(jax.random.fold_in(key, 1), given.color.shape, given.color.dtype)
    return given.color + jnp.einsum("...cd,...d->...c", root(given.covariance), normal)


def _below_zero(uniform: Array, signal: Array) -> Array:
    """Return the signal-to-noise <= 0 of an undetected line: Gaussian noise about its signal, truncated above 0."""
    return jnp.minimum(signal + ndtri(uniform * jnp.maximum(ndtr(-signal), 1e-30)), 0.0)
