"""What DESI's catalogue would list of a galaxy, drawn line by line given its continuum.

For each line in turn a small network says, from the continuum and from the lines before it, how probable a detection
is, and how the line's error and its strength are distributed. Noise, selection and the quirks of the fit that measured
the lines are in what is learned, so that nothing has to be assumed of them. A weak line of a tied doublet is drawn by
its ratio to the strong one wherever that is listed.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..networks.layers import run_trunk
from .chain import Chain, run_head, run_heads
from .gaussian_mixture import draw, log_density, mixture
from .latent import FREE, ORDER, TIED
from .scales import Scales

STEPS: Final = FREE + len(TIED)
SEQUENCE: Final = (*ORDER, *(line for line, _ in TIED))
"""The lines in the order of drawing, as places on the line axis: the free ones, then the tied."""
STRONG: Final = (*range(FREE), *(step for _, step in TIED))
"""For each step, that of the line whose ratio it is drawn by; a free line's own."""
COMPONENTS: Final = 8
"""Gaussians per mixture: errors and strengths are far from normal."""
SEEN: Final = 1 + 3 * COMPONENTS
"""Numbers per line: whether it is listed, and the mixture of its error."""
STRENGTH: Final = 3 * COMPONENTS
"""Numbers per line: the mixture of its strength."""
CONTEXT: Final = 4 * STEPS
"""Numbers a head sees besides the trunk: four for every line."""


class Listed(NamedTuple):
    """What a catalogue lists, in the order of `SEQUENCE` and in the chain's units.

    Attributes
    ----------
    known, there : (..., 10) array of bool
        Whether a line was looked for, and whether it is listed.
    value : (..., 10, 2) array
        Error and strength, of a tied line relative to its strong one where that is listed; 0 where not listed.
    context : (..., 10, 4) array
        What other steps see: looked for, listed, error and strength.
    """

    known: Bool[Array, "*galaxy step"]
    there: Bool[Array, "*galaxy step"]
    value: Float[Array, "*galaxy step two"]
    context: Float[Array, "*galaxy step four"]


@jax.jit
def as_listed(
    scales: Scales,
    ew: Float[Array | np.ndarray, "galaxy line"],
    sigma: Float[Array | np.ndarray, "galaxy line"],
    cut: Bool[Array | np.ndarray, "galaxy line"],
) -> Listed:
    """Bring a catalogue's lines into the chain's units.

    Parameters
    ----------
    scales : Scales
        Units of the sample.
    ew, sigma : (galaxy, 10) array
        Catalogued EWs and their errors [Å], NaN where not listed.
    cut : (galaxy, 10) array
        Lines that were not looked for.

    Returns
    -------
    Listed
        Of all galaxies.
    """
    order = jnp.array(SEQUENCE)
    ew, sigma, known = jnp.asarray(ew)[:, order], jnp.asarray(sigma)[:, order], ~jnp.asarray(cut)[:, order]
    there = jnp.isfinite(ew) & known
    logs = jnp.log10(jnp.where(there[..., None], jnp.stack([sigma, ew], axis=-1), 1.0))
    columns = [_own_units(scales, step, there, logs) for step in range(STEPS)]
    context = [_context(scales, step, known[:, step], there[:, step], logs[:, step]) for step in range(STEPS)]
    return Listed(known, there, jnp.stack(columns, axis=1), jnp.stack(context, axis=1))


def log_likelihood(
    chain: Chain, features: Float[Array | np.ndarray, "galaxy feature"], listed: Listed
) -> Float[Array, " galaxy"]:
    """Log likelihood of what a catalogue lists, summed over the lines.

    Parameters
    ----------
    chain : Chain
        The networks.
    features : (galaxy, 15) array
        From `known.with_known`.
    listed : Listed
        From `as_listed`.

    Returns
    -------
    (galaxy,) array
        Lines that were not looked for do not count.
    """
    hidden = run_trunk(chain, jnp.asarray(features))
    before = jnp.tril(jnp.ones((STEPS, STEPS), hidden.dtype), -1)
    context = (listed.context[:, None] * before[:, :, None]).reshape(-1, STEPS, CONTEXT)
    seen = run_heads(chain.heads[0], hidden, context)
    strength = run_heads(chain.heads[1], hidden, jnp.concatenate([context, listed.value[..., :1]], axis=-1))
    present = log_density(mixture(seen[..., 1:]), listed.value[..., 0])
    present += log_density(mixture(strength), listed.value[..., 1])
    chance = jax.nn.log_sigmoid(jnp.where(listed.there, seen[..., 0], -seen[..., 0]))
    return jnp.where(listed.known, chance + jnp.where(listed.there, present, 0.0), 0.0).sum(axis=-1)


class DrawnList(NamedTuple):
    """One realisation of a catalogue's row, in the order of `SEQUENCE`.

    Attributes
    ----------
    there : (..., 10) array of bool
        Whether the line is listed.
    ew, sigma : (..., 10) array
        Equivalent width and error [Å]; where a line is not listed, only the error means something.
    context : (..., 10, 4) array
        See `Listed`.
    """

    there: Bool[Array, "*galaxy step"]
    ew: Float[Array, "*galaxy step"]
    sigma: Float[Array, "*galaxy step"]
    context: Float[Array, "*galaxy step four"]


