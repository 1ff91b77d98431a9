"""What DESI's catalogue would list of a galaxy, drawn line by line given its continuum.

For each line in turn a small network gives, from the continuum and the lines drawn before, the probability of a
detection and the distributions of the line's error and strength. Noise, selection and the pipeline's fit are part of
the training data, so that no model of them is assumed. The weak line of a tied doublet is drawn by its ratio to the
strong one wherever the strong one is detected.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..networks.layers import run_trunk
from .chain import Chain, run_head, run_heads
from .gaussian_mixture import draw, log_density, mixture
from .latent import N_FREE, ORDER, TIED
from .scales import Scales

STEPS: Final = N_FREE + len(TIED)
SEQUENCE: Final = (*ORDER, *(line for line, _ in TIED))
"""The lines in the order of drawing, as places on the line axis: the free ones, then the tied."""
STRONG: Final = (*range(N_FREE), *(step for _, step in TIED))
"""For each step, the step of the strong line that its ratio refers to; a free line's own step."""
COMPONENTS: Final = 8
"""Gaussians per mixture: errors and strengths are far from normal."""
SEEN: Final = 1 + 3 * COMPONENTS
"""Raw parameters per line: the logit of a detection, and the mixture of the error."""
STRENGTH: Final = 3 * COMPONENTS
"""Numbers per line: the mixture of its strength."""
CONTEXT: Final = 4 * STEPS
"""Inputs of a head besides the trunk: four for every line."""


class CataloguedLines(NamedTuple):
    """The lines of a catalogue, in the order of `SEQUENCE` and in the chain's units.

    Attributes
    ----------
    observable, detected : (..., line) array of bool
        Whether a line falls on good pixels, and whether the catalogue holds it.
    value : (..., 10, 2) array
        Error and strength, of a tied line relative to its strong one where that is detected; 0 where not detected.
    context : (..., 10, 4) array
        Input of the other steps: observable, detected, error and strength.
    """

    observable: Bool[Array, "*galaxy step"]
    detected: Bool[Array, "*galaxy step"]
    value: Float[Array, "*galaxy step two"]
    context: Float[Array, "*galaxy step four"]


@jax.jit
def to_catalogued(
    scales: Scales,
    ew: Float[Array | np.ndarray, "galaxy line"],
    sigma: Float[Array | np.ndarray, "galaxy line"],
    cut: Bool[Array | np.ndarray, "galaxy line"],
) -> CataloguedLines:
    """Bring a catalogue's lines into the chain's units.

    Parameters
    ----------
    scales : Scales
        Units of the sample.
    ew, sigma : (galaxy, line) array
        Catalogued EWs and their errors [Å], NaN where not detected.
    cut : (galaxy, line) array
        Lines that are not observable.

    Returns
    -------
    CataloguedLines
        Of all galaxies.
    """
    order = jnp.array(SEQUENCE)
    ew, sigma, observable = jnp.asarray(ew)[:, order], jnp.asarray(sigma)[:, order], ~jnp.asarray(cut)[:, order]
    detected = jnp.isfinite(ew) & observable
    logs = jnp.log10(jnp.where(detected[..., None], jnp.stack([sigma, ew], axis=-1), 1.0))
    columns = [_own_units(scales, step, detected, logs) for step in range(STEPS)]
    context = [_context(scales, step, observable[:, step], detected[:, step], logs[:, step]) for step in range(STEPS)]
    return CataloguedLines(observable, detected, jnp.stack(columns, axis=1), jnp.stack(context, axis=1))


def log_likelihood(
    chain: Chain, features: Float[Array | np.ndarray, "galaxy feature"], catalogued: CataloguedLines
) -> Float[Array, " galaxy"]:
    """Log likelihood of the lines of a catalogue, summed over the lines.

    Parameters
    ----------
    chain : Chain
        The networks.
    features : (galaxy, 15) array
        From `conditioning.with_conditions`.
    catalogued : CataloguedLines
        From `to_catalogued`.

    Returns
    -------
    (galaxy,) array
        Lines that are not observable do not count.
    """
    hidden = run_trunk(chain.trunk, jnp.asarray(features))
    before = jnp.tril(jnp.ones((STEPS, STEPS), hidden.dtype), -1)
    context = (catalogued.context[:, None] * before[:, :, None]).reshape(-1, STEPS, CONTEXT)
    raw_detection = run_heads(chain.heads[0], hidden, context)
    strength = run_heads(chain.heads[1], hidden, jnp.concatenate([context, catalogued.value[..., :1]], axis=-1))
    present = log_density(mixture(raw_detection[..., 1:]), catalogued.value[..., 0])
    present += log_density(mixture(strength), catalogued.value[..., 1])
    chance = jax.nn.log_sigmoid(jnp.where(catalogued.detected, raw_detection[..., 0], -raw_detection[..., 0]))
    return jnp.where(catalogued.observable, chance + jnp.where(catalogued.detected, present, 0.0), 0.0).sum(axis=-1)


class DrawnLines(NamedTuple):
    """One realisation of a catalogue's row, in the order of `SEQUENCE`.

    Attributes
    ----------
    detected : (..., line) array of bool
        Whether the catalogue holds the line.
    ew, sigma : (..., line) array
        Equivalent width and error [Å]; only the error is meaningful where a line is not detected.
    context : (..., 10, 4) array
        See `CataloguedLines`.
    """

    detected: Bool[Array, "*galaxy step"]
    ew: Float[Array, "*galaxy step"]
    sigma: Float[Array, "*galaxy step"]
    context: Float[Array, "*galaxy step four"]


