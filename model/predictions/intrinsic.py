"""Percentiles of the intrinsic, noise-free equivalent widths >= 0, without drawing; `draws` draws them."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..distribution.chain import Summary
from ..distribution.colors import ColorPosterior
from ..distribution.latent import N_FREE, ONSETS, Response, all_lines, line_softening, run_response
from ..features import VARIANTS, colors, variant_features
from ..lines import LINES
from ..networks.layers import run_dense, run_trunk
from .imputation import known_colors, propagated_variance, widened
from .params import LineDistribution, Params, variants_of
from .undiluted import intrinsic_factor


class IntrinsicEW(NamedTuple):
    """Percentiles of the intrinsic equivalent widths, and the probability that DESI's catalogue lists each line.

    Attributes
    ----------
    p16, p50, p84 : (..., line) array
        16th, 50th and 84th percentile of the noise-free rest-frame equivalent width [Å], >= 0.
    p_detected : (..., line) array
        Probability that the line is listed, at the noise of DESI's bright galaxy sample.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, intrinsic_ew, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> found = intrinsic_ew(load_params(), bins)
    >>> LINES[int(np.argmin(found.p_detected))].label  # the line that is missing from the catalogue most often
    '[O III] 4959'
    """

    p16: Float[Array | np.ndarray, "*galaxy line"]
    p50: Float[Array | np.ndarray, "*galaxy line"]
    p84: Float[Array | np.ndarray, "*galaxy line"]
    p_detected: Float[Array | np.ndarray, "*galaxy line"]


def summarize(
    summary: Summary, features: Float[Array, "*galaxy feature"]
) -> tuple[Float[Array, "*galaxy three line"], Float[Array, "*galaxy line"]]:
    """Return percentiles 16, 50, 84 of arcsinh(EW / softening), and the logit of the probability of detection."""
    raw = run_dense(summary.output, run_trunk(summary.trunk, features))
    middle, below, above, logit = jnp.split(raw, 4, axis=-1)
    low, high = middle - jax.nn.softplus(below), middle + jax.nn.softplus(above)
    return jnp.stack([low, middle, high], axis=-2), logit


def intrinsic_ew(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"] | None = None,
) -> IntrinsicEW:
    """Return percentiles of the intrinsic equivalent widths of galaxies with this continuum.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `luminosities.log_luminosity`. If given, the variant "luminosity" is used.
    redshift : (...) array, optional
        If it and the luminosity are given, and the weights have it, the variant "redshift" is used: redshift and
        luminosity together tell how bright the galaxy appears, and with that how deep DESI sees its lines.
    bin_flux_ivar : (..., 12) array, optional
        Inverse variances of noise in the fluxes beyond DESI's own, which the networks know; 0 or NaN where a bin is
        missing, infinity where it is exact. The interval then includes that noise and the unknown bins.

    Returns
    -------
    IntrinsicEW
        Arrays (..., line); NaN where an input is not a positive number.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, intrinsic_ew, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> found = intrinsic_ew(load_params(), bins, log_luminosity=6.0)
    >>> halpha = [line.name for line in LINES].index("HALPHA")
    >>> f"{found.p84[halpha] / found.p16[halpha]:.0f}"  # galaxies of these colours differ by such a factor in Hα
    '3'
    """
    color = colors(bin_flux) if bin_flux_ivar is None else known_colors(params, bin_flux, bin_flux_ivar)
    return intrinsic_colors(params, color, log_luminosity, redshift)


def intrinsic_colors(
    params: Params,
    given: Float[Array, "*galaxy color"] | ColorPosterior,
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> IntrinsicEW:
    """Predict as `intrinsic_ew` does, from colours, or from `imputation.known_colors` of noisy or missing bins."""
    model = distribution_of(params)
    variants = variants_of(model)
    uncertain = given if isinstance(given, ColorPosterior) else None

    def run(
        color: Float[Array, "*galaxy color"],
    ) -> tuple[Float[Array, "*galaxy three line"], Float[Array, "*galaxy line"]]:
        variant, features = variant_features(color, log_luminosity, redshift, variants)
        return summarize(getattr(model, variant), features)

    color = given.color if isinstance(given, ColorPosterior) else given
    percentiles, logit = run(color)
    if uncertain is not None:
        variance = propagated_variance(lambda color: run(color)[0][..., 1, :], uncertain)
        low, middle, high = (percentiles[..., number, :] for number in range(3))
        low, high = widened(low, middle, high, variance)
        percentiles = jnp.stack([low, middle, high], axis=-2)
    ew = jnp.maximum(jnp.sinh(percentiles), 0.0) * line_softening(model.scales)
    if params.diluted is not None:
        ew = ew * jnp.asarray(intrinsic_factor(params, color, log_luminosity, redshift))[..., None, :]
    return IntrinsicEW(ew[..., 0, :], ew[..., 1, :], ew[..., 2, :], jax.nn.sigmoid(logit))


def richest_intrinsic(
    params: Params,
    color: Float[Array, "*galaxy color"],
    log_luminosity: Float[Array | np.ndarray, "*#galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*#galaxy"] | float | None = None,
) -> IntrinsicEW:
    """Predict as `intrinsic_colors` does, every row by the richest variant that its luminosity and redshift allow.

    NaN or None where missing.
    """
    model, found = distribution_of(params), None
    for number, name in enumerate(VARIANTS):
        given = [value for value in (log_luminosity, redshift)[:number] if value is not None]
        if getattr(model, name) is None or len(given) < number:
            continue
        richer = intrinsic_colors(params, color, *(jnp.broadcast_to(value, color.shape[:-1]) for value in given))
        found = richer if found is None else IntrinsicEW(*map(_or_else, richer, found))
    return intrinsic_colors(params, color, log_luminosity, redshift) if found is None else found


def _or_else(values: Any, others: Any) -> Array:
    return jnp.where(jnp.isnan(values), others, values)


def listing_response(params: Params, bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Response:
    """Return how the equivalent widths that DESI's pipeline measures respond to the noise-free ones.

    Of a line with noise-free equivalent width EW and stated error sigma, the pipeline measures
    m = EW + offset + sigma (bias / (1 + (EW / sigma)²) + scale * normal). It lists m > 0 with the probability
    1 - exp(-m / (onset sigma)).

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.

    Returns
    -------
    Response
        Arrays (..., line); offset [Å]. Plain noise for weights of an earlier release.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import listing_response, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> response = listing_response(load_params(), bins)
    >>> ew, sigma = 50.0, 0.3  # noise-free, and the stated error [Å]
    >>> mean = ew + response.offset + sigma * response.bias / (1 + (ew / sigma) ** 2)  # [Å]
    >>> bool(np.allclose(mean, ew, rtol=0.02))  # offset and bias matter only for weak lines
    True
    """
    return response_of(params, colors(bin_flux))


def response_of(params: Params, color: Float[Array, "*galaxy color"]) -> Response:
    """Return `listing_response` for colours."""
    model = distribution_of(params)
    if model.response is None:
        zero = jnp.zeros((*color.shape[:-1], len(LINES)), color.dtype)
        return Response(zero, zero, zero + 1, zero + ONSETS[0])
    drawn = run_response(model.response, model.scales, color)
    return Response(*(all_lines(column[..., :N_FREE], column[..., N_FREE:]) for column in drawn))


def distribution_of(params: Params) -> LineDistribution:
    """Return the intrinsic distribution of the weights.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution.
    """
    if params.intrinsic is None:
        raise ValueError("These weights have no intrinsic distribution. Use the default.")
    return params.intrinsic
