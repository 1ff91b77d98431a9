"""Draws of the lines of galaxies whose Hα is known, as that of a mock whose own stars ionise the gas.

The joint distribution is a chain that begins with Hα, so that the other lines are drawn given Hα. Beyond the Hα that
DESI's galaxies of the same starlight have, all lines scale with it: their ratios are then those of the strongest, or of
the weakest, such galaxies. Where the abundance is known, ratios change by as much as those of H II regions do.
"""

from typing import Any, Final, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt32

from ...distribution.chain import FirstLine
from ...distribution.first_line import NUMBERS, known_first
from ...distribution.joint import JointDraw, noise_below_zero
from ...distribution.latent import Response, fading_bias
from ...lines import LINE_NAMES, LINES
from ...numerics.random_numbers import normals, uniforms
from ...physics.photoionisation import line_ratios, log_oh_of
from ..intrinsic import IntrinsicEW, distribution_of, response_of
from ..params import Params

REACH: Final = 3.0
"""Standard deviations of the galaxies with a starlight within which their Hα is conditioned on."""
SCATTER: Final = 0.1
"""Scatter of a galaxy's Hα about its expectation, where none is given [dex]."""
LEAST_EW: Final = 1e-2
"""Equivalent width below which percentiles do not count as logarithms [Å]."""
OWN, FOUND, FIRST = 2, 3, 4
"""Streams of the random numbers of a galaxy whose Hα is known."""
HALPHA, HBETA, NII, OIII = (LINE_NAMES.index(name) for name in ("HALPHA", "HBETA", "NII_6584", "OIII_5007"))
STRONG: Final = np.array([LINE_NAMES.index(line.tied_to or line.name) for line in LINES])
"""For each line, the position of the one whose amplitude its own follows."""


class Anchor(NamedTuple):
    """What is known of a galaxy's lines besides its starlight; for many galaxies, fields have leading axes.

    Attributes
    ----------
    log_ew_halpha : (...) array or float
        log10 of the expected noise-free equivalent width of Hα [Å], from `photoionised_ew`, `star_formation_ew`, or a
        simulation's own. Add `DESI_OFFSET` for galaxies as DESI sees them.
    log_oh : (...) array or float, optional
        12 + log O/H of the gas. Line ratios differ from those of DESI's galaxies of the same starlight by as much as
        `line_ratios` does from the abundance that these show.
    scatter : (...) array or float
        Scatter of single galaxies about the expectation [dex].

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, Anchor, load_params, sample
    >>> halpha = [line.name for line in LINES].index("HALPHA")
    >>> bins = np.linspace(1.0, 2.0, 12)
    >>> drawn = sample(7, load_params("noise-free"), bins, anchor=Anchor(np.log10(60.0), scatter=0.0))
    >>> round(float(drawn.ew[halpha]), 1)
    60.0
    """

    log_ew_halpha: Float[Array | np.ndarray, "*#galaxy"] | float | Any
    log_oh: Float[Array | np.ndarray, "*#galaxy"] | float | Any = None
    scatter: Float[Array | np.ndarray, "*#galaxy"] | float | Any = SCATTER


class AnchoredDraw(NamedTuple):
    """Noise-free EWs [Å], those that a catalogue would list, <= 0 where it does not, and errors; all (..., line)."""

    ew: Float[Array, "*galaxy line"]
    listed: Float[Array, "*galaxy line"]
    sigma: Float[Array, "*galaxy line"]


class Conditions(NamedTuple):
    """What an anchor makes of the draw of a galaxy.

    Attributes
    ----------
    first : FirstLine
        Hα as the chain takes it: as far as galaxies of this starlight have it.
    log_ew_halpha : (...) array
        log10 of the galaxy's own Hα [Å].
    excess : (...) array
        By how much that lies beyond the Hα of `first` [dex]; it is common to all lines.
    """

    first: FirstLine
    log_ew_halpha: Float[Array, "*galaxy"]
    excess: Float[Array, "*galaxy"]


def conditions_of(
    words: UInt32[Array, "*galaxy 2"],
    params: Params,
    color: Float[Array, "*galaxy color"],
    features: Float[Array, "*galaxy feature"],
    anchor: Anchor,
    usual: IntrinsicEW,
) -> Conditions:
    """Return what is known of the draw of galaxies whose Hα is known.

    Parameters
    ----------
    words : (..., 2) array
        Keys of the rows.
    params : Params
        Weights.
    color, features : (..., 11) and (..., feature) arrays
        From `features.colors` and `conditioning.with_conditions`.
    anchor : Anchor
        What is known.
    usual : IntrinsicEW
        Percentiles of the lines of DESI's galaxies with this starlight.

    Returns
    -------
    Conditions
        For `draw_joint` and `anchored_lines`.
    """
    model, own = distribution_of(params), _normals(words, color)
    anchored = jnp.asarray(anchor.log_ew_halpha, color.dtype) + jnp.asarray(anchor.scatter, color.dtype) * own[..., 0]
    low, middle, high = (jnp.log10(jnp.maximum(part[..., HALPHA], LEAST_EW)) for part in usual[:3])
    within = jnp.clip(anchored, middle - REACH * (middle - low), middle + REACH * (high - middle))
    listed = _listed(response_of(params, color), 10**within, own[..., 1 + HALPHA])
    numbers = uniforms(words, NUMBERS, stream=FIRST).astype(features.dtype)
    first = known_first(numbers, model.catalogued, model.scales, features, 10**within, listed)
    return Conditions(first, anchored, anchored - within)


