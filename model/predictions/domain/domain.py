"""Domain of the networks: whether a galaxy is of a kind that the training sample contains."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ...bins import N_BINS
from ...distribution.colors import ColorMixture, marginal
from ...features import colors
from ..imputation import complete_bins
from ..intrinsic import richest_intrinsic
from ..params import Params
from .expectation import disagreement, halpha_range
from .reasons import EDGE, OUTSIDE, VERDICTS, domain_verdict


class Domain(NamedTuple):
    """Verdicts on galaxies, as arrays that run under `jit` and `vmap`; `verdict` and `reasons` put them in words.

    Attributes
    ----------
    code : (...) array of int
        Position in `VERDICTS`: 0 inside, 1 edge, 2 outside; the worst of colours, missing bins, luminosity, redshift
        and expected Hα.
    score : (...) array
        Share of the training galaxies whose colours are rarer; NaN if a flux cannot be used.
    bin_flux, log_luminosity, redshift : arrays
        The judged numbers, NaN where not given.
    expected_ew_halpha : (...) array
        The judged Hα [Å], NaN where not given.
    usual_ew_halpha : (..., 3) array
        16th, 50th and 84th percentile of the noise-free Hα of DESI's galaxies with this starlight [Å]; NaN where none
        was expected.
    luminosity_limit, redshift_limit : (4,) and (2,) arrays
        See `ColorMixture`.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import domain, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> found = domain(load_params(), np.stack([bins, bins[::-1] ** 3]))
    >>> found.code.tolist(), found.verdict.tolist()
    ([0, 2], ['inside', 'outside'])
    >>> found.reasons[0], len(found.reasons[1])
    ((), 1)
    """

    code: Int[Array | np.ndarray, "*galaxy"]
    score: Float[Array | np.ndarray, "*galaxy"]
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"]
    log_luminosity: Float[Array | np.ndarray, "*galaxy"]
    redshift: Float[Array | np.ndarray, "*galaxy"]
    expected_ew_halpha: Float[Array | np.ndarray, "*galaxy"]
    usual_ew_halpha: Float[Array | np.ndarray, "*galaxy 3"]
    luminosity_limit: Float[Array | np.ndarray, "*any 4"]
    redshift_limit: Float[Array | np.ndarray, "*any 2"]

    @property
    def verdict(self) -> Any:
        """The word for the code; an array of words for several galaxies."""
        words = np.array(VERDICTS, object)[np.asarray(self.code)]
        return words if np.ndim(words) else str(words)

    @property
    def reasons(self) -> Any:
        """One sentence for each verdict that is not "inside": a tuple of them, or a list of tuples for several."""
        bright, far = (np.asarray(part).reshape(-1, n)[0] for part, n in zip(self[-2:], (4, 2), strict=True))
        given = self.score, self.log_luminosity, self.redshift, self.expected_ew_halpha
        columns = (np.asarray(column).ravel().tolist() for column in given)
        usual = np.asarray(self.usual_ew_halpha).reshape(-1, 3)
        rows = zip(np.asarray(self.bin_flux).reshape(-1, N_BINS), *columns, usual, strict=True)
        found = [domain_verdict(bright, far, *row).reasons for row in rows]
        return found if np.ndim(self.score) else found[0]


def color_mixture(params: Params) -> ColorMixture:
    """Return the density of colours of the weights.

    Raises
    ------
    ValueError
        If the weights carry no domain.
    """
    if params.domain is None:
        raise ValueError("These weights carry no domain. Load them with load_params.")
    return params.domain


def domain_score(params: Params, bin_flux: Float[Array | np.ndarray, "*galaxy bin"]) -> Float[Array, "*galaxy"]:
    """Return the share of the training galaxies whose colours are rarer than these.

    A pure function, for use under `jit`, `vmap` and `grad`. By construction the score is distributed uniformly over
    galaxies like the training ones: 1 % of them score below .01.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0. Where the first or the last is NaN, the other bins are
        compared with the same bins of the training galaxies.

    Returns
    -------
    (...) array
        0 (rarer than any) to 1 (more common than any); NaN where an inner bin is not a positive number.

    Raises
    ------
    ValueError
        If the weights carry no domain.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import domain_score, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> score = domain_score(load_params(), bins)
    >>> bool(score > 0.01)  # otherwise the colours are rarer than those of 99 % of the training galaxies
    True
    """
    mixture = color_mixture(params)
    density = marginal(mixture, bin_flux)
    pattern = density.missing @ jnp.array([1, 2])
    flat = jax.vmap(jnp.interp, in_axes=(0, 0, None))(
        density.log_density.reshape(-1),
        jnp.asarray(mixture.log_density)[pattern.reshape(-1)],
        jnp.asarray(mixture.level),
    )
    score = flat.reshape(density.log_density.shape)
    return jnp.where(jnp.isfinite(density.log_density), score, jnp.nan)


def domain(
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*#galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*#galaxy"] | float | None = None,
    expected_ew_halpha: Float[Array | np.ndarray, "*#galaxy"] | float | None = None,
) -> Domain:
    """Judge whether galaxies are of a kind that the training sample contains.

    The colours of a synthetic galaxy can be those of real ones although its lines cannot: 2,500 galaxies of DSPS are
    inside, but in 45 % of them the Hα that their own stars ionise differs by more than .3 dex from that of DESI's
    galaxies (docs/photoionisation.md). Say what the stars ionise, and the verdict knows.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0; NaN where missing. Where a bin between others is missing, the
        completed continuum is scored.
    log_luminosity : (...) array, optional
        See `luminosities.log_luminosity`.
    redshift : (...) array, optional
        Redshift.
    expected_ew_halpha : (...) array, optional
        Equivalent width of Hα [Å] that the galaxy's own stars ionise, from `photoionised_ew`, `star_formation_ew` or a
        simulation; NaN where unknown. Beyond what galaxies of this starlight have, a disagreement of .3 dex is at the
        edge and of .5 dex outside, where 3 Å are added to both sides.

    Returns
    -------
    Domain
        Codes and scores (...), with the verdicts and reasons in words.

    Raises
    ------
    ValueError
        If the weights carry no domain, or an Hα is expected and they have no intrinsic distribution.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import domain, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> domain(load_params(), bins).verdict
    'inside'
    >>> domain(load_params(), bins, expected_ew_halpha=200.0).verdict
    'outside'
    >>> domain(load_params(), bins[::-1], redshift=0.9).verdict
    'outside'
    """
    mixture, flux = color_mixture(params), jnp.asarray(bin_flux)
    gaps = jnp.isnan(flux[..., 1:-1]).any(axis=-1, keepdims=True)
    score = domain_score(params, jnp.where(gaps, complete_bins(params, flux), flux))
    luminosity, shift, expected = (
        jnp.broadcast_to(jnp.asarray(jnp.nan if value is None else value, flux.dtype), flux.shape[:-1])
        for value in (log_luminosity, redshift, expected_ew_halpha)
    )
    usual = None if expected_ew_halpha is None else richest_intrinsic(params, colors(flux), log_luminosity, redshift)
    percentiles = halpha_range(usual, expected)
    lowest, low, high, highest = jnp.asarray(mixture.luminosity_limit)
    nearest, farthest = jnp.asarray(mixture.redshift_limit)
    codes = (
        jnp.where(score >= EDGE, 0, jnp.where(score >= OUTSIDE, 1, 2)),
        jnp.isnan(flux).any(axis=-1).astype(int),
        ((luminosity < low) | (luminosity > high)).astype(int)
        + ((luminosity < lowest) | (luminosity > highest)).astype(int),
        2 * ((shift < nearest) | (shift > farthest)).astype(int),
        disagreement(expected, percentiles),
    )
    code = jnp.max(jnp.stack(codes), axis=0)
    limits = mixture.luminosity_limit, mixture.redshift_limit
    return Domain(code, score, flux, luminosity, shift, expected, percentiles, *limits)