def draw_catalogued(
    uniforms: Float[Array, "*galaxy step five"],
    chain: Chain,
    scales: Scales,
    features: Float[Array | np.ndarray, "*galaxy feature"],
) -> DrawnLines:
    """Draw what a catalogue would hold of galaxies, no line cut.

    Parameters
    ----------
    uniforms : (..., line, 5) array
        Uniform numbers in (0, 1): the same ones and the same features give the same draw.
    chain, scales : Chain, Scales
        Networks and units.
    features : (..., 15) array
        From `conditioning.with_conditions`.

    Returns
    -------
    DrawnLines
        Arrays (..., line).
    """
    hidden = run_trunk(chain.trunk, jnp.asarray(features))
    shape, dtype = hidden.shape[:-1], hidden.dtype
    observable = jnp.ones(shape, bool)

    def draw_line(state: tuple[Array, Array], given: tuple[Array, Array]) -> tuple[tuple[Array, Array], Array]:
        (context, logs), (step, uniform) = state, given
        flat = context.reshape(*shape, CONTEXT)
        raw = run_head(chain.heads[0], step, hidden, flat)
        detected = uniform[..., 0] < jax.nn.sigmoid(raw[..., 0])
        strong = jnp.array(STRONG)[step]
        regime = ((strong != step) & (context[..., strong, 1] > 0)).astype(int)
        units, limits = _of_regime(scales.units, step, regime), _of_regime(scales.limits, step, regime)

        def pick(kind: int, raw: Array) -> Array:
            value = draw(uniform[..., 1 + 2 * kind : 3 + 2 * kind], mixture(raw))
            return jnp.clip(value, limits[..., kind, 0], limits[..., kind, 1]).astype(dtype)

        error = pick(0, raw[..., 1:])
        raw = run_head(chain.heads[1], step, hidden, jnp.concatenate([flat, error[..., None]], axis=-1))
        value = jnp.stack([error, pick(1, raw)], axis=-1) * units[..., 1] + units[..., 0]
        value = jnp.where(regime[..., None] == 1, logs[..., strong, :] - value, value)
        context = context.at[..., step, :].set(_context(scales, step, observable, detected, value).astype(dtype))
        return (context, logs.at[..., step, :].set(value.astype(dtype))), detected

    start = jnp.zeros((*shape, STEPS, 4), dtype), jnp.zeros((*shape, STEPS, 2), dtype)
    (context, logs), detected = jax.lax.scan(draw_line, start, (jnp.arange(STEPS), jnp.moveaxis(uniforms, -2, 0)))
    return DrawnLines(jnp.moveaxis(detected, 0, -1), 10 ** logs[..., 1], 10 ** logs[..., 0], context)


def measure_units(
    ew: Float[np.ndarray, "galaxy line"], sigma: Float[np.ndarray, "galaxy line"]
) -> tuple[Float[np.ndarray, "step kind regime two"], Float[np.ndarray, "step kind regime two"]]:
    """Measure the chain's units and limits on a sample: robust centres and spreads, and what was ever seen.

    Parameters
    ----------
    ew, sigma : (galaxy, line) array
        Catalogued EWs and their errors [Å], NaN where not detected.

    Returns
    -------
    units, limits : (10, 2, 2, 2) arrays
        See `Scales`.
    """
    logs = np.log10(np.stack([sigma, ew], axis=-1))[:, list(SEQUENCE)]
    detected = np.isfinite(logs[..., 1])
    units, limits = np.zeros((2, STEPS, 2, 2, 2), np.float32)
    units[..., 1] = 1.0
    for step, strong in enumerate(STRONG):
        with_strong = (strong != step) & detected[:, strong]
        raw = np.where(with_strong[:, None], logs[:, strong] - logs[:, step], logs[:, step])
        for regime in range(2):
            here = raw[detected[:, step] & (with_strong == regime)]
            if not len(here):
                continue
            low, middle, high = np.quantile(here, [0.16, 0.5, 0.84], axis=0)
            spread = np.maximum((high - low) / 2, 1e-3)
            units[step, :, regime] = np.stack([middle, spread], axis=-1)
            limits[step, :, regime] = ((np.quantile(here, [0.0005, 1.0], axis=0) - middle) / spread).T
    return units, limits


def _own_units(scales: Scales, step: int, detected: Array, logs: Array) -> Array:
    """Error and strength of one line in the units of its regime, within their limits."""
    strong = STRONG[step]
    regime = (detected[:, strong] if strong != step else jnp.zeros(len(detected), bool)).astype(int)
    raw = jnp.where(regime[:, None] == 1, logs[:, strong] - logs[:, step], logs[:, step])
    units, limits = _of_regime(scales.units, step, regime), _of_regime(scales.limits, step, regime)
    standard = jnp.clip((raw - units[..., 0]) / units[..., 1], limits[..., 0], limits[..., 1])
    return jnp.where(detected[:, step, None], standard, 0.0)


def _of_regime(numbers: Array | np.ndarray, step: int | Array, regime: Array) -> Float[Array, "*galaxy kind two"]:
    """Units or limits of one step's error and strength, in each galaxy's regime."""
    return jnp.moveaxis(jnp.asarray(numbers)[step][:, regime], 0, -2)


def _context(scales: Scales, step: int | Array, observable: Array, detected: Array, logs: Array) -> Array:
    units = jnp.asarray(scales.units)[step, :, 0]
    standard = (logs - units[:, 0]) / units[:, 1]
    flags = jnp.stack([observable, detected], axis=-1).astype(standard.dtype)
    return jnp.concatenate([flags, jnp.where(detected[..., None], standard, 0.0)], axis=-1)
