"""How DESI would list a galaxy's lines: whether each is detected, with what error, and with what noise.

The catalogue is not Gaussian noise cut at zero: the fit's widths and continua move with the noise, and faint lines are
listed less often, and higher, than that. The chain here learns what happens to a known intrinsic EW.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr, ndtri
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from .chain import Chain, run_head, run_heads, run_trunk
from .latent import FREE, ORDER, TIED, Scales, from_unit, to_unit
from .truncated import RAW, draw, log_density, mixture

LONE_UNIT: Final = 0.4
"""Unit [dex] of the EW of tied lines whose partner is not detected."""
TRACE: Final = 0.01
"""Signal-to-noise below which a listed line is a trace: the fit's amplitude stopped at its limit of zero."""
LISTED: Final = 2 + RAW
"""Numbers per line: whether it is listed, whether as a trace, and the mixture of its error."""
CONTEXT: Final = 5 * FREE
"""Numbers a head sees besides the trunk: intrinsic lines, and four for every line listed so far."""


class Observed(NamedTuple):
    """Lines as a catalogue would list them.

    Attributes
    ----------
    ew : (..., 10) array
        Equivalent width with noise [Å]; <= 0 where the line is not detected.
    ew_ivar : (..., 10) array
        Its inverse variance [1/Å²].
    """

    ew: Float[Array | np.ndarray, "*galaxy line"]
    ew_ivar: Float[Array | np.ndarray, "*galaxy line"]

    @property
    def detected(self) -> Bool[Array | np.ndarray, "*galaxy line"]:
        """Whether the line would be listed."""
        return self.ew > 0


def with_redshift(
    features: Float[Array, "*galaxy feature"], redshift: Float[Array, "*galaxy"] | None
) -> Float[Array, "*galaxy wider"]:
    """Append the redshift and whether it is known; unknown is 0.15 with a zero."""
    if redshift is None:
        known = jnp.zeros(features.shape[:-1], features.dtype)
        value = jnp.full(features.shape[:-1], 0.15, features.dtype)
    else:
        value = jnp.broadcast_to(jnp.asarray(redshift, features.dtype), features.shape[:-1])
        known = jnp.isfinite(value).astype(features.dtype)
        value = jnp.where(known > 0, value, 0.15)
    return jnp.concatenate([features, value[..., None], known[..., None]], axis=-1)


def listed(
    scales: Scales,
    known: Float[Array, "*galaxy free"],
    detected: Float[Array, "*galaxy free"],
    ew: Float[Array, "*galaxy free"],
    log_sigma: Float[Array, "*galaxy free"],
) -> Float[Array, "*galaxy four free"]:
    """Stack what later heads see of the free lines listed so far."""
    return jnp.stack([known, detected, detected * to_unit(scales, ew), detected * log_sigma], axis=-2)


def context_of(unit: Float[Array, "*galaxy free"], seen: Float[Array, "*galaxy four free"], step: int | Array) -> Array:
    """Context of the head of `step` (all lines listed: `FREE`)."""
    seen = seen * (jnp.arange(FREE) < step)
    return jnp.concatenate([unit, seen.reshape(*seen.shape[:-2], 4 * FREE)], axis=-1)


def noise_context(context: Array, log_sigma: Float[Array, "*galaxy"], signal: Float[Array, "*galaxy"]) -> Array:
    """Context of the noise head: the error just drawn and the intrinsic signal-to-noise with it."""
    return jnp.concatenate([context, log_sigma[..., None], jnp.log1p(signal)[..., None]], axis=-1)


def channel_log_density(
    chain: Chain,
    scales: Scales,
    features: Float[Array, "galaxy wider"],
    unit: Float[Array, "galaxy free"],
    ew: Float[Array, "galaxy 10"],
    log_sigma: Float[Array, "galaxy 10"],
    cut: Bool[Array, "galaxy 10"],
) -> Float[Array, " galaxy"]:
    """Log likelihood of what the catalogue lists, given the intrinsic lines.

    Parameters
    ----------
    chain, scales : Chain, Scales
        The channel's networks and units.
    features : (galaxy, feature) array
        With redshift, see `with_redshift`.
    unit : (galaxy, 8) array
        Intrinsic lines, see `latent.to_unit`.
    ew, log_sigma : (galaxy, 10) array
        Catalogued EW [Å], NaN where not detected, and log10 of its error [Å], standardised.
    cut : (galaxy, 10) array
        Lines that were not looked for.

    Returns
    -------
    (galaxy,) array
        Sum over lines.
    """
    there = jnp.isfinite(ew)
    ew, log_sigma = jnp.where(there, ew, 1.0), jnp.where(there, log_sigma, 0.0)
    order = jnp.array(ORDER)
    free_there = there[:, order].astype(ew.dtype)
    seen = listed(scales, 1.0 - cut[:, order], free_there, ew[:, order], log_sigma[:, order])
    hidden, intrinsic = run_trunk(chain, features), from_unit(scales, unit)
    steps = jnp.arange(FREE)
    context = jax.vmap(lambda step: context_of(unit, seen, step), out_axes=1)(steps)
    raw = run_heads(chain.heads[0], hidden, context)
    free_sigma = _sigma(scales, order, log_sigma[:, order])
    signal = intrinsic / free_sigma
    noise = mixture(run_heads(chain.heads[1], hidden, noise_context(context, log_sigma[:, order], signal)))
    level = ew[:, order] / free_sigma
    present = log_density(mixture(raw[..., 2:]), log_sigma[:, order])
    present += _bernoulli(-raw[..., 1], level >= TRACE, log_density(noise, level - signal, TRACE - signal))
    total = jnp.where(cut[:, order], 0.0, _bernoulli(raw[..., 0], there[:, order], present)).sum(axis=-1)
    context = context_of(unit, seen, FREE)
    for pair, (line, strong) in enumerate(TIED):
        raw = run_head(chain.heads[2], pair, hidden, context)
        lone = (jnp.log10(jnp.maximum(ew[:, line], 1e-3)) - scales.lone_center[pair]) / LONE_UNIT
        present = log_density(mixture(raw[:, 1 : 1 + RAW]), log_sigma[:, line])
        present += jnp.where(free_there[:, strong] > 0, 0.0, log_density(mixture(raw[:, 1 + RAW :]), lone))
        unknown = cut[:, line] | cut[:, ORDER[strong]]
        total += jnp.where(unknown, 0.0, _bernoulli(raw[:, 0], there[:, line], present))
    return total


