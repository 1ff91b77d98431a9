"""Fitting the chain that draws a mock galaxy's lines: maximum likelihood on real galaxies, each line as catalogued."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from data.mock.lines import COMPONENTS, MIN_SCALE, ORDER, STEPS, STRONG, Heads, LineChain, context_of


class LineRecipe(NamedTuple):
    """Choices of the fit; recorded with the density."""

    width: int = 128
    blocks: int = 2
    hidden: int = 64
    epochs: int = 30
    batch: int = 1024
    learning_rate: float = 2e-3
    weight_decay: float = 0.1
    seed: int = 0


class Listed(NamedTuple):
    """What a catalogue lists, in the order of the chain and in its units.

    Attributes
    ----------
    continuum : (galaxy, 13) array
        Standardised colours, luminosity, redshift.
    known, there : (galaxy, 10) array
        Whether a line was looked for, and whether it was detected; 0 and 1 in the fit.
    value : (galaxy, 10, 2) array
        Standardised error and strength, in the regime that applies; 0 where not detected.
    context : (galaxy, 10, 4) array
        What later steps see.
    """

    continuum: Float[Array | np.ndarray, "galaxy quantity"]
    known: Array | np.ndarray
    there: Array | np.ndarray
    value: Float[Array | np.ndarray, "galaxy step two"]
    context: Float[Array | np.ndarray, "galaxy step four"]


def prepare(
    continuum: Float[np.ndarray, "galaxy quantity"],
    ew: Float[np.ndarray, "galaxy line"],
    ivar: Float[np.ndarray, "galaxy line"],
    cut: Bool[np.ndarray, "galaxy line"],
) -> tuple[Listed, np.ndarray, np.ndarray]:
    """Standardise what a table lists.

    Parameters
    ----------
    continuum : (galaxy, 13) array
        Standardised colours, luminosity, redshift.
    ew, ivar : (galaxy, 10) arrays
        Observed EWs [Å] and inverse variances [1/Å²], NaN where not detected.
    cut : (galaxy, 10) array of bool
        From `data.overlap.is_cut`.

    Returns
    -------
    listed : Listed
        For `fit_lines`.
    units, limits : (step, 2, 2, 2) arrays
        See `LineChain`.
    """
    order = list(ORDER)
    known, there = ~cut[:, order], np.isfinite(ew[:, order]) & ~cut[:, order]
    with np.errstate(invalid="ignore"):
        logs = np.stack([-0.5 * np.log10(ivar[:, order]), np.log10(ew[:, order])], axis=-1)
    units, limits = np.zeros((STEPS, 2, 2, 2)), np.zeros((STEPS, 2, 2, 2))
    value, context = np.zeros(logs.shape), np.zeros((*there.shape, 4))
    for step, strong in enumerate(STRONG):
        regime = np.zeros(len(ew), bool) if strong is None else there[:, strong]
        raw = logs[:, step]
        if strong is not None:
            raw = np.where(regime[:, None], logs[:, strong] - raw, raw)
        for kind in range(2):
            for which in range(2):
                here = raw[there[:, step] & (regime == which), kind]
                if not len(here):
                    continue
                low, middle, high = np.quantile(here, [0.16, 0.5, 0.84])
                units[step, kind, which] = middle, (high - low) / 2
                limits[step, kind, which] = (np.quantile(here, [0.0005, 1.0]) - middle) / units[step, kind, which, 1]
        center, scale = np.moveaxis(units[step][:, regime.astype(int)], -1, 0)
        edge = limits[step][:, regime.astype(int)]
        standard = np.clip((raw - center.T) / scale.T, edge[..., 0].T, edge[..., 1].T)
        value[:, step] = np.where(there[:, step, None], standard, 0.0)
        context[:, step] = context_of(units[step], known[:, step], there[:, step], logs[:, step])
    return Listed(continuum, known, there, value, context), units, limits


def fit_lines(
    listed: Listed,
    units: Float[np.ndarray, "step kind regime two"],
    limits: Float[np.ndarray, "step kind regime two"],
    recipe: LineRecipe,
    progress: Callable[[int, float], None] = lambda *_: None,
) -> LineChain:
    """Fit the chain by maximum likelihood: AdamW, warm-up and cosine decay.

    Parameters
    ----------
    listed : Listed
        The training galaxies.
    units, limits : arrays
        From `prepare`.
    recipe : LineRecipe
        Sizes and steps.
    progress : callable
        Told the number of each epoch and its mean negative log likelihood.

    Returns
    -------
    LineChain
        Arrays of NumPy.
    """
    import optax

    rows, key = len(listed.continuum), jax.random.key(recipe.seed)
    batches = rows // recipe.batch
    steps = recipe.epochs * batches
    schedule = optax.warmup_cosine_decay_schedule(0.0, recipe.learning_rate, steps // 20 + 1, steps)
    optimizer = optax.chain(
        optax.clip_by_global_norm(5.0), optax.adamw(schedule, b2=0.99, weight_decay=recipe.weight_decay)
    )
    table = Listed(*(jnp.asarray(column, jnp.float32) for column in listed))

    def step(state: tuple, chosen: Array) -> tuple:
        chain, memory = state
        value, gradient = jax.value_and_grad(_loss)(chain, Listed(*(column[chosen] for column in table)))
        update, memory = optimizer.update(gradient, memory, chain)
        return (optax.apply_updates(chain, update), memory), value

    @jax.jit
    def epoch(state: tuple, key: PRNGKeyArray) -> tuple:
        order = jax.random.permutation(key, rows)[: batches * recipe.batch].reshape(batches, recipe.batch)
        state, values = jax.lax.scan(step, state, order)
        return state, values.mean()

    chain = _untrained(jax.random.fold_in(key, 0), listed.continuum.shape[1], recipe)
    state = (chain, optimizer.init(chain))
    for number in range(1, recipe.epochs + 1):
        state, value = epoch(state, jax.random.fold_in(key, number))
        progress(number, float(value))
    fitted = jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), state[0])
    return fitted._replace(units=units, limits=limits)


def _loss(chain: LineChain, batch: Listed) -> Array:
    """Mean negative log likelihood of what is listed."""
    hidden = jax.nn.silu(batch.continuum @ chain.entry + chain.entry_bias)
    for weight, bias in zip(chain.blocks, chain.blocks_bias, strict=True):
        hidden = hidden + jax.nn.silu(hidden @ weight + bias)
    before = jnp.tril(jnp.ones((STEPS, STEPS)), -1)
    context = (batch.context[:, None] * before[None, :, :, None]).reshape(-1, STEPS, 4 * STEPS)
    raw = _run(chain.seen, hidden, context)
    error = _log_density(raw[..., 1:], batch.value[..., 0])
    raw_strength = _run(chain.strength, hidden, jnp.concatenate([context, batch.value[..., :1]], axis=-1))
    strength = _log_density(raw_strength, batch.value[..., 1])
    chance = jax.nn.log_sigmoid(jnp.where(batch.there > 0, raw[..., 0], -raw[..., 0]))
    return -(batch.known * (chance + batch.there * (error + strength))).sum(axis=-1).mean()


def _run(heads: Heads, hidden: Array, context: Array | np.ndarray) -> Array:
    """All steps at once, each with a context of its own."""
    inner = jnp.einsum("nw,swh->nsh", hidden, heads.trunk) + jnp.einsum("nsc,sch->nsh", context, heads.context)
    return jnp.einsum("nsh,shr->nsr", jax.nn.silu(inner + heads.bias), heads.output) + heads.output_bias


def _log_density(raw: Array, value: Array | np.ndarray) -> Array:
    logit, mean, scale = jnp.split(raw, 3, axis=-1)
    width = MIN_SCALE + jax.nn.softplus(scale)
    z = (value[..., None] - mean - jnp.linspace(-1.0, 1.0, COMPONENTS)) / width
    return logsumexp(jax.nn.log_softmax(logit) - jnp.log(width) - 0.5 * z**2, axis=-1) - 0.5 * np.log(2 * np.pi)


def _untrained(key: PRNGKeyArray, quantities: int, recipe: LineRecipe) -> LineChain:
    keys = iter(jax.random.split(key, 8))
    width, hidden = recipe.width, recipe.hidden

    def normal(*shape: int, gain: float = 1.0) -> Any:
        return gain * jax.random.normal(next(keys), shape, jnp.float32) / np.sqrt(shape[-2])

    def heads(context: int, raw: int) -> Heads:
        return Heads(
            normal(STEPS, width, hidden, gain=0.7),
            normal(STEPS, context, hidden, gain=0.7),
            np.zeros((STEPS, hidden), np.float32),
            normal(STEPS, hidden, raw, gain=0.3),
            np.zeros((STEPS, raw), np.float32),
        )

    # Units and limits are not fitted: no numbers until the end.
    none = np.zeros((0, 2, 2, 2), np.float32)
    return LineChain(
        normal(quantities, width),
        np.zeros(width, np.float32),
        normal(recipe.blocks, width, width),
        np.zeros((recipe.blocks, width), np.float32),
        heads(4 * STEPS, 1 + 3 * COMPONENTS),
        heads(4 * STEPS + 1, 3 * COMPONENTS),
        none,
        none,
    )
