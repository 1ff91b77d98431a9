"""Intrinsic equivalent widths of the free lines, drawn line by line, and the weak lines tied to them."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr, ndtri
from jaxtyping import Array, Float

from ..lines import FREE_LINES, LINE_NAMES, LINES
from ..networks.layers import run_dense, run_trunk
from .chain import Chain, FirstLine, Summary, run_head, run_heads
from .gaussian_mixture import draw, log_density, mixture
from .scales import Scales

ORDER: Final = tuple(sorted(FREE_LINES, key=lambda index: LINES[index].draw_rank))
"""The free lines in the order in which they are drawn, as positions on the line axis."""
TIED: Final = tuple(
    (index, ORDER.index(LINE_NAMES.index(line.tied_to))) for index, line in enumerate(LINES) if line.tied_to
)
"""For each tied line, its position on the line axis and the step at which its strong partner is drawn."""
N_FREE: Final = len(ORDER)
LARGEST_OFFSET: Final = 3.0
"""Limit of a response's offset, in units of a line's softening."""
LARGEST_BIAS: Final = 2.0
"""Limit of a response's bias, in units of the stated error."""
LARGEST_SCALE: Final = 3.0
"""Limit of a response's scale; its inverse is the smallest."""
ONSETS: Final = 0.05, 2.0
"""Limits of a response's onset, in units of the stated error."""


def to_unit(scales: Scales, ew: Float[Array, "*galaxy free"]) -> Float[Array, "*galaxy free"]:
    """Convert equivalent widths [Å] of the free lines to the scale of the mixtures."""
    return (jnp.arcsinh(ew / scales.softening) - scales.center) / scales.spread


def from_unit(scales: Scales, unit: Float[Array, "*galaxy free"]) -> Float[Array, "*galaxy free"]:
    """Convert back to equivalent widths [Å], limited to 0 and the largest of the training sample."""
    top = to_unit(scales, jnp.asarray(scales.cap))
    return jnp.maximum(jnp.sinh(jnp.minimum(unit, top) * scales.spread + scales.center), 0.0) * scales.softening


def unit_floor(scales: Scales) -> Float[Array, " free"]:
    """Return EW = 0 of each free line on the scale of the mixtures."""
    return -jnp.asarray(scales.center / scales.spread)


@jax.jit
def line_softening(scales: Scales) -> Float[Array, " line"]:
    """Return the EW [Å] of each line below which the scale of the percentiles is linear."""
    strong = jnp.array([step for _, step in TIED])
    free = jnp.asarray(scales.softening)
    return all_lines(free, free[strong] * 10 ** -jnp.asarray(scales.tie))


class Response(NamedTuple):
    """How a pipeline's measured EW depends on the noise-free one.

    The pipeline measures m = EW + offset + sigma (bias / (1 + (EW / sigma)²) + scale * normal), where sigma is the
    error that the catalogue states, and lists m > 0 with the probability 1 - exp(-m / (onset sigma)). `log_listed`
    integrates over the noise.

    Attributes
    ----------
    offset : (..., line) array
        What the pipeline's stellar template leaves [Å].
    bias : (..., line) array
        What a fit with free width, velocity and positive amplitudes finds where there is no line [sigma].
    scale : (..., line) array
        Scatter of the measured EW over the stated error.
    onset : (..., line) array
        Signal-to-noise below which the fit tends to pass over a line.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import listing_response, load_params
    >>> bins = np.array([1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    >>> response = listing_response(load_params(), bins)
    >>> f"{np.median(response.scale):.0f}"  # measured EWs scatter about as much as the stated errors say
    '1'
    """

    offset: Float[Array, "*galaxy line"]
    bias: Float[Array, "*galaxy line"]
    scale: Float[Array, "*galaxy line"]
    onset: Float[Array, "*galaxy line"]


def run_response(network: Summary, scales: Scales, color: Float[Array, "*galaxy color"]) -> Response:
    """Return the response of the lines in the order of drawing, the free ones first, then the tied ones."""
    order = np.array([*ORDER, *(line for line, _ in TIED)])
    raw = jnp.tanh(run_dense(network.output, run_trunk(network.trunk, color)))
    offset, bias, scale, onset = jnp.split(raw, 4, axis=-1)
    low, high = ONSETS
    return Response(
        LARGEST_OFFSET * offset * line_softening(scales)[order],
        LARGEST_BIAS * bias,
        LARGEST_SCALE**scale,
        low * (high / low) ** ((1 + onset) / 2),
    )


