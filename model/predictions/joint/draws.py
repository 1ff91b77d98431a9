"""Joint draws of a galaxy's lines: the catalogued lines with noise, and the noise-free lines behind them.

One joint distribution is drawn in two steps: first the catalogued lines of a galaxy with this continuum, then the
noise-free lines given the catalogued ones. `sample` returns both.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, UInt32

from ...distribution.colors import ColorPosterior
from ...distribution.conditioning import with_conditions
from ...distribution.joint import JointDraw, draw_joint, noise_below_zero
from ...features import colors
from ...numerics.linear import root
from ...numerics.random_numbers import Key, id_words, normals, row_words
from ..imputation import known_colors
from ..intrinsic import distribution_of, richest_intrinsic
from ..params import Params
from ..undiluted import intrinsic_factor
from .anchor import Anchor, Conditions, abundance_change, anchored_lines, conditions_of


class ObservedLines(NamedTuple):
    """Lines as a catalogue would list them.

    Attributes
    ----------
    ew : (..., line) array
        Equivalent width with noise [Å]; <= 0 where the line is not detected.
    ew_ivar : (..., line) array
        Inverse variance of the equivalent width [1/Å²].

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, load_params, sample
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> seen = sample(7, load_params(), np.tile(bins, (1000, 1)), ids=range(1000)).observed
    >>> listed = np.where(seen.detected, seen.ew, np.nan)
    >>> signal_to_noise = np.nanmedian(listed * np.sqrt(seen.ew_ivar), axis=0)
    >>> LINES[int(np.argmax(signal_to_noise))].label, LINES[int(np.argmin(signal_to_noise))].label
    ('Hα 6563', '[O III] 4959')
    """

    ew: Float[Array | np.ndarray, "*galaxy line"]
    ew_ivar: Float[Array | np.ndarray, "*galaxy line"]

    @property
    def detected(self) -> Bool[Array | np.ndarray, "*galaxy line"]:
        """Whether the line would be listed."""
        return self.ew > 0


class Sample(NamedTuple):
    """One draw of the lines of each galaxy.

    Attributes
    ----------
    ew : (..., line) array
        Noise-free equivalent widths [Å], >= 0, at most the largest of the training sample; [O III] 4959 and [N II] 6548
        follow their strong partners.
    observed : ObservedLines
        The same draw as DESI's catalogue would list it, with noise and selection.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, load_params, sample
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> true, seen = sample(7, load_params(), np.tile(bins, (1000, 1)), ids=range(1000))
    >>> hbeta, halpha = ([line.name for line in LINES].index(name) for name in ("HBETA", "HALPHA"))
    >>> f"{np.corrcoef(true[:, hbeta], true[:, halpha])[0, 1]:.1f}"  # the lines of a galaxy are drawn together
    '0.9'
    """

    ew: Float[Array | np.ndarray, "*galaxy line"]
    observed: ObservedLines


def sample(
    key: Key,
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"] | None = None,
    ids: Sequence[Any] | Array | np.ndarray | int | np.integer[Any] | None = None,
    anchor: Anchor | None = None,
) -> Sample:
    """Draw the lines of galaxies jointly: noise-free, and as DESI's catalogue would list them.

    A row's draw depends on the key, and on its id or, without ids, on its fluxes: neither the order of the rows nor
    the pieces in which a table is processed, neither 64-bit mode nor the release of JAX change it. The command line
    draws the same numbers for the same seed.

    Parameters
    ----------
    key : int or PRNG key
        Number of the realisation; 7, `jax.random.key(7)` and `jax.random.PRNGKey(7)` are the same.
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity : (...) array, optional
        See `luminosities.log_luminosity`; NaN or None where missing.
    redshift : (...) array, optional
        Makes the drawn errors more accurate; NaN or None where missing. A draw uses the same random numbers with and
        without it.
    bin_flux_ivar : (..., 12) array, optional
        Inverse variances of noise in the fluxes beyond DESI's own; 0 or NaN where a bin is missing, infinity where it
        is exact. Each draw is then of a galaxy with other colours that agree with the fluxes.
    ids : (...) array of integers, or sequence of text, or (..., 2) array of uint32, optional
        Give them where several rows have the same continuum, and where a galaxy must keep its random numbers while its
        continuum changes. JAX cuts integers of 64 bits to 32 that a jitted function is given: pass `id_words(ids)`.
    anchor : Anchor, optional
        What is known of the lines besides the starlight: the Hα that the stars ionise, and the abundance of oxygen. The
        other lines are drawn given them.

    Returns
    -------
    Sample
        Arrays (..., line) [Å]; NaN where an input is not a positive number.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution, the key is not one key, or the ids do not fit the rows.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import load_params, sample
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> drawn = sample(7, load_params(), np.tile(bins, (3, 1)), ids=[101, 102, 103])
    >>> again = sample(7, load_params(), bins, ids=102)
    >>> np.isclose(drawn.ew, again.ew, rtol=1e-3).all(axis=1).tolist()  # a galaxy has its own random numbers
    [False, True, False]
    """
    bin_flux = jnp.asarray(bin_flux)
    words = None
    if ids is not None:
        given = isinstance(ids, jax.Array | np.ndarray) and ids.dtype == jnp.uint32 and ids.ndim == bin_flux.ndim
        words = jnp.asarray(ids if given else id_words(ids))
    if words is not None and words.shape[:-1] != bin_flux.shape[:-1]:
        raise ValueError(f"ids have shape {words.shape[:-1]} and the rows {bin_flux.shape[:-1]}. Give one id per row.")
    rows = row_words(key, bin_flux, words)
    return sample_rows(rows, params, bin_flux, log_luminosity, redshift, bin_flux_ivar, anchor)


def sample_rows(
    words: UInt32[Array, "*galaxy 2"],
    params: Params,
    bin_flux: Float[Array, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    bin_flux_ivar: Float[Array | np.ndarray, "*galaxy bin"] | None = None,
    anchor: Anchor | None = None,
) -> Sample:
    """Return `sample` for rows with these keys, which `random_numbers.row_words` makes."""
    if bin_flux_ivar is None:
        color = colors(bin_flux)
    else:
        color = draw_colors(words, known_colors(params, bin_flux, bin_flux_ivar))
    return sample_colors(words, params, color, log_luminosity, redshift, anchor)


def sample_colors(
    words: UInt32[Array, "*galaxy 2"],
    params: Params,
    color: Float[Array, "*galaxy color"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    anchor: Anchor | None = None,
) -> Sample:
    """Draw as `sample_rows` does, from colours."""
    model = distribution_of(params)
    features = with_conditions(color, log_luminosity, redshift)
    chains = model.catalogued, model.latent
    if anchor is None:
        drawn = draw_joint(words, chains, model.scales, features)
        return usual_lines(drawn, intrinsic_factor(params, color, log_luminosity, redshift))
    usual = richest_intrinsic(params, color, log_luminosity, redshift)
    given = conditions_of(words, params, color, features, anchor, usual)
    change = None if anchor.log_oh is None else abundance_change(anchor.log_oh, usual)
    drawn = draw_joint(words, chains, model.scales, features, given.first)
    return known_lines(words, params, color, given, change, drawn)


def usual_lines(drawn: JointDraw, factor: Float[Array, "*galaxy line"] | float = 1.0) -> Sample:
    """Return the sample of a draw of galaxies of which the starlight alone is known, see `intrinsic_factor`."""
    ew = drawn.ew * factor
    below = drawn.sigma * noise_below_zero(drawn.uniform, ew / drawn.sigma)
    return Sample(ew, ObservedLines(jnp.where(drawn.detected, drawn.listed * factor, below), 1 / drawn.sigma**2))


def known_lines(
    words: UInt32[Array, "*galaxy 2"],
    params: Params,
    color: Float[Array, "*galaxy color"],
    given: Conditions,
    change: Float[Array, "*galaxy line"] | None,
    drawn: JointDraw,
) -> Sample:
    """Return the sample of a draw of galaxies whose Hα is known, see `anchored_lines`."""
    ew, listed, sigma = anchored_lines(words, params, color, given, change, drawn)
    return Sample(ew, ObservedLines(listed, 1 / sigma**2))


def draw_colors(words: UInt32[Array, "*galaxy 2"], given: ColorPosterior) -> Float[Array, "*galaxy color"]:
    """Draw colours that agree with noisy or missing bins, from `imputation.known_colors`."""
    normal = normals(words, given.color.shape[-1], stream=1).astype(given.color.dtype)
    return given.color + jnp.einsum("...cd,...d->...c", root(given.covariance), normal)