def anchored_lines(
    words: UInt32[Array, "*galaxy 2"],
    params: Params,
    color: Float[Array, "*galaxy color"],
    given: Conditions,
    change: Float[Array, "*galaxy line"] | None,
    drawn: JointDraw,
) -> AnchoredDraw:
    """Return the lines of galaxies whose Hα is known.

    Parameters
    ----------
    words, params, color
        See `conditions_of`.
    given : Conditions
        From `conditions_of`.
    change : (..., line) array, optional
        From `abundance_change`.
    drawn : JointDraw
        From `draw_joint`, given its `first`.

    Returns
    -------
    AnchoredDraw
        Arrays (..., line).
    """
    # The chain draws at the Hα that galaxies of this starlight have; what the anchored one has beyond is common to all.
    ew = drawn.ew * 10 ** given.excess[..., None]
    if change is not None:
        ew = ew * 10**change
    ew = ew.at[..., HALPHA].set(10**given.log_ew_halpha)
    own, chance = _normals(words, color), uniforms(words, len(LINES), stream=FOUND).astype(color.dtype)
    return AnchoredDraw(ew, _observed(response_of(params, color), drawn, ew, own[..., 1:], chance), drawn.sigma)


def _normals(words: UInt32[Array, "*galaxy 2"], like: Array) -> Float[Array, "*galaxy number"]:
    """Return the normal numbers of galaxies: of the scatter of Hα, and of the noise of each line."""
    return normals(words, 1 + len(LINES), stream=OWN).astype(like.dtype)


def abundance_change(
    log_oh: Float[Array | np.ndarray, "*#galaxy"] | float, usual: IntrinsicEW
) -> Float[Array, "*galaxy line"]:
    """Return by how much lines differ from the usual ones where the abundance is known [dex].

    [N II]/Hα and [O III]/Hβ become those of H II regions, whose lines are neighbours, so that ratios of equivalent
    widths are those of fluxes. The others change by as much as H II regions differ from the abundance that the usual
    [N II]/Hα shows.
    """
    log_ew = jnp.log10(jnp.maximum(usual.p50, LEAST_EW))
    regions = line_ratios(jnp.asarray(log_oh, log_ew.dtype))
    change = regions - line_ratios(log_oh_of(log_ew[..., NII] - log_ew[..., HALPHA]))
    for line, beside in ((NII, HALPHA), (OIII, HBETA)):
        own = regions[..., line] - regions[..., beside] - (log_ew[..., line] - log_ew[..., beside])
        change = change.at[..., line].set(own)
    return jnp.nan_to_num(change)[..., STRONG]


def _listed(response: Response, ew: Array, normal: Array) -> Any:
    """Return the function of `known_first`: whether Hα is listed at an error, and its listed equivalent width [Å]."""
    ours = Response(*(column[..., [HALPHA]] for column in response))
    true, noise = ew[..., None], normal[..., None]

    def listed(sigma: Array) -> tuple[Array, Array]:
        measured = true + ours.offset + sigma * (fading_bias(ours, true, sigma) + ours.scale * noise)
        return measured > 0, measured

    return listed


def _observed(
    response: Response, drawn: JointDraw, ew: Array, normal: Array, chance: Array
) -> Float[Array, "*galaxy line"]:
    """Return what DESI's pipeline would list of noise-free lines [Å], <= 0 where it would not, see `Response`."""
    sigma = drawn.sigma
    measured = ew + response.offset + sigma * (fading_bias(response, ew, sigma) + response.scale * normal)
    # One amplitude is fitted to the lines of a pair, so that both have the noise of the stronger one.
    tied = jnp.asarray(np.arange(len(LINES)) != STRONG)
    measured = jnp.where(tied, measured[..., STRONG] * ew / jnp.maximum(ew[..., STRONG], LEAST_EW), measured)
    found = (measured > 0) & (chance < -jnp.expm1(-measured / (response.onset * sigma)))
    # Whether the weaker line is listed beside the stronger one, the chain has drawn where it listed that.
    found = jnp.where(tied & drawn.detected[..., STRONG], drawn.detected & (measured > 0), found)
    found = found & found[..., STRONG]
    return jnp.where(found, measured, sigma * noise_below_zero(drawn.uniform, ew / sigma))
