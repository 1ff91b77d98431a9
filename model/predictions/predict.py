"""Prediction of the lines' equivalent widths from a continuum."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..distribution.colors import ColorPosterior
from ..distribution.widening import width_factor
from ..features import colors, variant_features
from ..networks.joint import quantiles
from ..networks.per_line import PerLineNetwork, per_line_output
from .imputation import known_colors, propagated_variance, widened
from .params import Params, bins_of, variants_of


class Prediction(NamedTuple):
    """Equivalent widths as DESI's catalogue would list them for galaxies in which the line is detected.

    Attributes
    ----------
    ew : (..., line) array
        Median rest-frame equivalent width [Å], positive in emission.
    p16, p84 : (..., line) array
        16th and 84th percentile [Å], which include the scatter of galaxies, DESI's measurement noise, and the error of
        the network where colours are rare. NaN for networks without an interval.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import load_params, predict
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> ew, p16, p84 = predict(load_params(), bins)
    >>> bool((p16 < ew).all()), bool((ew < p84).all())
    (True, True)
    >>> f"{np.median((p84 - p16) / 2 / ew):.1f}"  # a typical line is known to 60 %
    '0.6'
    """

    ew: Float[Array | np.ndarray, "*galaxy line"]
    p16: Float[Array | np.ndarray, "*galaxy line"]
    p84: Float[Array | np.ndarray, "*galaxy line"]


def predict(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"] | None = None,
) -> Prediction:
    """Predict the equivalent widths, as catalogued given detection, with their 16-84 % interval.

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
    Prediction
        Arrays (..., line) [Å]; NaN where an input is not a positive number.

    Raises
    ------
    ValueError
        If the weights lack the variant asked for.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, load_params, predict
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> found = predict(load_params(), bins)
    >>> ew = dict(zip([line.name for line in LINES], found.ew))  # [Å]
    >>> f"{ew['NII_6584'] / ew['NII_6548']:.0f}"  # atomic physics fixes this ratio, which the network has learnt
    '3'
    >>> many = predict(load_params(), np.tile(bins, (3, 1)), log_luminosity=np.array([6.0, 6.5, 7.0]))
    >>> bool((np.diff(many.ew[:, 0]) < 0).all())  # the more luminous the galaxy, the weaker [O II]
    True
    """
    if bin_flux_ivar is None:
        color = colors(bin_flux, bins_of(params))
    else:
        color = known_colors(params, bin_flux, bin_flux_ivar)
    return predict_colors(params, color, log_luminosity, redshift)


def predict_colors(
    params: Params,
    given: Float[Array, "*galaxy color"] | ColorPosterior,
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
) -> Prediction:
    """Predict as `predict` does, from colours, or from `imputation.known_colors` of noisy or missing bins."""
    variants = variants_of(params)
    uncertain = given if isinstance(given, ColorPosterior) else None
    color = given.color if isinstance(given, ColorPosterior) else given
    variant, features = variant_features(color, log_luminosity, redshift, variants)
    network = getattr(params, variant)
    if network is None:
        raise ValueError(f"These weights have no {variant!r} variant. Choose another model or variant.")
    if isinstance(network, PerLineNetwork):
        ew = jnp.sinh(per_line_output(network, features))
        return Prediction(ew, jnp.full_like(ew, jnp.nan), jnp.full_like(ew, jnp.nan))
    middle, low, high = quantiles(network, features)
    if params.widening is not None and params.domain is not None:
        factor = width_factor(params.widening, params.domain, color)
        low, high = middle - factor * (middle - low), middle + factor * (high - middle)
    if uncertain is not None:

        def median(color: Float[Array, "*galaxy color"]) -> Float[Array, "*galaxy line"]:
            return quantiles(network, variant_features(color, log_luminosity, redshift, variants)[1]).median

        low, high = widened(low, middle, high, propagated_variance(median, uncertain))
    return Prediction(*(jnp.maximum(jnp.sinh(value), 0.0) for value in (middle, low, high)))


def predict_ew(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"] | None = None,
) -> Float[Array, "*galaxy line"]:
    """Predict the equivalent widths, as catalogued given detection.

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
    (..., line) array
        Median rest-frame equivalent widths [Å], positive in emission, in the order of `LINES`.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454.

    Examples
    --------
    >>> import jax
    >>> import numpy as np
    >>> from galactic_neon import LINES, load_params, predict_ew
    >>> params = load_params()
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> halpha = [line.name for line in LINES].index("HALPHA")
    >>> red, blue = predict_ew(params, np.stack([bins, np.ones(12)]))[:, halpha]  # [Å]
    >>> bool(blue > 3 * red)  # bluer stars are younger and ionise more gas
    True
    >>> slopes = jax.jacfwd(predict_ew, argnums=1)(params, bins)  # d EW / d flux
    >>> bool(np.allclose(slopes @ bins, 0.0, atol=1e-3))  # only the ratios of the fluxes matter
    True
    """
    return jnp.asarray(predict(params, bin_flux, log_luminosity, redshift, bin_flux_ivar).ew)
