"""Chains of conditional densities: a shared trunk, and per line a head whose context is the lines drawn before it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ..networks.layers import Dense, Trunk, init_dense, init_trunk


class Heads(NamedTuple):
    """One small network per line, from the trunk and the context to the raw parameters of a density."""

    from_trunk: Float[Array | np.ndarray, "step width hidden"]
    from_context: Float[Array | np.ndarray, "step context hidden"]
    bias: Float[Array | np.ndarray, "step hidden"]
    output: Float[Array | np.ndarray, "step hidden raw"]
    output_bias: Float[Array | np.ndarray, "step raw"]


class Chain(NamedTuple):
    """A trunk and the heads that read it."""

    trunk: Trunk
    heads: tuple[Heads, ...]


class FirstLine(NamedTuple):
    """The line that is drawn first, of the galaxies of which it is known.

    Attributes
    ----------
    given : (...) array of bool
        Whether it is known; elsewhere it is drawn, and the other fields do not count.
    detected : (...) array of bool
        Whether it is listed.
    logs : (..., 2) array
        log10 of its error and of its listed equivalent width [Å].
    unit : (...) array
        Its noise-free equivalent width on the scale of the mixtures.
    """

    given: Bool[Array | np.ndarray, "*galaxy"]
    detected: Bool[Array | np.ndarray, "*galaxy"]
    logs: Float[Array | np.ndarray, "*galaxy two"]
    unit: Float[Array | np.ndarray, "*galaxy"]


class Summary(NamedTuple):
    """A network of the distribution's percentiles and detection probabilities, which needs no draws."""

    trunk: Trunk
    output: Dense


def run_head(
    heads: Heads, step: int | Array, hidden: Float[Array, "*galaxy width"], context: Float[Array, "*galaxy context"]
) -> Float[Array, "*galaxy raw"]:
    """Return the raw parameters of the density of the line of one step."""
    from_trunk, from_context, bias, output, output_bias = (jnp.asarray(leaf)[step] for leaf in heads)
    return jax.nn.silu(hidden @ from_trunk + context @ from_context + bias) @ output + output_bias


def run_heads(
    heads: Heads, hidden: Float[Array, "*galaxy width"], context: Float[Array, "*galaxy step context"]
) -> Float[Array, "*galaxy step raw"]:
    """Return the raw parameters of the densities of all lines, each with its own context."""
    inner = jnp.einsum("...w,swh->...sh", hidden, heads.from_trunk)
    inner = jax.nn.silu(inner + jnp.einsum("...sc,sch->...sh", context, heads.from_context) + heads.bias)
    return jnp.einsum("...sh,shr->...sr", inner, heads.output) + heads.output_bias


def init_heads(key: PRNGKeyArray, steps: int, width: int, context: int, hidden: int, raw: int) -> Heads:
    """Make untrained heads."""
    one, two, three = jax.random.split(key, 3)

    def normal(key: PRNGKeyArray, n_in: int, n_out: int, gain: float) -> Array:
        return gain * jax.random.normal(key, (steps, n_in, n_out), jnp.float32) / np.sqrt(n_in)

    return Heads(
        normal(one, width, hidden, 0.7),
        normal(two, context, hidden, 0.7),
        jnp.zeros((steps, hidden), jnp.float32),
        normal(three, hidden, raw, 0.3),
        jnp.zeros((steps, raw), jnp.float32),
    )


def init_chain(
    key: PRNGKeyArray,
    features: Float[np.ndarray, "galaxy feature"],
    width: int,
    blocks: int,
    hidden: int,
    heads: tuple[tuple[int, int, int], ...],
) -> Chain:
    """Make an untrained chain that standardises with these rows; `heads` lists (steps, context, raw) of each head."""
    entry, blocks_key, *rest = jax.random.split(key, 2 + len(heads))
    return Chain(
        init_trunk(entry, jax.random.split(blocks_key, blocks), features, width),
        tuple(
            init_heads(key, steps, width, context, hidden, raw)
            for key, (steps, context, raw) in zip(rest, heads, strict=True)
        ),
    )


def init_summary(
    key: PRNGKeyArray, features: Float[np.ndarray, "galaxy feature"], width: int, blocks: int, outputs: int
) -> Summary:
    """Make an untrained summary network that standardises with these rows."""
    entry, output, *inner = jax.random.split(key, 2 + blocks)
    return Summary(init_trunk(entry, inner, features, width), init_dense(output, width, outputs))
