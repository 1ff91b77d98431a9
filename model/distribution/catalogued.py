"""Distribution of the lines that DESI's catalogue lists of a galaxy, drawn line by line given its continuum.

For each line in turn, a small network predicts from the continuum and the lines drawn before it the probability of a
detection and the distributions of the line's error and strength. Noise, selection and the pipeline's fit are part of
the training data, so that no model of them is assumed. The weak line of a tied doublet is drawn as a ratio to the
strong one if the strong one is detected.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..networks.layers import run_trunk
from .chain import Chain, FirstLine, run_head, run_heads
from .gaussian_mixture import draw, log_density, mixture
from .latent import N_FREE, ORDER, TIED
from .scales import Scales

STEPS: Final = N_FREE + len(TIED)
"""Number of lines drawn, one per step."""
SEQUENCE: Final = (*ORDER, *(line for line, _ in TIED))
"""The lines in the order of drawing, as positions on the line axis: the free ones, then the tied."""
STRONG: Final = (*range(N_FREE), *(step for _, step in TIED))
"""For each step, the step of the strong line of its doublet; for a free line, its own step."""
COMPONENTS: Final = 8
"""Gaussians per mixture, as errors and strengths are far from normally distributed."""
DETECTION: Final = 1 + 3 * COMPONENTS
"""Raw parameters per line of the first head: the logit of a detection, and the mixture of the error."""
STRENGTH: Final = 3 * COMPONENTS
"""Raw parameters per line of the second head: the mixture of the strength."""
CONTEXT: Final = 4 * STEPS
"""Inputs of a head besides the trunk, four per line."""


class CataloguedLines(NamedTuple):
    """The lines of a catalogue, in the order of `SEQUENCE` and in the chain's units.

    Attributes
    ----------
    observable, detected : (..., line) array of bool
        Whether a line falls on good pixels, and whether the catalogue lists it.
    value : (..., 10, 2) array
        Standardised log error and log EW, of a tied line relative to its strong line where that is detected; 0 where
        not detected.
    context : (..., 10, 4) array
        Input of the later steps: observable, detected, error and strength.
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
    """Convert a catalogue's lines to the units of the chain.

    Parameters
    ----------
    scales : Scales
        Units and limits of the training sample.
    ew, sigma : (galaxy, line) array
        Catalogued EWs and their errors [Å], NaN where not detected.
    cut : (galaxy, line) array
        True for lines that are not observable.

    Returns
    -------
    CataloguedLines
        Arrays (galaxy, 10, ...).
    """
    order = jnp.array(SEQUENCE)
    ew, sigma, observable = jnp.asarray(ew)[:, order], jnp.asarray(sigma)[:, order], ~jnp.asarray(cut)[:, order]
    detected = jnp.isfinite(ew) & observable
    logs = jnp.log10(jnp.where(detected[..., None], jnp.stack([sigma, ew], axis=-1), 1.0))
    columns = [_standardized(scales, step, detected, logs) for step in range(STEPS)]
    context = [context_of(scales, step, observable[:, step], detected[:, step], logs[:, step]) for step in range(STEPS)]
    return CataloguedLines(observable, detected, jnp.stack(columns, axis=1), jnp.stack(context, axis=1))


