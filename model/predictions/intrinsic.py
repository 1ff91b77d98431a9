"""Percentiles of the intrinsic, noise-free equivalent widths >= 0, without drawing; `draws` draws them."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..distribution.chain import Summary
from ..distribution.latent import TIED, all_lines
from ..distribution.scales import Scales
from ..features import colors
from ..networks.layers import run_dense, run_trunk
from .params import LineDistribution, Params


class IntrinsicEW(NamedTuple):
    """Percentiles of the intrinsic equivalent widths, and the probability that DESI's catalogue lists each line.

    Attributes
    ----------
    p16, p50, p84 : (..., line) array
        16th, 50th and 84th percentile of the noise-free rest-frame equivalent width [Å], >= 0.
    p_detected : (..., line) array
        Probability that the line is listed, at the noise of DESI's bright galaxy sample.
    """

    p16: Float[Array | np.ndarray, "*galaxy line"]
    p50: Float[Array | np.ndarray, "*galaxy line"]
    p84: Float[Array | np.ndarray, "*galaxy line"]
    p_detected: Float[Array | np.ndarray, "*galaxy line"]


@jax.jit
def line_softening(scales: Scales) -> Float[Array, " line"]:
    """Return the EW [Å] of each line below which the scale of the percentiles is linear."""
    strong = jnp.array([step for _, step in TIED])
    free = jnp.asarray(scales.softening)
    return all_lines(free, free[strong] * 10 ** -jnp.asarray(scales.tie))


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
) -> IntrinsicEW:
    """Return percentiles of the intrinsic equivalent widths of galaxies with this continuum.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`. If given, the variant "luminosity" is used.

    Returns
    -------
    IntrinsicEW
        Arrays (..., line); NaN where an input is not a positive number.

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
