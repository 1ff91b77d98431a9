"""Likelihood of a galaxy's lines given its starlight."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr, logsumexp
from jaxtyping import Array, Float

from ...distribution.catalogued import COMPONENTS, CONTEXT, SEQUENCE, STEPS, STRONG, context_of, of_regime
from ...distribution.chain import run_head
from ...distribution.conditioning import with_conditions
from ...distribution.gaussian_mixture import Mixture, log_density, mixture
from ...features import colors
from ...lines import LINES
from ...networks.layers import run_trunk
from ..intrinsic import distribution_of
from ..params import Params

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
NODES: Final = _NODES
"""Nodes, in standard deviations, at which each component of an error's mixture is integrated."""
LOG_WEIGHTS: Final = np.log(_WEIGHTS / _WEIGHTS.sum())


def log_prob(
    ew: Float[Array | np.ndarray, "*galaxy line"],
    params: Params,
    bin_flux: Float[Array | np.ndarray, "*galaxy bin"],
    log_luminosity: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    redshift: Float[Array | np.ndarray, "*galaxy"] | float | None = None,
    ew_ivar: Float[Array | np.ndarray, "*galaxy line"] | None = None,
    limits: Float[Array | np.ndarray, "*galaxy line"] | None = None,
    errors_count: bool = False,
) -> Float[Array, "*galaxy"]:
    """Return the log density of lines as DESI's catalogue lists them, for galaxies with this starlight.

    The density is that of `sample(...).observed`: exact, with the correlations of the lines, and normalised. For each
    line, the chance of not being listed and the integral over the listed equivalent width add up to 1.

    Parameters
    ----------
    ew : (..., line) array
        Rest-frame equivalent widths [Å], in the order of `LINES`: > 0 where listed, <= 0 where not detected, NaN where
        not observed, as in a gap, which does not count.
    params : Params
        From `load_params`.
    bin_flux : (..., 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    log_luminosity, redshift : (...) array, optional
        See `sample`; NaN or None where missing.
    ew_ivar : (..., line) array, optional
        Inverse variances of the equivalent widths [1/Å²]. The density is then that of the equivalent widths given
        these errors; without them, or where one is NaN, it is averaged over the errors that DESI's catalogue has.
    limits : (..., line) array, optional
        Upper limits [Å] of lines that are not detected: they are then not listed, or listed below the limit. NaN where
        there is none.
    errors_count : bool
        Whether the errors of listed lines are data too, as those of DESI's own catalogue: they depend on how bright the
        starlight is. The density is then per dex of each error as well.

    Returns
    -------
    (...) array
        Natural logarithm of the density [1/Å per listed line]; NaN where an input is not a positive number.

    Raises
    ------
    ValueError
        If the weights have no intrinsic distribution, or the lines are not on the last axis.

    Examples
    --------
    >>> import jax, numpy as np
    >>> from galactic_neon import load_params, log_prob, sample
    >>> params = load_params()
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> seen = sample(1, params, bins).observed
    >>> density = log_prob(seen.ew, params, bins, ew_ivar=seen.ew_ivar)
    >>> bool(density > log_prob(10 * seen.ew, params, bins, ew_ivar=seen.ew_ivar))  # not lines of such a galaxy
    True
    >>> slope = jax.grad(log_prob, argnums=2)(seen.ew, params, bins, ew_ivar=seen.ew_ivar)
    >>> bool(abs(slope @ bins) < 1e-3)  # only the ratios of the fluxes matter
    True
    """
    model = distribution_of(params)
    features = with_conditions(colors(bin_flux), log_luminosity, redshift)
    shape, dtype = features.shape[:-1], features.dtype
    given = jnp.asarray(ew, dtype)
    if given.shape[-1:] != (len(LINES),):
        raise ValueError(f"ew has the shape {given.shape}; its last axis needs {len(LINES)} lines.")
    order = np.array(SEQUENCE)

    def column(values: Array | np.ndarray | None) -> Array:
        full = jnp.full_like(given, jnp.nan) if values is None else jnp.asarray(values, dtype)
        return jnp.moveaxis(jnp.broadcast_to(full, (*shape, len(LINES)))[..., order], -1, 0)

    hidden = run_trunk(model.catalogued.trunk, features)
    steps = jnp.arange(STEPS), column(given), column(ew_ivar), column(limits)

    def add_line(state: tuple[Array, Array, Array], line: tuple[Array, ...]) -> tuple[tuple[Array, Array, Array], None]:
        (context, logs, total), (step, value, ivar, limit) = state, line
        flat = context.reshape(*shape, CONTEXT)
        observed, listed = jnp.isfinite(value), value > 0
        raw = run_head(model.catalogued.heads[0], step, hidden, flat)
        strong = jnp.array(STRONG)[step]
        with_strong = (strong != step) & (context[..., strong, 1] > 0)
        units = of_regime(model.scales.units, step, with_strong.astype(int))
        sign = jnp.where(with_strong, -1.0, 1.0).astype(dtype)
        log_strong = jnp.where(with_strong[..., None], logs[..., strong, :], 0.0)

        def standard(log: Array, kind: int) -> Array:
            return (sign * (log - log_strong[..., kind]) - units[..., kind, 0]) / units[..., kind, 1]

        errors = mixture(raw[..., 1:])
        stated = observed & (ivar > 0)
        log_error = jnp.where(stated, -0.5 * jnp.log10(jnp.where(stated, ivar, 1.0)), 0.0)
        log_ew = jnp.log10(jnp.where(listed, value, 1.0))
        bounded = observed & ~listed & (limit > 0)
        log_limit = jnp.log10(jnp.where(bounded, limit, 1.0))

        def strengths(error: Array) -> Mixture:
            with_error = jnp.concatenate([flat, error[..., None]], axis=-1)
            return mixture(run_head(model.catalogued.heads[1], step, hidden, with_error))

        # The density of the listed value, and the chance of one below the limit, given each of some errors.
        node = errors.mean[..., None] + errors.scale[..., None] * jnp.asarray(NODES, dtype)
        weight = errors.log_weight[..., None] + jnp.asarray(LOG_WEIGHTS, dtype)
        node, weight = (part.reshape(*shape, COMPONENTS * len(NODES)) for part in (node, weight))

        def at_node(error: Array) -> tuple[Array, Array]:
            parts = strengths(error)
            # A tied line's strength is a ratio to its strong line, which falls as the line gets stronger.
            edge = sign[..., None] * (standard(log_limit, 1)[..., None] - parts.mean) / parts.scale
            below = logsumexp(parts.log_weight + log_ndtr(edge), axis=-1)
            return log_density(parts, standard(log_ew, 1)), below

        density, below = jax.vmap(at_node, in_axes=-1, out_axes=-1)(node)
        averaged = logsumexp(weight + density, axis=-1)
        density_stated, below_stated = at_node(jnp.where(stated, standard(log_error, 0), 0.0))
        per_angstrom = -jnp.log(jnp.where(listed, value, 1.0) * np.log(10)) - jnp.log(units[..., 1, 1])
        present = jnp.where(stated, density_stated, averaged) + per_angstrom
        if errors_count:
            of_error = log_density(errors, standard(log_error, 0)) - jnp.log(units[..., 0, 1])
            present = present + jnp.where(stated, of_error, 0.0)
        log_chance, log_missed = jax.nn.log_sigmoid(raw[..., 0]), jax.nn.log_sigmoid(-raw[..., 0])
        below = jnp.where(stated, below_stated, logsumexp(weight + below, axis=-1))
        censored = jnp.logaddexp(log_missed, log_chance + below)
        absent = jnp.where(bounded, censored, log_missed)
        term = jnp.where(observed, jnp.where(listed, log_chance + present, absent), 0.0)

        # Later lines see the listed ones; a line without an error has the one that is expected.
        middle = (jnp.exp(errors.log_weight) * errors.mean).sum(axis=-1)
        expected = log_strong[..., 0] + sign * (middle * units[..., 0, 1] + units[..., 0, 0])
        values = jnp.stack([jnp.where(stated, log_error, expected), log_ew], axis=-1)
        seen = context_of(model.scales, step, observed, listed, values).astype(dtype)
        context = context.at[..., step, :].set(jnp.where(observed[..., None], seen, 0.0).astype(dtype))
        return (context, logs.at[..., step, :].set(values.astype(dtype)), total + term.astype(dtype)), None

    start = jnp.zeros((*shape, STEPS, 4), dtype), jnp.zeros((*shape, STEPS, 2), dtype), jnp.zeros(shape, dtype)
    total = jax.lax.scan(add_line, start, steps)[0][2]
    return jnp.where(jnp.isfinite(features).all(axis=-1), total, jnp.nan)
