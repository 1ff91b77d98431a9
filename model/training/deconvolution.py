"""Posterior draws of the intrinsic lines of real galaxies, given what the catalogue lists of them.

A chain over the free lines, conditioned on everything known of a galaxy, is fitted to the censored catalogue: the EW of
a detected line is a response to its intrinsic EW with Gaussian noise (`latent.Response`), that of an undetected line
fell below zero, and a line in a camera overlap carries no information. The likelihood integrates over the unknown EWs,
line by line.

With symmetric noise alone, an EW >= 0 could not be listed less than half the time, and in red galaxies the Balmer lines
are: the pipeline's stellar templates absorb too little there. And [O II] would not be listed in nine red galaxies of
ten, with a signal-to-noise that scatters about 1.3 by less than 1: a fit of positive amplitudes finds a line in noise,
and passes over the weakest, so that the number of listed lines falls to zero with their signal-to-noise. The response
is learned with the chain as a function of the colours, as near to plain noise as the catalogue allows (`response_price`
of the recipe), because an offset and a shift of all intrinsic EWs look alike in the listed values.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ..distribution.catalogued import SEQUENCE
from ..distribution.chain import Chain, Summary, init_chain, init_summary, run_head
from ..distribution.gaussian_mixture import RAW, Mixture, log_density, mixture
from ..distribution.latent import (
    N_FREE,
    TIED,
    Response,
    fading_bias,
    from_unit,
    line_softening,
    log_listed,
    run_response,
    tied_ew,
    to_unit,
    unit_floor,
)
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
AT_BOUND: Final = 0.01
"""Signal-to-noise of a listed EW below which the amplitude sat at its bound: 2.6 % of the listed [S II] 6731."""
RESPONSE_WIDTH: Final = 32
"""Units of the network of the response."""


class Deconvolution(NamedTuple):
    """The chain of the intrinsic lines, and the network of the measurement's response to them."""

    chain: Chain
    response: Summary


