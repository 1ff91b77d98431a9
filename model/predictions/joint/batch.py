"""Draws of many galaxies. They are compiled in parts: as one program they take 300 MiB for a moment.

The largest part, the chains, serves all weights, and galaxies whose Hα is known and those of which it is not.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ...bins import N_BINS
from ...distribution.conditioning import with_conditions
from ...distribution.first_line import no_first
from ...distribution.joint import JointDraw, draw_joint
from ...features import colors
from ...numerics.random_numbers import id_words, key_words, row_words
from ..chunks import DRAW_CHUNKS, FEW_DRAWS, in_chunks
from ..imputation import in_range, known_colors_many
from ..intrinsic import distribution_of, richest_intrinsic
from ..params import Params
from ..undiluted import intrinsic_factor
from .anchor import Anchor, Conditions, abundance_change, conditions_of
from .draws import Sample, draw_colors, known_lines, usual_lines


@jax.jit
def _draw_colors(key: Any, flux: Any, given: Any, *ids: Any) -> Any:
    """Draw the colours of each row with the key of `_sample`."""
    return draw_colors(row_words(key, flux, *ids), given)


class _Rows(NamedTuple):
    """Rows to draw: the key, twelve fluxes, luminosities and redshifts, colours drawn of noisy bins, and their ids.

    All rows have ids, so that one program serves those that are named and those that are not.
    """

    key: Any
    flux: Any
    luminosity: Any
    redshift: Any
    is_drawn: Any
    drawn: Any
    is_named: Any
    ids: Any

    @property
    def words(self) -> Any:
        """The key of each row: of its id, if it has one, or of its fluxes."""
        named, unnamed = row_words(self.key, self.flux, self.ids), row_words(self.key, self.flux)
        return jnp.where((self.is_named > 0)[:, None], named, unnamed)

    @property
    def color(self) -> Any:
        """The colours of each row, or those that were drawn."""
        return jnp.where((self.is_drawn > 0)[:, None], self.drawn, colors(self.flux))

    @property
    def features(self) -> Any:
        """The input of the chains."""
        return with_conditions(self.color, self.luminosity, self.redshift)


@jax.jit
def _joint(chains: Any, scales: Any, rows: _Rows, first: Any) -> tuple[JointDraw, Sample]:
    """Draw each row; the sample is that of galaxies of which nothing else is known."""
    drawn = draw_joint(rows.words, chains, scales, rows.features, first)
    return drawn, usual_lines(drawn)


@jax.jit
def _undiluted_lines(params: Params, rows: _Rows, drawn: JointDraw) -> Sample:
    """Return the samples of rows without noise."""
    return usual_lines(drawn, intrinsic_factor(params, rows.color, rows.luminosity, rows.redshift))


@jax.jit
def _usual(params: Params, rows: _Rows) -> Any:
    """Return the percentiles of the lines of galaxies with the starlight of rows."""
    return richest_intrinsic(params, rows.color, rows.luminosity, rows.redshift)


_change = jax.jit(abundance_change)


@jax.jit
def _conditions(params: Params, rows: _Rows, anchors: Any, usual: Any) -> Conditions:
    """Return what the anchors make of the draws of rows."""
    return conditions_of(rows.words, params, rows.color, rows.features, Anchor(*anchors.T), usual)


@jax.jit
def _known_lines(params: Params, rows: _Rows, given: Any, change: Any, drawn: Any) -> Sample:
    """Return the samples of rows whose Hα is known."""
    return known_lines(rows.words, params, rows.color, given, change, drawn)


def _sample(params: Params, key: Any, flux: Any, *columns: Any) -> Sample:
    """Draw rows; `columns` are the rest of `_Rows`, and anchors of three columns or none."""
    *rest, anchors = columns
    model, rows = distribution_of(params), _Rows(key, flux, *rest)
    chains = model.catalogued, model.latent
    if not anchors.shape[1]:
        joint, sample = _joint(chains, model.scales, rows, no_first(flux.shape[:1]))
        return sample if params.diluted is None else _undiluted_lines(params, rows, joint)
    usual, lines = _usual(params, rows), Params(None, None, None, intrinsic=model)
    given = _conditions(lines, rows, anchors, usual)
    joint, _ = _joint(chains, model.scales, rows, given.first)
    return _known_lines(lines, rows, given, _change(Anchor(*anchors.T).log_oh, usual), joint)


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
        See `luminosities.log_luminosity`; NaN where missing.
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
    key, chunks = key_words(seed), DRAW_CHUNKS if len(bin_flux) > FEW_DRAWS else DRAW_CHUNKS[:1]
    drawn = np.zeros((len(bin_flux), N_BINS - 1), np.float32)
    if bin_flux_ivar is not None:
        drawn = in_chunks(
            lambda flux, noisy, ivar, *ids: _draw_colors(key, flux, known_colors_many(params, noisy, ivar), *ids),
            *(bin_flux, *in_range(bin_flux, bin_flux_ivar), *named),
            chunks=chunks,
        )
    conditions += [np.full(len(bin_flux), bin_flux_ivar is not None, np.float32), drawn]
    anchors = np.zeros((len(bin_flux), len(anchor or ())), np.float32)
    for place, values in enumerate(anchor or ()):
        anchors[:, place] = np.nan if values is None else values
    words = named or [np.zeros((len(bin_flux), 2), np.uint32)]
    conditions += [np.full(len(bin_flux), bool(named), np.float32), *words, anchors]
    return in_chunks(partial(_sample, params, key), bin_flux, *conditions, chunks=chunks)
