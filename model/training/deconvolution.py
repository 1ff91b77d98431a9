"""Posterior draws of the intrinsic lines of real galaxies, given what the catalogue lists of them.

A chain over the free lines, conditioned on everything known of a galaxy, is fitted to the censored catalogue: the EW of
a detected line is its intrinsic EW plus Gaussian noise, the measured EW of an undetected line fell below zero, and a
line in a camera overlap carries no information. The likelihood integrates over the unknown EWs line by line.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr, logsumexp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ..distribution.chain import Chain, init_chain, run_head
from ..distribution.gaussian_mixture import RAW, Mixture, log_density, mixture
from ..distribution.latent import N_FREE, ORDER, to_unit, unit_floor
from ..distribution.scales import Scales
from ..networks.layers import run_trunk
from .loop import Checkpoints, Progress, minimize
from .recipe import DistributionConfig
from .sample import TrainingTable

NODES: Final = 40
"""Quadrature points of the integral over the unknown EW of a line."""
RESOLUTION: Final = 0.5
"""Width added to a component of the prior at EW = 0, in units of the mixtures' scale; see `_widen_near_zero`."""
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
        Where an interrupted run resumes.

    Returns
    -------
    (draw, galaxy, 8) array
        See `latent.to_unit`.
    """
    scales, order = table.scales, list(ORDER)
    conditions = np.column_stack([table.color, table.log_luminosity, table.redshift, table.level]).astype(np.float32)
    ew = table.ew[:, order]
    log_sigma = np.log10(table.sigma[:, order])
    unit = np.asarray(to_unit(scales, jnp.asarray(ew)))
    floor = np.asarray(unit_floor(scales))
    empty = faint_sigma(conditions, unit, floor, log_sigma)
    detected = np.isfinite(ew)
    sigma = 10 ** np.where(detected, log_sigma, empty)
    usable = detected & (sigma < 20 * scales.softening) & (ew < scales.cap)
    evidence = Evidence(
        jnp.asarray(np.where(detected, ew, 0.0), jnp.float32),
        jnp.asarray(sigma, jnp.float32),
        jnp.asarray(usable),
        jnp.asarray(~detected & ~table.cut[:, order]),
    )
    x = jnp.asarray(conditions)
    chain = init_chain(
        jax.random.key(recipe.seed), conditions, recipe.summary_width, 1, recipe.hidden, ((N_FREE, N_FREE, RAW),)
    )

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        picked = Evidence(*(column[rows] for column in evidence))
        return -filter_lines(chain, scales, x[rows], picked, key)[0].mean()

    chain = minimize(chain, loss, len(x), recipe.schedule(recipe.deconvolution_epochs), progress, checkpoint)
    draw = jax.jit(lambda key, x, evidence: filter_lines(chain, scales, x, evidence, key)[1])
    result = np.empty((recipe.draws, len(x), N_FREE), np.float32)
    for number in range(recipe.draws):
        for start in range(0, len(x), CHUNK):
            rows = np.arange(start, start + CHUNK) % len(x)
            picked = Evidence(*(column[rows] for column in evidence))
            key = jax.random.fold_in(jax.random.key(recipe.seed + 1), number * len(x) + start)
            result[number, start : start + CHUNK] = np.asarray(draw(key, x[rows], picked))[: len(x) - start]
    return result


class Evidence(NamedTuple):
    """Catalogued EWs, errors [Å] and detections of the free lines, in the order of `ORDER`."""

    ew: Float[Array, "galaxy free"]
    sigma: Float[Array, "galaxy free"]
    detected: Bool[Array, "galaxy free"]
    undetected: Bool[Array, "galaxy free"]


def filter_lines(
    chain: Chain, scales: Scales, features: Float[Array, "galaxy feature"], evidence: Evidence, key: PRNGKeyArray
) -> tuple[Float[Array, " galaxy"], Float[Array, "galaxy free"]]:
    """Return the log likelihood of the evidence, and a draw of the intrinsic lines from their posterior."""
    hidden, floor = run_trunk(chain.trunk, features), unit_floor(scales)
    top = to_unit(scales, jnp.asarray(scales.cap))
    fraction = (jnp.arange(NODES) + 0.5) / NODES
    softening, center, spread = map(jnp.asarray, (scales.softening, scales.center, scales.spread))

    def draw_line(unit: Array, step: Array) -> tuple[Array, Array]:
        ew, sigma, detected, undetected = (column[:, step] for column in evidence)

        def place(value: Array) -> Array:
            return (jnp.arcsinh(value / softening[step]) - center[step]) / spread[step]

        low = jnp.where(detected, place(jnp.maximum(ew - 4.5 * sigma, 0.0)), floor[step])
        high = jnp.where(detected, place(ew + 4.5 * sigma), jnp.where(undetected, place(6 * sigma), top[step]))
        high = jnp.maximum(jnp.minimum(high, top[step]), low + 1e-3)
        nodes = low[:, None] + (high - low)[:, None] * fraction
        value = jnp.sinh(nodes * spread[step] + center[step]) * softening[step]
        parts = _widen_near_zero(mixture(run_head(chain.heads[0], step, hidden, unit)), floor[step])
        parts = Mixture(*(part[:, None] for part in parts))
        log_prior = log_density(parts, nodes, jnp.broadcast_to(floor[step], nodes.shape))
        gaussian = -0.5 * ((ew[:, None] - value) / sigma[:, None]) ** 2 - jnp.log(sigma)[:, None]
        log_evidence = jnp.where(detected[:, None], gaussian, 0.0)
        log_evidence = jnp.where(undetected[:, None], log_ndtr(-value / sigma[:, None]), log_evidence)
        weight = log_prior + log_evidence + jnp.log((high - low) / NODES)[:, None]
        pick, jitter = jax.random.split(jax.random.fold_in(key, step))
        chosen = jax.random.categorical(pick, jax.lax.stop_gradient(weight), axis=-1)
        where = (chosen + jax.random.uniform(jitter, chosen.shape)) / NODES
        drawn = jax.lax.stop_gradient(low + (high - low) * where)
        return unit.at[:, step].set(drawn), jnp.where(detected | undetected, logsumexp(weight, axis=-1), 0.0)

    unit, log_likelihood = jax.lax.scan(draw_line, jnp.zeros(evidence.ew.shape, features.dtype), jnp.arange(N_FREE))
    return log_likelihood.sum(axis=0), unit


def _widen_near_zero(parts: Mixture, floor: Array) -> Mixture:
    """Widen the components near EW = 0: noisy data cannot rule out spikes there, and a fit would put some."""
    mean = jnp.maximum(parts.mean, floor)
    return parts._replace(mean=mean, scale=parts.scale + RESOLUTION * jnp.exp(-2 * (mean - floor)))


def faint_sigma(
    conditions: Float[np.ndarray, "galaxy feature"],
    unit: Float[np.ndarray, "galaxy free"],
    floor: Float[np.ndarray, " free"],
    log_sigma: Float[np.ndarray, "galaxy free"],
) -> Float[np.ndarray, "galaxy free"]:
    """Return log10 of the error [Å] of each line at EW = 0, by quadratic regression on the detected lines."""
    x = np.clip((conditions - conditions.mean(axis=0)) / conditions.std(axis=0), -4, 4)
    upper = np.triu_indices(x.shape[1])
    columns = np.column_stack([np.ones(len(x)), x, x[:, upper[0]] * x[:, upper[1]]])
    result = np.empty_like(unit)
    for step in range(N_FREE):
        use = np.isfinite(unit[:, step]) & np.isfinite(log_sigma[:, step])
        own = np.clip(unit[use, step] - floor[step], 0, 4)[:, None]
        design = np.column_stack([columns[use], own, own**2])
        gram = design.T @ design + 1e-3 * len(design) * np.eye(design.shape[1]) * 1e-2
        weights = np.linalg.solve(gram, design.T @ log_sigma[use, step])
        result[:, step] = columns @ weights[: columns.shape[1]]
    low, high = np.nanpercentile(log_sigma, [0.5, 99.5], axis=0)
    return np.clip(result, low, high)