def fading_bias(
    response: Response, ew: Float[Array | np.ndarray, "..."], sigma: Float[Array | np.ndarray, "..."]
) -> Float[Array, "..."]:
    """Return the bias [sigma] of lines with these noise-free EWs and errors [Å], whose shapes broadcast."""
    return jnp.asarray(response.bias / (1 + (ew / sigma) ** 2))


def log_listed(
    response: Response, ew: Float[Array | np.ndarray, "..."], sigma: Float[Array | np.ndarray, "..."]
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """Return the log probability that lines with these noise-free EWs and errors [Å] are listed, and that not.

    The shapes are those of the response, or broadcast with them.
    """
    signal = ((ew + response.offset) / sigma + fading_bias(response, ew, sigma)) / response.scale
    faintness = response.scale / response.onset
    passed_over = faintness * (faintness / 2 - signal) + log_ndtr(signal - faintness)
    missed = jnp.minimum(jnp.logaddexp(log_ndtr(-signal), passed_over), -1e-6)
    return jnp.log(-jnp.expm1(missed)), missed


def latent_log_density(
    chain: Chain,
    scales: Scales,
    features: Float[Array, "*galaxy feature"],
    context: Float[Array, "*galaxy known"],
    unit: Float[Array, "*galaxy free"],
) -> Float[Array, "*galaxy free"]:
    """Return the log density of each free line given features, catalogued lines, and the free lines drawn before it."""
    before = unit[..., None, :] * (jnp.arange(N_FREE)[None, :] < jnp.arange(N_FREE)[:, None])
    wide = jnp.broadcast_to(context[..., None, :], (*unit.shape, context.shape[-1]))
    raw = run_heads(chain.heads[0], run_trunk(chain.trunk, features), jnp.concatenate([before, wide], axis=-1))
    return log_density(mixture(raw), unit, jnp.broadcast_to(unit_floor(scales), unit.shape))


def draw_latent(
    uniforms: Float[Array, "*galaxy free two"],
    chain: Chain,
    scales: Scales,
    features: Float[Array, "*galaxy feature"],
    context: Float[Array, "*galaxy known"],
    first: FirstLine | None = None,
) -> Float[Array, "*galaxy free"]:
    """Draw the free lines, on the scale of the mixtures, of galaxies with these catalogued lines.

    `uniforms` are numbers in (0, 1), see `gaussian_mixture.draw`; `first` is the first line where it is known.
    """
    hidden, floor = run_trunk(chain.trunk, features), unit_floor(scales)
    top = to_unit(scales, jnp.asarray(scales.cap))

    def draw_line(unit: Array, given: tuple[Array, Array]) -> tuple[Array, None]:
        step, uniform = given
        parts = mixture(run_head(chain.heads[0], step, hidden, jnp.concatenate([unit, context], axis=-1)))
        value = draw(uniform, parts, jnp.broadcast_to(floor[step], hidden.shape[:-1]))
        value = jnp.minimum(value, top[step]).astype(unit.dtype)
        if first is not None:
            value = jnp.where((step == 0) & first.given, first.unit, value)
        return unit.at[..., step].set(value), None

    start, steps = jnp.zeros((*features.shape[:-1], N_FREE), features.dtype), jnp.arange(N_FREE)
    return jax.lax.scan(draw_line, start, (steps, jnp.moveaxis(uniforms, -2, 0)))[0]


def draw_ties(uniform: Float[Array, "*galaxy pair"], scales: Scales) -> Float[Array, "*galaxy pair"]:
    """Turn uniform numbers into weak / strong of the tied pairs that are not both detected."""
    return 10 ** -(jnp.asarray(scales.tie) + jnp.asarray(scales.tie_spread) * ndtri(uniform))


def tied_ew(
    scales: Scales, strong_ew: Float[Array, "*galaxy pair"], ties: Float[Array, "*galaxy pair"]
) -> Float[Array, "*galaxy pair"]:
    """Derive the weak lines of the tied pairs [Å] from the strong ones, limited to the training sample's largest."""
    strong = np.array([step for _, step in TIED])
    return jnp.minimum(strong_ew * ties, jnp.asarray(scales.cap)[strong] * 10 ** -jnp.asarray(scales.tie))


def all_lines(free: Float[Array, "*galaxy free"], tied: Float[Array, "*galaxy pair"]) -> Float[Array, "*galaxy line"]:
    """Put free and tied lines in the order of `LINES`."""
    places = np.argsort(np.array([*ORDER, *(index for index, _ in TIED)]))
    return jnp.concatenate([free, tied], axis=-1)[..., places]