def draw_list(
    levels: Float[Array, "*galaxy step five"],
    chain: Chain,
    scales: Scales,
    features: Float[Array | np.ndarray, "*galaxy feature"],
) -> DrawnList:
    """Draw what a catalogue would list of galaxies, no line cut.

    Parameters
    ----------
    levels : (..., 10, 5) array
        Uniform numbers in (0, 1): the same ones and the same features give the same draw.
    chain, scales : Chain, Scales
        Networks and units.
    features : (..., 15) array
        From `known.with_known`.

    Returns
    -------
    DrawnList
        Arrays (..., 10).
    """
    hidden = run_trunk(chain, jnp.asarray(features))
    shape, dtype = hidden.shape[:-1], hidden.dtype
    known = jnp.ones(shape, bool)

    def draw_line(state: tuple[Array, Array], given: tuple[Array, Array]) -> tuple[tuple[Array, Array], Array]:
        (context, logs), (step, level) = state, given
        flat = context.reshape(*shape, CONTEXT)
        raw = run_head(chain.heads[0], step, hidden, flat)
        there = level[..., 0] < jax.nn.sigmoid(raw[..., 0])
        strong = jnp.array(STRONG)[step]
        regime = ((strong != step) & (context[..., strong, 1] > 0)).astype(int)
        units, limits = _of_regime(scales.units, step, regime), _of_regime(scales.limits, step, regime)

        def pick(kind: int, raw: Array) -> Array:
            value = draw(level[..., 1 + 2 * kind : 3 + 2 * kind], mixture(raw))
            return jnp.clip(value, limits[..., kind, 0], limits[..., kind, 1]).astype(dtype)

        error = pick(0, raw[..., 1:])
        raw = run_head(chain.heads[1], step, hidden, jnp.concatenate([flat, error[..., None]], axis=-1))
        value = jnp.stack([error, pick(1, raw)], axis=-1) * units[..., 1] + units[..., 0]
        value = jnp.where(regime[..., None] == 1, logs[..., strong, :] - value, value)
        context = context.at[..., step, :].set(_context(scales, step, known, there, value).astype(dtype))
        return (context, logs.at[..., step, :].set(value.astype(dtype))), there

    start = jnp.zeros((*shape, STEPS, 4), dtype), jnp.zeros((*shape, STEPS, 2), dtype)
    (context, logs), there = jax.lax.scan(draw_line, start, (jnp.arange(STEPS), jnp.moveaxis(levels, -2, 0)))
    return DrawnList(jnp.moveaxis(there, 0, -1), 10 ** logs[..., 1], 10 ** logs[..., 0], context)


def measure_units(
    ew: Float[np.ndarray, "galaxy line"], sigma: Float[np.ndarray, "galaxy line"]
) -> tuple[Float[np.ndarray, "step kind regime two"], Float[np.ndarray, "step kind regime two"]]:
    """Measure the chain's units and limits on a sample: robust centres and spreads, and what was ever seen.

    Parameters
    ----------
    ew, sigma : (galaxy, 10) array
        Catalogued EWs and their errors [Å], NaN where not listed.

    Returns
    -------
    units, limits : (10, 2, 2, 2) arrays
        See `Scales`.
    """
    logs = np.log10(np.stack([sigma, ew], axis=-1))[:, list(SEQUENCE)]
    there = np.isfinite(logs[..., 1])
    units, limits = np.zeros((2, STEPS, 2, 2, 2), np.float32)
    units[..., 1] = 1.0
    for step, strong in enumerate(STRONG):
        beside = (strong != step) & there[:, strong]
        raw = np.where(beside[:, None], logs[:, strong] - logs[:, step], logs[:, step])
        for regime in range(2):
            here = raw[there[:, step] & (beside == regime)]
            if not len(here):
                continue
            low, middle, high = np.quantile(here, [0.16, 0.5, 0.84], axis=0)
            spread = np.maximum((high - low) / 2, 1e-3)
            units[step, :, regime] = np.stack([middle, spread], axis=-1)
            limits[step, :, regime] = ((np.quantile(here, [0.0005, 1.0], axis=0) - middle) / spread).T
    return units, limits


def _own_units(scales: Scales, step: int, there: Array, logs: Array) -> Array:
    """Error and strength of one line in the units of its regime, within their limits."""
    strong = STRONG[step]
    regime = (there[:, strong] if strong != step else jnp.zeros(len(there), bool)).astype(int)
    raw = jnp.where(regime[:, None] == 1, logs[:, strong] - logs[:, step], logs[:, step])
    units, limits = _of_regime(scales.units, step, regime), _of_regime(scales.limits, step, regime)
    standard = jnp.clip((raw - units[..., 0]) / units[..., 1], limits[..., 0], limits[..., 1])
    return jnp.where(there[:, step, None], standard, 0.0)


def _of_regime(numbers: Array | np.ndarray, step: int | Array, regime: Array) -> Float[Array, "*galaxy kind two"]:
    """Units or limits of one step's error and strength, in each galaxy's regime."""
    return jnp.moveaxis(jnp.asarray(numbers)[step][:, regime], 0, -2)


def _context(scales: Scales, step: int | Array, known: Array, there: Array, logs: Array) -> Array:
    units = jnp.asarray(scales.units)[step, :, 0]
    standard = (logs - units[:, 0]) / units[:, 1]
    flags = jnp.stack([known, there], axis=-1).astype(standard.dtype)
    return jnp.concatenate([flags, jnp.where(there[..., None], standard, 0.0)], axis=-1)
