"""The lines of a mock galaxy, drawn one after the other as a catalogue lists them, given its starlight and redshift.

For each line in turn a small network says, from the continuum and from the lines before it, how probable a detection
is, and how the line's error and its strength are distributed (mixtures of Gaussians). A weak line of a tied doublet is
drawn by its ratio to the strong one wherever that was detected. Drawing needs NumPy alone; `fit_lines` fits it.
"""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import expit

from data.overlap import is_cut
from model.lines import LINE_NAMES, LINES

ORDER: Final = tuple(
    sorted(
        range(len(LINES)),
        key=lambda index: (LINES[index].tied_to is not None, -LINES[index].wavelength),
    )
)
"""Places on the line axis in the order of drawing: free lines from the red, then the tied ones."""
STRONG: Final = tuple(
    ORDER.index(LINE_NAMES.index(tied_to)) if (tied_to := LINES[index].tied_to) else None for index in ORDER
)
"""For each step, the step of the strong line that it is tied to."""
STEPS: Final = len(ORDER)
COMPONENTS: Final = 8
MIN_SCALE: Final = 0.01
"""Narrowest Gaussian, in standardised units."""


class Heads(NamedTuple):
    """One small network a step, from the trunk and a context to free numbers."""

    trunk: Float[np.ndarray, "step width hidden"]
    context: Float[np.ndarray, "step context hidden"]
    bias: Float[np.ndarray, "step hidden"]
    output: Float[np.ndarray, "step hidden raw"]
    output_bias: Float[np.ndarray, "step raw"]


class LineChain(NamedTuple):
    """The networks and the units of their numbers.

    Attributes
    ----------
    entry, entry_bias, blocks, blocks_bias : arrays
        Shared layers over the standardised continuum.
    seen : Heads
        Per step: logit of a detection, mixture of the error.
    strength : Heads
        Per step: mixture of the strength, given the error too.
    units : (step, 2, 2, 2) array
        Centre and scale (last axis) of the error and the strength (second axis): log10 of [Å], or of strong over weak
        where the strong line of a doublet is detected (third axis).
    limits : (step, 2, 2, 2) array
        Least and greatest of the same, standardised, in the training galaxies.
    """

    entry: Float[np.ndarray, "quantity width"]
    entry_bias: Float[np.ndarray, " width"]
    blocks: Float[np.ndarray, "block width width"]
    blocks_bias: Float[np.ndarray, "block width"]
    seen: Heads
    strength: Heads
    units: Float[np.ndarray, "step kind regime two"]
    limits: Float[np.ndarray, "step kind regime two"]


def draw_lines(
    chain: LineChain,
    continuum: Float[np.ndarray, "galaxy quantity"],
    redshift: Float[np.ndarray, " galaxy"],
    generator: np.random.Generator,
) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """Draw what a catalogue would list of these galaxies.

    Parameters
    ----------
    chain : LineChain
        From `data.mock.load_density`.
    continuum : (galaxy, 13) array
        Standardised colours, luminosity and redshift.
    redshift : (galaxy,) array
        Decides which lines fall into a camera overlap.
    generator : Generator
        Of random numbers.

    Returns
    -------
    ew, ivar : (galaxy, 10) arrays
        Equivalent widths [Å] and inverse variances [1/Å²]; NaN where not detected or cut.
    """
    n = len(continuum)
    hidden = _silu(continuum @ chain.entry + chain.entry_bias)
    for weight, bias in zip(chain.blocks, chain.blocks_bias, strict=True):
        hidden = hidden + _silu(hidden @ weight + bias)
    cut = is_cut(redshift)[:, list(ORDER)]
    context = np.zeros((n, STEPS, 4))
    logs = np.full((n, STEPS, 2), np.nan)
    for step in range(STEPS):
        flat = context.reshape(n, -1)
        raw = _run(chain.seen, step, hidden, flat)
        there = ~cut[:, step] & (generator.random(n) < expit(raw[:, 0]))
        strong = STRONG[step]
        regime = np.zeros(n, int) if strong is None else context[:, strong, 1].astype(int)
        error = _pick(raw[:, 1:], chain.limits[step, 0, regime], generator)
        raw = _run(chain.strength, step, hidden, np.concatenate([flat, error[:, None]], axis=1))
        strength = _pick(raw, chain.limits[step, 1, regime], generator)
        value = from_units(chain.units[step], regime, np.stack([error, strength], axis=1))
        if strong is not None:
            value = np.where(regime[:, None] == 1, logs[:, strong] - value, value)
        logs[there, step] = value[there]
        context[:, step] = context_of(chain.units[step], ~cut[:, step], there, value)
    ew, ivar = np.full((n, STEPS), np.nan), np.full((n, STEPS), np.nan)
    ew[:, list(ORDER)], ivar[:, list(ORDER)] = 10.0 ** logs[..., 1], 10.0 ** (-2 * logs[..., 0])
    return ew, ivar


def from_units(
    units: Float[np.ndarray, "kind regime two"],
    regime: Float[np.ndarray, " galaxy"],
    standard: Float[np.ndarray, "galaxy kind"],
) -> Float[np.ndarray, "galaxy kind"]:
    """Undo the standardisation of errors and strengths."""
    center, scale = np.moveaxis(units[:, regime], -1, 0)
    return standard * scale.T + center.T


def context_of(
    units: Float[np.ndarray, "kind regime two"],
    known: Bool[np.ndarray, " galaxy"],
    there: Bool[np.ndarray, " galaxy"],
    logs: Float[np.ndarray, "galaxy kind"],
) -> Float[np.ndarray, "galaxy four"]:
    """Give what later steps see of a line: whether it was looked for, whether detected, its error and strength."""
    standard = (logs - units[:, 0, 0]) / units[:, 0, 1]
    return np.column_stack([known, there, np.where(there[:, None], standard, 0.0)]).astype(float)


def _run(heads: Heads, step: int, hidden: np.ndarray, context: np.ndarray) -> np.ndarray:
    inner = _silu(hidden @ heads.trunk[step] + context @ heads.context[step] + heads.bias[step])
    return inner @ heads.output[step] + heads.output_bias[step]


def _pick(
    raw: Float[np.ndarray, "galaxy raw"], limits: Float[np.ndarray, "galaxy two"], generator: np.random.Generator
) -> Float[np.ndarray, " galaxy"]:
    """Draw one number from each galaxy's mixture, between the limits."""
    logit, mean, scale = np.split(raw, 3, axis=1)
    weight = np.exp(logit - logit.max(axis=1, keepdims=True)).cumsum(axis=1)
    chosen = (generator.random(len(raw))[:, None] * weight[:, -1:] > weight[:, :-1]).sum(axis=1)
    rows = np.arange(len(raw))
    start = np.linspace(-1.0, 1.0, COMPONENTS)[chosen]
    width = MIN_SCALE + np.logaddexp(0.0, scale[rows, chosen])
    value = mean[rows, chosen] + start + width * generator.standard_normal(len(raw))
    return np.clip(value, limits[:, 0], limits[:, 1])


def _silu(value: np.ndarray) -> np.ndarray:
    return value * expit(value)