def draw_observed(
    key: PRNGKeyArray,
    chain: Chain,
    scales: Scales,
    features: Float[Array, "*galaxy wider"],
    unit: Float[Array, "*galaxy free"],
    ties: Float[Array, "*galaxy pair"],
) -> Observed:
    """Draw what the catalogue would list for galaxies of known intrinsic lines."""
    hidden, intrinsic = run_trunk(chain, features), from_unit(scales, unit)
    shape = hidden.shape[:-1]
    order = jnp.array(ORDER)

    def draw_line(seen: Array, step: Array) -> tuple[Array, tuple[Array, Array]]:
        keys, line = jax.random.split(jax.random.fold_in(key, step), 5), order[step]
        context = context_of(unit, seen, step)
        raw = run_head(chain.heads[0], step, hidden, context)
        detected = jax.random.bernoulli(keys[0], jax.nn.sigmoid(raw[..., 0]))
        log_sigma = _clip(scales, line, draw(keys[1], mixture(raw[..., 2:])))
        sigma = _sigma(scales, line, log_sigma)
        signal = intrinsic[..., step] / sigma
        noise = mixture(run_head(chain.heads[1], step, hidden, noise_context(context, log_sigma, signal)))
        level = signal + draw(keys[2], noise, TRACE - signal)
        trace = jax.random.bernoulli(keys[3], jax.nn.sigmoid(raw[..., 1]))
        level = jnp.where(trace, TRACE * jax.random.uniform(keys[4], shape, hidden.dtype, 1e-4, 1.0) ** 3, level)
        present = jnp.minimum(level * sigma, jnp.asarray(scales.cap)[step])
        there = detected.astype(hidden.dtype)
        spread = jnp.broadcast_to(present[..., None], (*shape, FREE))
        place = to_unit(scales, spread)[..., step]
        now = jnp.stack([jnp.ones_like(there), there, there * place, there * log_sigma], axis=-1)
        return seen.at[..., step].set(now.astype(seen.dtype)), (
            jnp.where(detected, present, sigma * _faint(keys[2], signal)),
            sigma,
        )

    seen, (free_ew, free_sigma) = jax.lax.scan(draw_line, jnp.zeros((*shape, 4, FREE), hidden.dtype), jnp.arange(FREE))
    columns = {line: (free_ew[step], free_sigma[step]) for step, line in enumerate(ORDER)}
    context = context_of(unit, seen, FREE)
    for pair, (line, strong) in enumerate(TIED):
        keys = jax.random.split(jax.random.fold_in(key, FREE + pair), 4)
        raw = run_head(chain.heads[2], pair, hidden, context)
        detected = jax.random.bernoulli(keys[0], jax.nn.sigmoid(raw[..., 0]))
        sigma = _sigma(scales, line, _clip(scales, line, draw(keys[1], mixture(raw[..., 1 : 1 + RAW]))))
        strong_ew = columns[ORDER[strong]][0]
        lone = 10 ** (scales.lone_center[pair] + LONE_UNIT * draw(keys[2], mixture(raw[..., 1 + RAW :])))
        largest = jnp.asarray(scales.cap)[strong] * 10 ** -jnp.asarray(scales.tie)[pair]
        present = jnp.minimum(jnp.where(strong_ew > 0, strong_ew * ties[..., pair], lone), largest)
        absent = sigma * _faint(keys[3], intrinsic[..., strong] * ties[..., pair] / sigma)
        columns[line] = jnp.where(detected, present, absent), sigma
    ew, sigma = (jnp.stack([columns[line][part] for line in range(len(columns))], axis=-1) for part in (0, 1))
    return Observed(ew, 1 / sigma**2)


def _sigma(scales: Scales, line: int | Array, log_sigma: Array) -> Array:
    return 10 ** (jnp.asarray(scales.sigma_center)[line] + jnp.asarray(scales.sigma_spread)[line] * log_sigma)


def _clip(scales: Scales, line: int | Array, log_sigma: Array) -> Array:
    return jnp.clip(log_sigma, jnp.asarray(scales.sigma_low)[line], jnp.asarray(scales.sigma_high)[line])


def _bernoulli(logit: Array, happened: Array, log_density_then: Array) -> Array:
    return jnp.where(happened, jax.nn.log_sigmoid(logit) + log_density_then, jax.nn.log_sigmoid(-logit))


def _faint(key: PRNGKeyArray, signal: Array) -> Array:
    """Signal-to-noise <= 0 of an undetected line: Gaussian noise about its signal, given that it ends below zero."""
    level = jax.random.uniform(key, signal.shape, signal.dtype, 1e-6, 1 - 1e-6) * jnp.maximum(ndtr(-signal), 1e-30)
    return jnp.minimum(signal + ndtri(level), 0.0)