def deconvolve(
    table: TrainingTable, recipe: DistributionConfig, progress: Progress = None, checkpoint: Checkpoints | None = None
) -> tuple[Float[np.ndarray, "draw galaxy free"], Summary]:
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
    units : (draw, galaxy, 8) array
        See `latent.to_unit`.
    response : Summary
        Network of the response, see `latent.run_response`.
    """
    scales, order = table.scales, list(SEQUENCE)
    conditions = np.column_stack([table.color, table.log_luminosity, table.redshift, table.level]).astype(np.float32)
    ew = table.ew[:, order]
    log_sigma = np.log10(table.sigma[:, order])
    softening = np.asarray(line_softening(scales))[order]
    empty = faint_sigma(conditions, np.arcsinh(ew / softening), log_sigma)
    # An EW of a hundredth of its error is no measurement, but an amplitude at the fit's bound of zero.
    detected = ew > AT_BOUND * 10**log_sigma
    sigma = 10 ** np.where(detected, log_sigma, empty)
    cap = np.append(scales.cap, np.full(len(TIED), np.inf))
    usable = detected & (sigma < 20 * softening) & (ew < cap)
    evidence = Evidence(
        jnp.asarray(np.where(detected, ew, 0.0), jnp.float32),
        jnp.asarray(sigma, jnp.float32),
        jnp.asarray(usable),
        jnp.asarray(~detected & ~table.cut[:, order]),
    )
    x = jnp.asarray(conditions)
    key = jax.random.key(recipe.seed)
    chain = init_chain(key, conditions, recipe.summary_width, 1, recipe.hidden, ((N_FREE, N_FREE, RAW),))
    response = init_summary(jax.random.fold_in(key, 1), table.color, RESPONSE_WIDTH, 1, 4 * len(order))
    response = response._replace(output=response.output._replace(weight=0.1 * response.output.weight))
    color = jnp.asarray(table.color)

    def loss(network: Deconvolution, rows: Array, key: PRNGKeyArray) -> Array:
        picked = Evidence(*(column[rows] for column in evidence))
        response = run_response(network.response, scales, color[rows])
        likelihood = filter_lines(network.chain, response, scales, x[rows], picked, key)[0]
        return (recipe.response_price * departure(response, softening) - likelihood).mean()

    schedule = recipe.schedule(recipe.deconvolution_epochs)
    network = minimize(Deconvolution(chain, response), loss, len(x), schedule, progress, checkpoint)

    @jax.jit
    def draw(key: PRNGKeyArray, rows: Array) -> Array:
        picked = Evidence(*(column[rows] for column in evidence))
        response = run_response(network.response, scales, color[rows])
        return filter_lines(network.chain, response, scales, x[rows], picked, key)[1]

    result = np.empty((recipe.draws, len(x), N_FREE), np.float32)
    for number in range(recipe.draws):
        for start in range(0, len(x), CHUNK):
            rows = np.arange(start, start + CHUNK) % len(x)
            key = jax.random.fold_in(jax.random.key(recipe.seed + 1), number * len(x) + start)
            result[number, start : start + CHUNK] = np.asarray(draw(key, rows))[: len(x) - start]
    return result, network.response


class Evidence(NamedTuple):
    """Catalogued EWs, errors [Å] and detections, in the order of `SEQUENCE`: the free lines, then the tied ones."""

    ew: Float[Array, "galaxy line"]
    sigma: Float[Array, "galaxy line"]
    detected: Bool[Array, "galaxy line"]
    undetected: Bool[Array, "galaxy line"]


def filter_lines(
    chain: Chain,
    response: Response,
    scales: Scales,
    features: Float[Array, "galaxy feature"],
    evidence: Evidence,
    key: PRNGKeyArray,
) -> tuple[Float[Array, " galaxy"], Float[Array, "galaxy free"]]:
    """Return the log likelihood of the evidence, and a draw of the intrinsic lines from their posterior."""
    hidden, floor = run_trunk(chain.trunk, features), unit_floor(scales)
    top = to_unit(scales, jnp.asarray(scales.cap))
    fraction = (jnp.arange(NODES) + 0.5) / NODES
    softening, center, spread = map(jnp.asarray, (scales.softening, scales.center, scales.spread))

    def draw_line(unit: Array, step: Array) -> tuple[Array, Array]:
        ew, sigma, detected, undetected = (column[:, step, None] for column in evidence)
        line = Response(*(column[:, step, None] for column in response))
        scatter = line.scale * sigma

        def place(value: Array) -> Array:
            return (jnp.arcsinh(value / softening[step]) - center[step]) / spread[step]

        # The largest and the smallest EW that the measurement leaves possible.
        offset, bias, wide = jax.lax.stop_gradient((line.offset, line.bias * sigma, 4.5 * scatter))
        low = jnp.where(detected, place(jnp.maximum(ew - offset - jnp.maximum(bias, 0.0) - wide, 0.0)), floor[step])
        high = place(ew - offset - jnp.minimum(bias, 0.0) + wide)
        faint = place(jnp.maximum(1.3 * wide - offset - bias, wide))
        high = jnp.where(detected, high, jnp.where(undetected, faint, top[step]))
        high = jnp.maximum(jnp.minimum(high, top[step]), low + 1e-3)
        nodes = low + (high - low) * fraction
        value = jnp.sinh(nodes * spread[step] + center[step]) * softening[step]
        parts = _widen_near_zero(mixture(run_head(chain.heads[0], step, hidden, unit)), floor[step])
        parts = Mixture(*(part[:, None] for part in parts))
        log_prior = log_density(parts, nodes, jnp.broadcast_to(floor[step], nodes.shape))
        shift = line.offset + fading_bias(line, value, sigma) * sigma
        gaussian = -0.5 * ((ew - value - shift) / scatter) ** 2 - jnp.log(scatter)
        # The safe value keeps the gradient of the other branch finite.
        listed = jnp.log(-jnp.expm1(-jnp.where(detected, ew, sigma) / (line.onset * sigma)))
        log_evidence = jnp.where(detected, gaussian + listed, 0.0)
        log_evidence = jnp.where(undetected, log_listed(line, value, sigma)[1], log_evidence)
        weight = log_prior + log_evidence + jnp.log((high - low) / NODES)
        pick, jitter = jax.random.split(jax.random.fold_in(key, step))
        chosen = jax.random.categorical(pick, jax.lax.stop_gradient(weight), axis=-1)
        where = (chosen + jax.random.uniform(jitter, chosen.shape)) / NODES
        drawn = jax.lax.stop_gradient(low[:, 0] + (high - low)[:, 0] * where)
        informative = (detected | undetected)[:, 0]
        return unit.at[:, step].set(drawn), jnp.where(informative, logsumexp(weight, axis=-1), 0.0)

    start = jnp.zeros((len(features), N_FREE), features.dtype)
    unit, log_likelihood = jax.lax.scan(draw_line, start, jnp.arange(N_FREE))
    return log_likelihood.sum(axis=0) + _tied_log_likelihood(scales, unit, response, evidence), unit


def departure(response: Response, softening: Float[Array | np.ndarray, " line"]) -> Float[Array, " galaxy"]:
    """Return how far a response departs from plain noise: squared offset, bias, logarithm of the scale, and onset."""
    offset = response.offset / jnp.asarray(softening)
    return (offset**2 + response.bias**2 + 4 * jnp.log(response.scale) ** 2 + response.onset**2).sum(axis=-1)


def _tied_log_likelihood(scales: Scales, unit: Array, response: Response, evidence: Evidence) -> Array:
    """Return the log probability that the weak lines of pairs are listed or not, which teaches their response alone."""
    strong = np.array([step for _, step in TIED])
    weak = from_unit(scales, unit)[:, strong]
    weak = tied_ew(scales, weak, jnp.broadcast_to(10 ** -jnp.asarray(scales.tie), weak.shape))
    _, sigma, detected, undetected = (column[:, N_FREE:] for column in evidence)
    listed, missed = log_listed(Response(*(column[:, N_FREE:] for column in response)), weak, sigma)
    return jnp.where(detected | undetected, jnp.where(detected, listed, missed), 0.0).sum(axis=-1)


def _widen_near_zero(parts: Mixture, floor: Array) -> Mixture:
    """Widen the components near EW = 0: noisy data cannot rule out spikes there, and a fit would put some."""
    mean = jnp.maximum(parts.mean, floor)
    return parts._replace(mean=mean, scale=parts.scale + RESOLUTION * jnp.exp(-2 * (mean - floor)))


def faint_sigma(
    conditions: Float[np.ndarray, "galaxy feature"],
    arcsinh: Float[np.ndarray, "galaxy line"],
    log_sigma: Float[np.ndarray, "galaxy line"],
) -> Float[np.ndarray, "galaxy line"]:
    """Return log10 of the error [Å] of each line at EW = 0, by quadratic regression on the detected lines."""
    x = np.clip((conditions - conditions.mean(axis=0)) / conditions.std(axis=0), -4, 4)
    upper = np.triu_indices(x.shape[1])
    columns = np.column_stack([np.ones(len(x)), x, x[:, upper[0]] * x[:, upper[1]]])
    result = np.empty_like(arcsinh)
    for step, spread in enumerate(np.nanstd(arcsinh, axis=0)):
        use = np.isfinite(arcsinh[:, step]) & np.isfinite(log_sigma[:, step])
        own = np.clip(arcsinh[use, step] / spread, 0, 4)[:, None]
        design = np.column_stack([columns[use], own, own**2])
        gram = design.T @ design + 1e-3 * len(design) * np.eye(design.shape[1]) * 1e-2
        weights = np.linalg.solve(gram, design.T @ log_sigma[use, step])
        result[:, step] = columns @ weights[: columns.shape[1]]
    low, high = np.nanpercentile(log_sigma, [0.5, 99.5], axis=0)
    return np.clip(result, low, high)
