"""Intrinsic lines of real galaxies: draws of what the catalogue leaves possible.

A chain over the free lines, given everything known of a galaxy, is fitted to the censored catalogue (a listed line is
its EW plus Gaussian noise, a line not listed fell below zero, a line in a camera overlap says nothing), integrating
over the unknown EW line by line.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr, logsumexp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ..distribution.chain import Chain, init_chain, run_head
from ..distribution.gaussian_mixture import RAW, Mixture, log_density, mixture
from ..distribution.latent import FREE, ORDER, to_unit, unit_floor
from ..distribution.scales import Scales
from ..networks.layers import run_trunk
from .optimization import Checkpoints, Progress, minimize
from .recipe import DistributionConfig
from .sample import TrainingTable

NODES: Final = 40
"""Points at which the unknown EW of a line is integrated."""
RESOLUTION: Final = 0.5
"""Narrowest feature near EW = 0, in units of the typical measurement error."""
CHUNK: Final = 8192
"""Galaxies drawn at a time."""


def deconvolve(
    table: TrainingTable, recipe: DistributionConfig, progress: Progress = None, checkpoint: Checkpoints | None = None
) -> Float[np.ndarray, "draw galaxy free"]:
    """Draw the intrinsic free lines of every galaxy of a sample, on the scale of the mixtures.

    Parameters
    ----------
    table : TrainingTable
        From `prepare`.
    recipe : DistributionConfig
        Sizes, rates and seed.
    progress : callable, optional
        Called with the mean loss of each epoch.
    checkpoint : Checkpoints, optional
        Where an interrupted run goes on.

    Returns
    -------
    (draw, galaxy, 8) array
        See `latent.to_unit`.
    """
    scales, order = table.scales, list(ORDER)
    everything = np.column_stack([table.shape, table.log_luminosity, table.redshift, table.level]).astype(np.float32)
    ew = table.ew[:, order]
    log_sigma = np.log10(table.sigma[:, order])
    unit = np.asarray(to_unit(scales, jnp.asarray(ew)))
    floor = np.asarray(unit_floor(scales))
    empty = faint_sigma(everything, unit, floor, log_sigma)
    listed = np.isfinite(ew)
    sigma = 10 ** np.where(listed, log_sigma, empty)
    usable = listed & (sigma < 20 * scales.softening) & (ew < scales.cap)
    evidence = Evidence(
        jnp.asarray(np.where(listed, ew, 0.0), jnp.float32),
        jnp.asarray(sigma, jnp.float32),
        jnp.asarray(usable),
        jnp.asarray(~listed & ~table.cut[:, order]),
    )
    x = jnp.asarray(everything)
    chain = init_chain(
        jax.random.key(recipe.seed), everything, recipe.summary_width, 1, recipe.hidden, ((FREE, FREE, RAW),)
    )

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        picked = Evidence(*(column[rows] for column in evidence))
        return -filter_lines(chain, scales, x[rows], picked, key)[0].mean()

    chain = minimize(chain, loss, len(x), recipe.schedule(recipe.deconvolution_epochs), progress, checkpoint)
    draw = jax.jit(lambda key, x, evidence: filter_lines(chain, scales, x, evidence, key)[1])
    result = np.empty((recipe.draws, len(x), FREE), np.float32)
    for number in range(recipe.draws):
        for start in range(0, len(x), CHUNK):
            rows = np.arange(start, start + CHUNK) % len(x)
            picked = Evidence(*(column[rows] for column in evidence))
            key = jax.random.fold_in(jax.random.key(recipe.seed + 1), number * len(x) + start)
            result[number, start : start + CHUNK] = np.asarray(draw(key, x[rows], picked))[: len(x) - start]
    return result


class Evidence(NamedTuple):
    """What the catalogue says of the free lines, in the order of `ORDER`."""

    ew: Float[Array, "galaxy free"]
    sigma: Float[Array, "galaxy free"]
    listed: Bool[Array, "galaxy free"]
    absent: Bool[Array, "galaxy free"]


def filter_lines(
    chain: Chain, scales: Scales, features: Float[Array, "galaxy feature"], evidence: Evidence, key: PRNGKeyArray
) -> tuple[Float[Array, " galaxy"], Float[Array, "galaxy free"]]:
    """Log likelihood of the evidence, and a draw of the intrinsic lines it leaves possible, line by line."""
    hidden, floor = run_trunk(chain, features), unit_floor(scales)
    top = to_unit(scales, jnp.asarray(scales.cap))
    fraction = (jnp.arange(NODES) + 0.5) / NODES
    softening, center, spread = map(jnp.asarray, (scales.softening, scales.center, scales.spread))

    def weigh(unit: Array, step: Array) -> tuple[Array, Array]:
        ew, sigma, listed, absent = (column[:, step] for column in evidence)

        def place(value: Array) -> Array:
            return (jnp.arcsinh(value / softening[step]) - center[step]) / spread[step]

        low = jnp.where(listed, place(jnp.maximum(ew - 4.5 * sigma, 0.0)), floor[step])
        high = jnp.where(listed, place(ew + 4.5 * sigma), jnp.where(absent, place(6 * sigma), top[step]))
        high = jnp.maximum(jnp.minimum(high, top[step]), low + 1e-3)
        nodes = low[:, None] + (high - low)[:, None] * fraction
        value = jnp.sinh(nodes * spread[step] + center[step]) * softening[step]
        parts = _resolved(mixture(run_head(chain.heads[0], step, hidden, unit)), floor[step])
        parts = Mixture(*(part[:, None] for part in parts))
        log_prior = log_density(parts, nodes, jnp.broadcast_to(floor[step], nodes.shape))
        gaussian = -0.5 * ((ew[:, None] - value) / sigma[:, None]) ** 2 - jnp.log(sigma)[:, None]
        says = jnp.where(listed[:, None], gaussian, 0.0)
        says = jnp.where(absent[:, None], log_ndtr(-value / sigma[:, None]), says)
        weight = log_prior + says + jnp.log((high - low) / NODES)[:, None]
        pick, jitter = jax.random.split(jax.random.fold_in(key, step))
        chosen = jax.random.categorical(pick, jax.lax.stop_gradient(weight), axis=-1)
        where = (chosen + jax.random.uniform(jitter, chosen.shape)) / NODES
        drawn = jax.lax.stop_gradient(low + (high - low) * where)
        return unit.at[:, step].set(drawn), jnp.where(listed | absent, logsumexp(weight, axis=-1), 0.0)

    unit, log_likelihood = jax.lax.scan(weigh, jnp.zeros(evidence.ew.shape, features.dtype), jnp.arange(FREE))
    return log_likelihood.sum(axis=0), unit


def _resolved(parts: Mixture, floor: Array) -> Mixture:
    """Keep a prior from inventing spikes at zero that noisy data cannot resolve."""
    mean = jnp.maximum(parts.mean, floor)
    return parts._replace(mean=mean, scale=parts.scale + RESOLUTION * jnp.exp(-2 * (mean - floor)))


def faint_sigma(
    everything: Float[np.ndarray, "galaxy feature"],
    unit: Float[np.ndarray, "galaxy free"],
    floor: Float[np.ndarray, " free"],
    log_sigma: Float[np.ndarray, "galaxy free"],
) -> Float[np.ndarray, "galaxy free"]:
    """Log10 of the error each line would have if it were not there: quadratic regression on the listed ones."""
    x = np.clip((everything - everything.mean(axis=0)) / everything.std(axis=0), -4, 4)
    upper = np.triu_indices(x.shape[1])
    columns = np.column_stack([np.ones(len(x)), x, x[:, upper[0]] * x[:, upper[1]]])
    result = np.empty_like(unit)
    for step in range(FREE):
        use = np.isfinite(unit[:, step]) & np.isfinite(log_sigma[:, step])
        own = np.clip(unit[use, step] - floor[step], 0, 4)[:, None]
        design = np.column_stack([columns[use], own, own**2])
        gram = design.T @ design + 1e-3 * len(design) * np.eye(design.shape[1]) * 1e-2
        weights = np.linalg.solve(gram, design.T @ log_sigma[use, step])
        result[:, step] = columns @ weights[: columns.shape[1]]
    low, high = np.nanpercentile(log_sigma, [0.5, 99.5], axis=0)
    return np.clip(result, low, high)
