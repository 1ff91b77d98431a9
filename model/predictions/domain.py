"""Domain of the networks: whether a galaxy is of a kind that the training sample contains."""

from typing import Any, Final, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ..bins import BIN_EDGES, N_BINS
from ..distribution.colors import ColorMixture, marginal
from .imputation import FEWEST_BINS, complete_bins
from .params import Params

EDGE: Final = 0.01
"""Domain score below which a galaxy is at the edge."""
OUTSIDE: Final = 0.001
"""Domain score below which a galaxy is outside."""

Verdict = Literal["inside", "edge", "outside"]
VERDICTS: Final[tuple[Verdict, ...]] = ("inside", "edge", "outside")
"""From best to worst."""


class Judgement(NamedTuple):
    """Verdict on one galaxy in words.

    Attributes
    ----------
    verdict : {"inside", "edge", "outside"}
        The worst verdict of colours, missing bins, luminosity and redshift.
    score : float
        Share of the training galaxies whose colours are rarer; NaN if a flux cannot be used.
    reasons : tuple of str
        One sentence for each verdict that is not "inside".
    """

    verdict: Verdict
    score: float
    reasons: tuple[str, ...]


class Domain(NamedTuple):
    """Verdicts on galaxies, as arrays that run under `jit` and `vmap`; `verdict` and `reasons` put them in words.

    Attributes
    ----------
    code : (...) array of int
        Position in `VERDICTS`: 0 inside, 1 edge, 2 outside; the worst of colours, missing bins, luminosity, redshift.
    score : (...) array
        Share of the training galaxies whose colours are rarer; NaN if a flux cannot be used.
    bin_flux, log_luminosity, redshift : arrays
        The judged numbers, NaN where not given.
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
        columns = (np.asarray(column).ravel().tolist() for column in (self.score, self.log_luminosity, self.redshift))
        rows = zip(np.asarray(self.bin_flux).reshape(-1, N_BINS), *columns, strict=True)
        found = [judge(bright, far, *row).reasons for row in rows]
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
) -> Domain:
    """Judge whether galaxies are of a kind that the training sample contains.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0; NaN where missing. Where a bin between others is missing, the
        completed continuum is scored.
    log_luminosity : (...) array, optional
        See `features.log_luminosity`.
    redshift : (...) array, optional
        Redshift.

    Returns
    -------
    Domain
        Codes and scores (...), with the verdicts and reasons in words.

    Raises
    ------
    ValueError
        If the weights carry no domain.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import domain, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> domain(load_params(), bins).verdict
    'inside'
    >>> domain(load_params(), bins[::-1], redshift=0.9).verdict
    'outside'
    """
    mixture, flux = color_mixture(params), jnp.asarray(bin_flux)
    gaps = jnp.isnan(flux[..., 1:-1]).any(axis=-1, keepdims=True)
    score = domain_score(params, jnp.where(gaps, complete_bins(params, flux), flux))
    luminosity, shift = (
        jnp.broadcast_to(jnp.asarray(jnp.nan if value is None else value, flux.dtype), flux.shape[:-1])
        for value in (log_luminosity, redshift)
    )
    lowest, low, high, highest = jnp.asarray(mixture.luminosity_limit)
    nearest, farthest = jnp.asarray(mixture.redshift_limit)
    codes = (
        jnp.where(score >= EDGE, 0, jnp.where(score >= OUTSIDE, 1, 2)),
        jnp.isnan(flux).any(axis=-1).astype(int),
        ((luminosity < low) | (luminosity > high)).astype(int)
        + ((luminosity < lowest) | (luminosity > highest)).astype(int),
        2 * ((shift < nearest) | (shift > farthest)).astype(int),
    )
    code = jnp.max(jnp.stack(codes), axis=0)
    return Domain(code, score, flux, luminosity, shift, mixture.luminosity_limit, mixture.redshift_limit)


def judge(
    luminosity_limit: Float[np.ndarray, " 4"],
    redshift_limit: Float[np.ndarray, " 2"],
    bin_flux: Float[np.ndarray, " bin"],
    score: float,
    log_luminosity: float | None = None,
    redshift: float | None = None,
) -> Judgement:
    """Combine the verdicts of colours, missing bins, luminosity and redshift, with reasons in words.

    Parameters
    ----------
    luminosity_limit, redshift_limit : (4,) and (2,) arrays
        See `ColorMixture`.
    bin_flux : (12,) array
        See `domain`.
    score : float
        From `domain_score`.
    log_luminosity, redshift : float, optional
        See `domain`; NaN counts as not given.

    Returns
    -------
    Judgement
        Verdict, score and reasons.
    """
    judgements = [
        _judge_colors(bin_flux, score),
        _judge_missing(bin_flux),
        _judge_luminosity(luminosity_limit, log_luminosity),
        _judge_redshift(redshift_limit, redshift),
    ]
    worst = VERDICTS[max(VERDICTS.index(verdict) for verdict, _ in judgements)]
    return Judgement(worst, score, tuple(reason for _, reason in judgements if reason))


def _span(bin_index: int) -> str:
    return f"{BIN_EDGES[bin_index]:.0f}-{BIN_EDGES[bin_index + 1]:.0f} Å"


def _judge_colors(bin_flux: Float[np.ndarray, " bin"], score: float) -> tuple[Verdict, str]:
    if np.isnan(score):
        usable = ((bin_flux > 0) & np.isfinite(bin_flux)) | np.isnan(bin_flux)
        if usable.all():
            count = np.isfinite(bin_flux).sum()
            return "outside", f"Only {count} of {N_BINS} bins are given; at least {FEWEST_BINS} are needed."
        bad = int(np.argmin(usable))
        return "outside", f"The flux of bin {bad} ({_span(bad)}) is {bin_flux[bad]:g}; it must be a number > 0."
    if score >= EDGE:
        return "inside", ""
    seen = f"only {score:.2%} of the training galaxies have" if score > 0 else "no training galaxy has"
    if score >= OUTSIDE:
        return "edge", f"Rare colours: {seen} rarer ones (edge: below {EDGE:.0%}). Expect larger errors."
    return "outside", (
        f"Colours unlike the training sample: {seen} rarer ones (outside: below {OUTSIDE:.1%}). Check line masking, "
        "redshift, dust and flux calibration."
    )


def _judge_missing(bin_flux: Float[np.ndarray, " bin"]) -> tuple[Verdict, str]:
    missing = [_span(index) for index in np.flatnonzero(np.isnan(bin_flux)).tolist()]
    if not 0 < len(missing) <= N_BINS - FEWEST_BINS:
        return "inside", ""
    return "edge", f"Missing bins: {', '.join(missing)}, filled in from the others by complete_bins."


def _judge_luminosity(limit: Float[np.ndarray, " 4"], log_luminosity: float | None) -> tuple[Verdict, str]:
    if log_luminosity is None or np.isnan(log_luminosity):
        return "inside", ""
    lowest, low, high, highest = limit
    if low <= log_luminosity <= high:
        return "inside", ""
    common, share = ((low, high), EDGE) if lowest <= log_luminosity <= highest else ((lowest, highest), OUTSIDE)
    return ("edge" if share == EDGE else "outside"), (
        f"log luminosity {log_luminosity:.2f} lies outside {common[0]:.2f} to {common[1]:.2f}, where all but "
        f"{share:.1%} of the training galaxies are. Predict from the colours alone."
    )


def _judge_redshift(limit: Float[np.ndarray, " 2"], redshift: float | None) -> tuple[Verdict, str]:
    low, high = limit
    if redshift is None or np.isnan(redshift) or low <= redshift <= high:
        return "inside", ""
    return "outside", (
        f"Redshift {redshift:.4g} lies outside {low:.4f} to {high:.4f}, where the training galaxies are: "
        "younger or older galaxies of the same colours may have other lines."
    )
