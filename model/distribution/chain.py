"""Chains of conditional densities: a shared trunk, and per line a head that also sees what was drawn before it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ..networks.layers import Dense


class Heads(NamedTuple):
    """One small network per line: trunk and context to free numbers."""

    trunk: Float[Array | np.ndarray, "step width hidden"]
    context: Float[Array | np.ndarray, "step context hidden"]
    bias: Float[Array | np.ndarray, "step hidden"]
    output: Float[Array | np.ndarray, "step hidden raw"]
    output_bias: Float[Array | np.ndarray, "step raw"]


class Chain(NamedTuple):
    """A trunk over standardised features and the heads that read it."""

    feature_mean: Float[Array | np.ndarray, " feature"]
    feature_std: Float[Array | np.ndarray, " feature"]
    entry: Dense
    blocks: tuple[Dense, ...]
    heads: tuple[Heads, ...]


class Summary(NamedTuple):
    """A network that knows the distribution's percentiles without drawing, and how often a line is listed."""

    feature_mean: Float[Array | np.ndarray, " feature"]
    feature_std: Float[Array | np.ndarray, " feature"]
    entry: Dense
    blocks: tuple[Dense, ...]
    output: Dense


def run_head(
    heads: Heads, step: int | Array, hidden: Float[Array, "*galaxy width"], context: Float[Array, "*galaxy context"]
) -> Float[Array, "*galaxy raw"]:
    """Free numbers of one line."""
    trunk, from_context, bias, output, output_bias = (jnp.asarray(leaf)[step] for leaf in heads)
    return jax.nn.silu(hidden @ trunk + context @ from_context + bias) @ output + output_bias


def run_heads(
    heads: Heads, hidden: Float[Array, "*galaxy width"], context: Float[Array, "*galaxy step context"]
) -> Float[Array, "*galaxy step raw"]:
    """Free numbers of all lines at once, each with a context of its own."""
    inner = jnp.einsum("...w,swh->...sh", hidden, heads.trunk)
    inner = jax.nn.silu(inner + jnp.einsum("...sc,sch->...sh", context, heads.context) + heads.bias)
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
    """Make an untrained chain standardised by these rows; `heads` lists (steps, context, raw)."""
    one, two, *rest = jax.random.split(key, 2 + len(heads))
    inner = jax.random.split(two, blocks)

    return Chain(
        jnp.asarray(features.mean(axis=0), jnp.float32),
        jnp.asarray(features.std(axis=0), jnp.float32),
        init_dense(one, features.shape[1], width),
        tuple(init_dense(key, width, width) for key in inner),
        tuple(
            init_heads(key, steps, width, context, hidden, raw)
            for key, (steps, context, raw) in zip(rest, heads, strict=True)
        ),
    )


def init_summary(
    key: PRNGKeyArray, features: Float[np.ndarray, "galaxy feature"], width: int, blocks: int, outputs: int
) -> Summary:
    """Make an untrained summary standardised by these rows."""
    one, two, *inner = jax.random.split(key, 2 + blocks)
    return Summary(
        jnp.asarray(features.mean(axis=0), jnp.float32),
        jnp.asarray(features.std(axis=0), jnp.float32),
        init_dense(one, features.shape[1], width),
        tuple(init_dense(key, width, width) for key in inner),
        init_dense(two, width, outputs),
    )


def init_dense(key: PRNGKeyArray, n_in: int, n_out: int) -> Dense:
    """Make an untrained affine layer."""
    return Dense(jax.random.normal(key, (n_in, n_out), jnp.float32) / np.sqrt(n_in), jnp.zeros(n_out, jnp.float32))
