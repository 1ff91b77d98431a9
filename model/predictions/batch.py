"""Many galaxies at a time: fixed chunk shapes, so that nothing compiles twice and memory stays flat."""

from collections.abc import Callable
from typing import Any, Final

import jax
import numpy as np
from jaxtyping import Float

from .domain import domain_score
from .imputation import complete_bins
from .intrinsic import IntrinsicEW, Observed, intrinsic_ew, sample_both
from .map import MapPlace, place_on_map
from .noise import row_key
from .params import Params
from .predict import Prediction, predict

CHUNKS: Final = (1, 32, 1024, 4096)
"""Row counts that are compiled; a batch is padded to the next one, or cut into the largest, whose layers fit a core's
cache: four times as many rows at once take twice the time a row."""

DRAWN: Final = CHUNKS[1:]
"""Of draws: compiling them takes seconds and memory, so that single rows share the shape of a few."""

_predict = jax.jit(predict)
_place = jax.jit(place_on_map)
_score = jax.jit(domain_score)
_complete = jax.jit(complete_bins)
_intrinsic = jax.jit(intrinsic_ew)


@jax.jit
def _sample(params: Params, seed: Any, flux: Any, luminosity: Any, redshift: Any) -> tuple[Any, Observed]:
    """One draw per row, keyed by the seed and the row itself."""

    def one(flux: Any, luminosity: Any, redshift: Any) -> tuple[Any, Observed]:
        return sample_both(row_key(seed, flux), params, flux, luminosity, redshift)

    return jax.vmap(one)(flux, luminosity, redshift)


def _in_chunks(
    function: Callable[..., Any], *columns: Float[np.ndarray, "galaxy ..."], chunks: tuple[int, ...] = CHUNKS
) -> Any:
    """Apply a jitted function of whole arrays chunk by chunk; the result is a pytree of numpy arrays."""
    n = len(columns[0])
    parts = []
    for start in range(0, max(n, 1), chunks[-1]):
        rows = min(chunks[-1], n - start)
        size = next(chunk for chunk in chunks if chunk >= rows)
        padded = [np.ones((size, *column.shape[1:]), np.float32) for column in columns]
        for target, column in zip(padded, columns, strict=True):
            target[:rows] = column[start : start + rows]
        parts.append(jax.tree.map(lambda leaf, rows=rows: np.asarray(leaf)[:rows], function(*padded)))
    return parts[0] if len(parts) == 1 else jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)


def predict_many(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
) -> Prediction:
    """Predict many galaxies, arrays in and out.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (galaxy,) array, optional
        Given, the variant that uses it predicts.

    Returns
    -------
    Prediction
        numpy arrays (galaxy, 10) [Å]; NaN where an input is not a positive number.
    """
    if log_luminosity is None:
        return _in_chunks(lambda flux: _predict(params, flux), bin_flux)
    return _in_chunks(lambda flux, luminosity: _predict(params, flux, luminosity), bin_flux, log_luminosity)


def intrinsic_many(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
) -> IntrinsicEW:
    """Percentiles of the intrinsic equivalent widths of many galaxies, arrays in and out.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (galaxy,) array, optional
        Given, the variant that uses it answers.

    Returns
    -------
    IntrinsicEW
        numpy arrays (galaxy, 10); NaN where an input is not a positive number.
    """
    if log_luminosity is None:
        return _in_chunks(lambda flux: _intrinsic(params, flux), bin_flux)
    return _in_chunks(lambda flux, luminosity: _intrinsic(params, flux, luminosity), bin_flux, log_luminosity)


def sample_many(
    seed: int,
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
) -> tuple[Float[np.ndarray, "galaxy line"], Observed]:
    """Draw many galaxies' intrinsic lines, and what DESI would list of the same draw.

    Parameters
    ----------
    seed : int
        Number of the realisation; a row's draw depends on it and on the row's fluxes, not on its place.
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (galaxy,) array, optional
        See `features.log_luminosity`; NaN where it is not known.
    redshift : (galaxy,) array, optional
        Sharpens the errors; NaN where it is not known.

    Returns
    -------
    (galaxy, 10) array, Observed
        Intrinsic equivalent widths [Å], and the catalogue's.
    """
    unknown, number = np.full(len(bin_flux), np.nan, np.float32), np.uint32(seed)
    known = (unknown if column is None else column for column in (log_luminosity, redshift))
    return _in_chunks(lambda flux, light, z: _sample(params, number, flux, light, z), bin_flux, *known, chunks=DRAWN)


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
        numpy arrays (galaxy, 2).
    """
    return _in_chunks(lambda flux: _place(params, flux), bin_flux)


def score_many(params: Params, bin_flux: Float[np.ndarray, "galaxy bin"]) -> Float[np.ndarray, " galaxy"]:
    """Score the domain of many galaxies.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        As for `domain.domain_score`.

    Returns
    -------
    (galaxy,) array
        Shares of the training galaxies whose colours are rarer.
    """
    return _in_chunks(lambda flux: _score(params, flux), bin_flux)


def complete_many(params: Params, bin_flux: Float[np.ndarray, "galaxy bin"]) -> Float[np.ndarray, "galaxy bin"]:
    """Fill the missing end bins of many galaxies.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        As for `missing.complete_bins`.

    Returns
    -------
    (galaxy, 12) array
        The same fluxes, those of the missing end bins filled in.
    """
    return _in_chunks(lambda flux: _complete(params, flux), bin_flux)


def warm_up(params: Params, sizes: tuple[int, ...] = CHUNKS[:3]) -> None:
    """Compile the chunk shapes of a server's requests before the first one comes.

    Parameters
    ----------
    params : Params
        From `load_params`.
    sizes : tuple of int
        Row counts to compile.
    """
    for size in sizes:
        flux = np.ones((size, 12), np.float32)
        if params.colors is not None:
            predict_many(params, flux)
        if params.luminosity is not None:
            predict_many(params, flux, np.full(size, 6.4, np.float32))
        place_many(params, flux)
