"""Predictions for many galaxies, in chunks of fixed shapes that bound compilations and memory."""

from functools import partial
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from ..bins import N_BINS
from ..features import VARIANTS
from .chunks import CHUNKS, in_chunks
from .domain.domain import domain_score
from .imputation import fill_bins, in_range, known_colors_many
from .intrinsic import IntrinsicEW, distribution_of, intrinsic_colors, intrinsic_ew
from .map import MapPlace, place_on_map
from .params import Params
from .predict import Prediction, predict, predict_colors
from .variants import in_one_shape

_predict = jax.jit(predict)
_place = jax.jit(place_on_map)
_score = jax.jit(domain_score)
_intrinsic = jax.jit(intrinsic_ew)
_predict_known = jax.jit(predict_colors)
_intrinsic_known = jax.jit(intrinsic_colors)
_fill = jax.jit(fill_bins)


def predict_many(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
    bin_flux_ivar: Float[np.ndarray, "galaxy bin"] | None = None,
) -> Prediction:
    """Predict the equivalent widths of many galaxies.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (galaxy,) array, optional
        See `luminosities.log_luminosity`. If given, the variant "luminosity" is used.
    redshift : (galaxy,) array, optional
        If it and the luminosity are given, and the weights have it, the variant "redshift" is used.
    bin_flux_ivar : (galaxy, 12) array, optional
        See `predict.predict`.

    Returns
    -------
    Prediction
        numpy arrays (galaxy, line) [Å]; NaN where an input is not a positive number.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import load_params, predict, predict_many
    >>> bins = np.random.default_rng(1).uniform(1.0, 2.0, (5000, 12))
    >>> found = predict_many(load_params(), bins)
    >>> bool(np.allclose(found.ew[4000], predict(load_params(), bins[4000]).ew, rtol=1e-3))
    True
    """
    same, conditions = in_one_shape(params, len(bin_flux), log_luminosity, redshift)
    needed = same._replace(map=None, intrinsic=None)
    if bin_flux_ivar is None:
        return in_chunks(partial(_predict, needed), bin_flux, *conditions)

    def uncertain(flux: Any, ivar: Any, *conditions: Any) -> Prediction:
        return _predict_known(needed, known_colors_many(params, flux, ivar), *conditions)

    return in_chunks(uncertain, *in_range(bin_flux, bin_flux_ivar), *conditions)


def intrinsic_many(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
    bin_flux_ivar: Float[np.ndarray, "galaxy bin"] | None = None,
) -> IntrinsicEW:
    """Return percentiles of the intrinsic equivalent widths of many galaxies.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (galaxy,) array, optional
        See `luminosities.log_luminosity`. If given, the variant "luminosity" is used.
    redshift : (galaxy,) array, optional
        If it and the luminosity are given, and the weights have it, the variant "redshift" is used.
    bin_flux_ivar : (galaxy, 12) array, optional
        See `predict.predict`.

    Returns
    -------
    IntrinsicEW
        numpy arrays (galaxy, line); NaN where an input is not a positive number.
    """
    same, conditions = in_one_shape(distribution_of(params), len(bin_flux), log_luminosity, redshift)
    needed = params._replace(**dict.fromkeys(VARIANTS), map=None, intrinsic=same)
    if params.diluted is not None:
        free, _ = in_one_shape(params, len(bin_flux), log_luminosity, redshift)
        noisy, _ = in_one_shape(params.diluted, len(bin_flux), log_luminosity, redshift)
        needed = needed._replace(**{name: getattr(free, name) for name in VARIANTS}, diluted=noisy)
    if bin_flux_ivar is None:
        return in_chunks(partial(_intrinsic, needed), bin_flux, *conditions)

    def uncertain(flux: Any, ivar: Any, *conditions: Any) -> IntrinsicEW:
        return _intrinsic_known(needed, known_colors_many(params, flux, ivar), *conditions)

    return in_chunks(uncertain, *in_range(bin_flux, bin_flux_ivar), *conditions)


def place_many(params: Params, bin_flux: Float[np.ndarray, "galaxy bin"]) -> MapPlace:
    """Place many galaxies on the map.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, any unit, > 0.

    Returns
    -------
    MapPlace
        Positions on the map, numpy arrays (galaxy, 2).
    """
    return in_chunks(partial(_place, params), bin_flux)


def score_many(params: Params, bin_flux: Float[np.ndarray, "galaxy bin"]) -> Float[np.ndarray, " galaxy"]:
    """Return the domain scores of many galaxies.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        See `domain.domain_score`.

    Returns
    -------
    (galaxy,) array
        Shares of the training galaxies whose colours are rarer.
    """
    return in_chunks(partial(_score, params), bin_flux)


def complete_many(params: Params, bin_flux: Float[np.ndarray, "galaxy bin"]) -> Float[np.ndarray, "galaxy bin"]:
    """Fill the missing end bins of many galaxies.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        See `imputation.complete_bins`.

    Returns
    -------
    (galaxy, 12) array
        The given fluxes, with missing end bins filled in.
    """

    def filled(flux: Any, *bins: Any) -> Any:
        return _fill(flux, known_colors_many(params, *bins).color)

    ivar = np.where(np.isfinite(bin_flux), np.inf, 0.0)
    return in_chunks(filled, bin_flux, *in_range(bin_flux, ivar))


def warm_up(params: Params, sizes: tuple[int, ...] = CHUNKS[:3]) -> None:
    """Compile the functions of a server's requests before the first request.

    Parameters
    ----------
    params : Params
        From `load_params`.
    sizes : tuple of int
        Row counts to compile.
    """
    for size in sizes:
        flux = np.ones((size, N_BINS), np.float32)
        # One program serves every variant, see `in_one_shape`.
        predict_many(params, flux, None if params.colors is not None else np.full(size, 6.4, np.float32))
        place_many(params, flux)