def log_likelihood(
    chain: Chain, features: Float[Array | np.ndarray, "galaxy feature"], catalogued: CataloguedLines
) -> Float[Array, " galaxy"]:
    """Return the log likelihood of catalogued lines, summed over the lines.

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
        Log likelihoods; lines that are not observable do not count.
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
    """One draw of the lines of a catalogue, in the order of `SEQUENCE`.

    Attributes
    ----------
    detected : (..., line) array of bool
        Whether the catalogue would list the line.
    ew, sigma : (..., line) array
        Equivalent width and error [Å]; the equivalent width is meaningless where a line is not detected.
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
    first: FirstLine | None = None,
) -> DrawnLines:
    """Draw the catalogued lines of galaxies, with every line observable.

    Parameters
    ----------
    uniforms : (..., line, 5) array
        Uniform random numbers in (0, 1); equal numbers and features give equal draws.
    chain, scales : Chain, Scales
        Networks and units.
    features : (..., 15) array
        From `conditioning.with_conditions`.
    first : FirstLine, optional
        The first line where it is known.

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
        units, limits = of_regime(scales.units, step, regime), of_regime(scales.limits, step, regime)

        def pick(kind: int, raw: Array) -> Array:
            value = draw(uniform[..., 1 + 2 * kind : 3 + 2 * kind], mixture(raw))
            return jnp.clip(value, limits[..., kind, 0], limits[..., kind, 1]).astype(dtype)

        error = pick(0, raw[..., 1:])
        raw = run_head(chain.heads[1], step, hidden, jnp.concatenate([flat, error[..., None]], axis=-1))
        value = jnp.stack([error, pick(1, raw)], axis=-1) * units[..., 1] + units[..., 0]
        value = jnp.where(regime[..., None] == 1, logs[..., strong, :] - value, value)
        if first is not None:
            instead = (step == 0) & first.given
            detected = jnp.where(instead, first.detected, detected)
            value = jnp.where(instead[..., None], first.logs, value)
        context = context.at[..., step, :].set(context_of(scales, step, observable, detected, value).astype(dtype))
        return (context, logs.at[..., step, :].set(value.astype(dtype))), detected

    start = jnp.zeros((*shape, STEPS, 4), dtype), jnp.zeros((*shape, STEPS, 2), dtype)
    (context, logs), detected = jax.lax.scan(draw_line, start, (jnp.arange(STEPS), jnp.moveaxis(uniforms, -2, 0)))
    return DrawnLines(jnp.moveaxis(detected, 0, -1), 10 ** logs[..., 1], 10 ** logs[..., 0], context)


def measure_units(
    ew: Float[np.ndarray, "galaxy line"], sigma: Float[np.ndarray, "galaxy line"]
) -> tuple[Float[np.ndarray, "step kind regime two"], Float[np.ndarray, "step kind regime two"]]:
    """Measure the units and limits of the chain on a sample: robust centres and spreads, and extreme values.

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
            values = raw[detected[:, step] & (with_strong == regime)]
            if not len(values):
                continue
            low, middle, high = np.quantile(values, [0.16, 0.5, 0.84], axis=0)
            spread = np.maximum((high - low) / 2, 1e-3)
            units[step, :, regime] = np.stack([middle, spread], axis=-1)
            limits[step, :, regime] = ((np.quantile(values, [0.0005, 1.0], axis=0) - middle) / spread).T
    return units, limits


def _standardized(scales: Scales, step: int, detected: Array, logs: Array) -> Array:
    """Return error and strength of one line, standardised in its regime and clipped to the limits."""
    strong = STRONG[step]
    regime = (detected[:, strong] if strong != step else jnp.zeros(len(detected), bool)).astype(int)
    raw = jnp.where(regime[:, None] == 1, logs[:, strong] - logs[:, step], logs[:, step])
    units, limits = of_regime(scales.units, step, regime), of_regime(scales.limits, step, regime)
    standard = jnp.clip((raw - units[..., 0]) / units[..., 1], limits[..., 0], limits[..., 1])
    return jnp.where(detected[:, step, None], standard, 0.0)


def of_regime(numbers: Array | np.ndarray, step: int | Array, regime: Array) -> Float[Array, "*galaxy kind two"]:
    """Return the units or limits of error and strength of one step, for the regime of each galaxy.

    The regime is 1 where a tied line is drawn as a ratio to its detected strong line, else 0.
    """
    return jnp.moveaxis(jnp.asarray(numbers)[step][:, regime], 0, -2)


def context_of(scales: Scales, step: int | Array, observable: Array, detected: Array, logs: Array) -> Array:
    """Return the inputs that one drawn line gives to the heads of later steps."""
    units = jnp.asarray(scales.units)[step, :, 0]
    standard = (logs - units[:, 0]) / units[:, 1]
    flags = jnp.stack([observable, detected], axis=-1).astype(standard.dtype)
    return jnp.concatenate([flags, jnp.where(detected[..., None], standard, 0.0)], axis=-1)
