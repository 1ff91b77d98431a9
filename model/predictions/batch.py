"""Predictions for many galaxies, in chunks of fixed shapes that bound compilations and memory."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Shaped

from ..bins import N_BINS
from ..features import VARIANTS, colors
from ..numerics.random_numbers import id_words, key_words, row_words
from .domain.domain import domain_score
from .imputation import fill_bins, in_range, known_colors
from .intrinsic import IntrinsicEW, distribution_of, intrinsic_colors, intrinsic_ew
from .joint.anchor import Anchor
from .joint.draws import Sample, draw_colors, sample_colors
from .map import MapPlace, place_on_map
from .params import Params
from .predict import Prediction, predict, predict_colors
from .variants import in_one_shape

CHUNKS: Final = (1, 32, 1024, 4096)
"""Row counts that are compiled. A batch is padded to the next one, or split into chunks of the largest, whose layers
fit into a core's cache: with four times as many rows per chunk, a row takes twice as long."""

DRAW_CHUNKS: Final = CHUNKS[1:3]
"""Row counts that are compiled for draws. A draw takes seconds to compile and 20 MiB, so that one row uses the shape of
32; a larger shape would draw no faster."""

FEWEST_ROWS: Final = 64
"""Rows per device for which several devices are used."""

_predict = jax.jit(predict)
_place = jax.jit(place_on_map)
_score = jax.jit(domain_score)
_intrinsic = jax.jit(intrinsic_ew)
# What noisy and missing bins need is compiled once, in a program of its own, and not with each prediction.
_known = jax.jit(known_colors)
_predict_known = jax.jit(predict_colors)
_intrinsic_known = jax.jit(intrinsic_colors)
_fill = jax.jit(fill_bins)


@jax.jit
def _draw_colors(key: Any, flux: Any, given: Any, *ids: Any) -> Any:
    """Draw the colours of each row with the key of `_sample`."""
    return draw_colors(row_words(key, flux, *ids), given)


@jax.jit
def _sample(
    params: Params,
    key: Any,
    flux: Any,
    luminosity: Any,
    redshift: Any,
    is_drawn: Any,
    drawn: Any,
    anchors: Any,
    *ids: Any,
) -> Sample:
    """Draw each row with the key of its id, if it has one, or of its fluxes, from their colours or the drawn ones."""
    words = row_words(key, flux, *ids)
    color = jnp.where((is_drawn > 0)[:, None], drawn, colors(flux))
    anchor = Anchor(*anchors.T) if anchors.shape[1] else None
    return sample_colors(words, params, color, luminosity, redshift, anchor)


def _domain_of(params: Params) -> Params:
    """Return the weights that `known_colors` needs, so that one compiled program serves all others."""
    return Params(None, None, None, domain=params.domain)


def in_chunks(
    function: Callable[..., Any], *columns: Shaped[np.ndarray, "galaxy ..."], chunks: tuple[int, ...] = CHUNKS
) -> Any:
    """Apply a jitted function chunk by chunk, and return a pytree of numpy arrays with all rows."""
    n = len(columns[0])
    parts = []
    for start in range(0, max(n, 1), chunks[-1]):
        rows = min(chunks[-1], n - start)
        size = next(chunk for chunk in chunks if chunk >= rows)
        padded = [np.ones((size, *column.shape[1:]), _type(column)) for column in columns]
        for target, column in zip(padded, columns, strict=True):
            target[:rows] = column[start : start + rows]
        found = function(*(_over_devices(column) for column in padded))
        parts.append(jax.tree.map(lambda leaf, rows=rows: np.asarray(leaf)[:rows], found))
    return parts[0] if len(parts) == 1 else jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)


def _over_devices(rows: Shaped[np.ndarray, "galaxy ..."]) -> Any:
    """Return rows spread over all devices that JAX sees, if there are enough of them for each."""
    devices = jax.devices()
    if len(devices) == 1 or len(rows) % len(devices) or len(rows) < FEWEST_ROWS * len(devices):
        return rows
    mesh = jax.sharding.Mesh(np.array(devices), ("galaxy",))
    return jax.device_put(rows, jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("galaxy")))


def _type(column: np.ndarray) -> type[np.generic]:
    """Return the type in which a column is computed with."""
    return np.uint32 if column.dtype == np.uint32 else np.float32


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
        See `features.log_luminosity`. If given, the variant "luminosity" is used.
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
        return _predict_known(needed, _known(_domain_of(params), flux, ivar), *conditions)

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
        See `features.log_luminosity`. If given, the variant "luminosity" is used.
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
        return _intrinsic_known(needed, _known(_domain_of(params), flux, ivar), *conditions)

    return in_chunks(uncertain, *in_range(bin_flux, bin_flux_ivar), *conditions)


def sample_many(
    seed: int,
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
    bin_flux_ivar: Float[np.ndarray, "galaxy bin"] | None = None,
    ids: Sequence[Any] | np.ndarray | None = None,
    anchor: Anchor | None = None,
) -> Sample:
    """Draw the lines of many galaxies: noise-free, and as DESI's catalogue would list them.

    Parameters
    ----------
    seed : int
        Number of the realisation; the draws are those of `draws.sample` with this key.
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (galaxy,) array, optional
        See `features.log_luminosity`; NaN where missing.
    redshift : (galaxy,) array, optional
        Makes the drawn errors more accurate; NaN where missing.
    bin_flux_ivar : (galaxy, 12) array, optional
        See `draws.sample`.
    ids : (galaxy,) array of integers, or sequence of text, optional
        See `draws.sample`.
    anchor : Anchor, optional
        See `draws.sample`; its fields are numbers, or arrays (galaxy,).

    Returns
    -------
    Sample
        numpy arrays (galaxy, line) [Å].

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import load_params, sample_many
    >>> bins = np.linspace(1.0, 2.0, 12) * np.ones((100, 1))
    >>> drawn = sample_many(7, load_params(), bins, ids=np.arange(100))
    >>> again = sample_many(7, load_params(), bins[:10], ids=np.arange(10))
    >>> np.allclose(drawn.ew[:10], again.ew)  # rows keep their draws in any piece of a table
    True
    """
    missing = np.full(len(bin_flux), np.nan, np.float32)
    conditions = [missing if column is None else column for column in (log_luminosity, redshift)]
    named = [] if ids is None else [np.asarray(id_words(ids))]
    key = key_words(seed)
    drawn = np.zeros((len(bin_flux), N_BINS - 1), np.float32)
    if bin_flux_ivar is not None:
        drawn = in_chunks(
            lambda flux, noisy, ivar, *ids: _draw_colors(key, flux, _known(_domain_of(params), noisy, ivar), *ids),
            *(bin_flux, *in_range(bin_flux, bin_flux_ivar), *named),
            chunks=DRAW_CHUNKS,
        )
    conditions += [np.full(len(bin_flux), bin_flux_ivar is not None, np.float32), drawn]
    anchors = np.zeros((len(bin_flux), len(anchor or ())), np.float32)
    for place, values in enumerate(anchor or ()):
        anchors[:, place] = np.nan if values is None else values
    conditions.append(anchors)
    return in_chunks(partial(_sample, params, key), bin_flux, *conditions, *named, chunks=DRAW_CHUNKS)


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
        return _fill(flux, _known(_domain_of(params), *bins).color)

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
