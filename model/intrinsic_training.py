"""Fitting the intrinsic distribution and the observation model to a catalogue. Needs optax; drawing does not.

1. Deconvolve: a chain over the free lines, given everything known of a galaxy, is fitted to the censored catalogue
   (a listed line is its EW plus Gaussian noise, a line not listed fell below zero, a line in a camera overlap says
   nothing), integrating over the unknown EW line by line. It gives draws of every training galaxy's intrinsic lines.
2. Fit, by maximum likelihood on those draws, the chain p(lines | continuum[, L]), and the observation model
   p(catalogue | lines, continuum[, L], redshift). Whatever the Gaussian of step 1 gets wrong, step 2 sees and learns.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr, logsumexp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from .chain import Chain, Summary, init_chain, init_summary, run_head, run_trunk
from .intrinsic import line_softening, summarize
from .latent import (
    FREE,
    ORDER,
    TIE_UNIT,
    TIED,
    Scales,
    all_lines,
    draw_latent,
    draw_ties,
    from_unit,
    latent_log_density,
    tie_log_density,
    tied_ew,
    to_unit,
    unit_floor,
)
from .network import LineDistribution, Params
from .observation import CONTEXT, LISTED, channel_log_density, with_redshift
from .truncated import RAW, Mixture, log_density, mixture

NODES = 40
"""Points at which the unknown EW of a line is integrated."""
RESOLUTION = 0.5
"""Narrowest feature near EW = 0, in units of the typical measurement error."""
SCALERS = ("feature_mean", "feature_std")
LEVELS = (0.16, 0.5, 0.84)
"""Percentiles that the summary learns."""
Network = TypeVar("Network", Chain, Summary)


Progress = Callable[[float], None] | None


class DrawRecipe(NamedTuple):
    """Choices of a training run; recorded in the weights' sidecar."""

    width: int = 192
    blocks: int = 2
    channel_width: int = 96
    hidden: int = 64
    epochs: int = 30
    deconvolution_epochs: int = 12
    batch: int = 1024
    learning_rate: float = 2e-3
    weight_decay: float = 0.1
    draws: int = 8
    redshift_known: float = 0.6
    seed: int = 0


def fit_network(
    network: Network,
    loss: Callable[[Network, Array, PRNGKeyArray], Array],
    rows: int,
    epochs: int,
    recipe: DrawRecipe,
    progress: Progress = None,
) -> Network:
    """Minimise `loss(network, row_indices, key)` over shuffled batches: AdamW, warm-up, cosine decay."""
    import optax

    n_batches = rows // recipe.batch
    steps = epochs * n_batches
    schedule = optax.warmup_cosine_decay_schedule(0.0, recipe.learning_rate, int(0.05 * steps) + 1, steps)
    optimizer = optax.chain(
        optax.clip_by_global_norm(5.0), optax.adamw(schedule, b2=0.99, weight_decay=recipe.weight_decay)
    )

    def step(state: tuple, batch: tuple) -> tuple:
        network, memory = state
        value, gradient = jax.value_and_grad(loss)(network, *batch)
        gradient = gradient._replace(**{name: jnp.zeros_like(getattr(gradient, name)) for name in SCALERS})
        update: Any  # optax types it as any tree; it is a network
        update, memory = optimizer.update(gradient, memory, network)
        update = update._replace(**{name: jnp.zeros_like(getattr(update, name)) for name in SCALERS})
        return (optax.apply_updates(network, update), memory), value

    @jax.jit
    def epoch(state: tuple, key: PRNGKeyArray) -> tuple:
        order = jax.random.permutation(key, rows)[: n_batches * recipe.batch].reshape(n_batches, recipe.batch)
        state, values = jax.lax.scan(step, state, (order, jax.random.split(key, n_batches)))
        return state, values.mean()

    state = (network, optimizer.init(network))
    for number in range(epochs):
        state, value = epoch(state, jax.random.fold_in(jax.random.key(recipe.seed), number))
        if progress is not None:
            progress(float(value))
    return jax.tree.map(np.asarray, state[0])


def measure_scales(ew: Float[np.ndarray, "galaxy line"], sigma: Float[np.ndarray, "galaxy line"]) -> Scales:
    """Units and limits of a training sample."""
    order, there = list(ORDER), np.isfinite(ew)
    softening = np.nanmedian(sigma, axis=0)[order]
    arcsinh = np.arcsinh(ew[:, order] / softening)
    log_sigma = np.log10(sigma)
    low, high = np.nanpercentile(log_sigma, [0.05, 99.9], axis=0)
    log_sigma = np.clip(log_sigma, low, high)
    center, spread = np.nanmean(log_sigma, axis=0), np.nanstd(log_sigma, axis=0)
    trusted = np.where(ew > 3 * sigma, ew, np.nan)
    tie, lone = [], []
    for line, strong in TIED:
        tie.append(np.nanmedian(np.log10(ew[:, ORDER[strong]] / ew[:, line])))
        alone = there[:, line] & ~there[:, ORDER[strong]]
        lone.append(np.median(np.log10(np.maximum(ew[alone, line], 1e-3))) if alone.any() else 0.0)
    columns = (
        softening,
        np.nanmean(arcsinh, axis=0),
        np.nanstd(arcsinh, axis=0),
        np.nanmax(trusted, axis=0)[order],
        tie,
        center,
        spread,
        (low - center) / spread,
        (high - center) / spread,
        lone,
    )
    return Scales(*(np.asarray(column, np.float32) for column in columns))


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


class Table(NamedTuple):
    """A training sample in the units of the fit."""

    scales: Scales
    shape: Float[np.ndarray, "galaxy color"]
    log_luminosity: Float[np.ndarray, " galaxy"]
    redshift: Float[np.ndarray, " galaxy"]
    level: Float[np.ndarray, " galaxy"]
    ew: Float[np.ndarray, "galaxy line"]
    log_sigma: Float[np.ndarray, "galaxy line"]
    cut: Bool[np.ndarray, "galaxy line"]


def prepare(
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    ew: Float[np.ndarray, "galaxy line"],
    ew_ivar: Float[np.ndarray, "galaxy line"],
    cut: Bool[np.ndarray, "galaxy line"],
) -> Table:
    """Bring a sample into the units of the fit: errors limited, listed lines that were cut taken as looked for."""
    there = np.isfinite(ew) & (ew > 0) & np.isfinite(ew_ivar) & (ew_ivar > 0)
    ew = np.where(there, ew, np.nan).astype(np.float32)
    sigma = np.where(there, 1 / np.sqrt(np.maximum(np.where(there, ew_ivar, 1), 1e-12)), np.nan)
    scales = measure_scales(ew, sigma)
    log_sigma = (np.log10(sigma) - scales.sigma_center) / scales.sigma_spread
    log_sigma = np.clip(log_sigma, scales.sigma_low, scales.sigma_high).astype(np.float32)
    shape = np.diff(np.log10(bin_flux), axis=1).astype(np.float32)
    level = np.log10(bin_flux[:, 10]).astype(np.float32)
    cap = np.full(ew.shape[1], np.inf, np.float32)
    cap[list(ORDER)] = scales.cap
    ew = np.minimum(ew, cap)
    return Table(scales, shape, log_luminosity.astype(np.float32), redshift, level, ew, log_sigma, cut & ~there)


def deconvolve(table: Table, recipe: DrawRecipe, progress: Progress = None) -> Float[np.ndarray, "draw galaxy free"]:
    """Draw the intrinsic free lines of every galaxy of a sample, on the scale of the mixtures.

    Parameters
    ----------
    table : Table
        From `prepare`.
    recipe : DrawRecipe
        Sizes, rates and seed.
    progress : callable, optional
        Called with the mean loss of each epoch.

    Returns
    -------
    (draw, galaxy, 8) array
        See `latent.to_unit`.
    """
    scales, order = table.scales, list(ORDER)
    everything = np.column_stack([table.shape, table.log_luminosity, table.redshift, table.level]).astype(np.float32)
    ew = table.ew[:, order]
    log_sigma = table.log_sigma[:, order]
    log_sigma = log_sigma * scales.sigma_spread[order] + scales.sigma_center[order]
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
        jax.random.key(recipe.seed), everything, recipe.width // 2, 1, recipe.hidden, ((FREE, FREE, RAW),)
    )

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        picked = Evidence(*(column[rows] for column in evidence))
        return -filter_lines(chain, scales, x[rows], picked, key)[0].mean()

    chain = fit_network(chain, loss, len(x), recipe.deconvolution_epochs, recipe, progress)
    draw = jax.jit(lambda key, x, evidence: filter_lines(chain, scales, x, evidence, key)[1])
    result = np.empty((recipe.draws, len(x), FREE), np.float32)
    size = 8192
    for number in range(recipe.draws):
        for start in range(0, len(x), size):
            rows = np.arange(start, start + size) % len(x)
            picked = Evidence(*(column[rows] for column in evidence))
            key = jax.random.fold_in(jax.random.key(recipe.seed + 1), number * len(x) + start)
            result[number, start : start + size] = np.asarray(draw(key, x[rows], picked))[: len(x) - start]
    return result


def fit_latent(
    table: Table,
    features: Float[np.ndarray, "galaxy feature"],
    units: Float[np.ndarray, "draw galaxy free"],
    recipe: DrawRecipe,
    progress: Progress = None,
) -> Chain:
    """Fit p(intrinsic lines | features) and the tied ratios to deconvolved draws."""
    heads = ((FREE, FREE, RAW), (len(TIED), FREE, RAW))
    chain = init_chain(jax.random.key(recipe.seed + 2), features, recipe.width, recipe.blocks, recipe.hidden, heads)
    weak, strong = [line for line, _ in TIED], [ORDER[step] for _, step in TIED]
    ratio = (np.log10(table.ew[:, strong] / table.ew[:, weak]) - table.scales.tie) / TIE_UNIT
    both = jnp.asarray(np.isfinite(ratio))
    ratio = jnp.asarray(np.clip(np.nan_to_num(ratio), -8, 8), jnp.float32)
    x, u = jnp.asarray(features), jnp.asarray(units)

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        unit = u[jax.random.randint(key, rows.shape, 0, len(u)), rows]
        lines = latent_log_density(chain, table.scales, x[rows], unit).sum(axis=-1)
        ties = jnp.where(both[rows], tie_log_density(chain, x[rows], unit, ratio[rows]), 0.0).sum(axis=-1)
        return -(lines + ties).mean()

    return fit_network(chain, loss, len(x), recipe.epochs, recipe, progress)


def fit_channel(
    table: Table,
    features: Float[np.ndarray, "galaxy feature"],
    units: Float[np.ndarray, "draw galaxy free"],
    recipe: DrawRecipe,
    progress: Progress = None,
) -> Chain:
    """Fit p(catalogue | intrinsic lines, features, redshift) to deconvolved draws."""
    wide = np.asarray(with_redshift(jnp.asarray(features), jnp.asarray(table.redshift)))
    heads = ((FREE, CONTEXT, LISTED), (FREE, CONTEXT + 2, RAW), (len(TIED), CONTEXT, 1 + 2 * RAW))
    chain = init_chain(jax.random.key(recipe.seed + 3), wide, recipe.channel_width, 1, recipe.hidden, heads)
    std = np.asarray(chain.feature_std).copy()
    std[-1] = 1.0
    chain = chain._replace(feature_std=jnp.asarray(std))
    u, columns = jnp.asarray(units), tuple(map(jnp.asarray, (wide, table.ew, table.log_sigma, table.cut)))

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        which, hide = jax.random.split(key)
        unit = u[jax.random.randint(which, rows.shape, 0, len(u)), rows]
        x, ew, log_sigma, cut = (column[rows] for column in columns)
        known = jax.random.bernoulli(hide, recipe.redshift_known, rows.shape)
        redshift = jnp.where(known, x[:, -2], jnp.nan)
        x = with_redshift(x[:, :-2], redshift)
        return -channel_log_density(chain, table.scales, x, unit, ew, log_sigma, cut).mean()

    return fit_network(chain, loss, len(wide), recipe.epochs, recipe, progress)


def fit_summary(
    table: Table,
    features: Float[np.ndarray, "galaxy feature"],
    latent: Chain,
    recipe: DrawRecipe,
    progress: Progress = None,
) -> Summary:
    """Teach a network the percentiles of the fitted distribution's draws, and how often lines are listed."""
    scales, x = table.scales, jnp.asarray(features)
    softening = line_softening(scales)
    strong = jnp.array([step for _, step in TIED])

    @jax.jit
    def draws(key: PRNGKeyArray, x: Array) -> Array:
        unit = draw_latent(key, latent, scales, x)
        free = from_unit(scales, unit)
        ties = draw_ties(jax.random.fold_in(key, 1), latent, scales, x, unit)
        return jnp.arcsinh(all_lines(free, tied_ew(scales, free[:, strong], ties)) / softening)

    keys = jax.random.split(jax.random.key(recipe.seed + 4), recipe.draws)
    targets = jnp.stack([draws(key, x) for key in keys])
    there, cut = jnp.isfinite(jnp.asarray(table.ew)), jnp.asarray(table.cut)
    levels = jnp.array(LEVELS)[:, None]

    def loss(summary: Summary, rows: Array, key: PRNGKeyArray) -> Array:
        percentiles, logit = summarize(summary, x[rows])
        target = targets[jax.random.randint(key, rows.shape, 0, len(targets)), rows]
        miss = target[:, None, :] - percentiles
        pinball = jnp.maximum(levels * miss, (levels - 1) * miss).sum(axis=(1, 2))
        surprise = jnp.where(cut[rows], 0.0, -jax.nn.log_sigmoid(jnp.where(there[rows], logit, -logit))).sum(axis=-1)
        return (pinball + surprise).mean()

    summary = init_summary(jax.random.key(recipe.seed + 5), features, recipe.channel_width, 1, 4 * targets.shape[-1])
    return fit_network(summary, loss, len(x), recipe.epochs, recipe, progress)


def fit_distributions(table: Table, recipe: DrawRecipe, progress: Callable[[str, float], None] | None = None) -> Params:
    """Fit the intrinsic distribution and the observation model, both variants.

    Parameters
    ----------
    table : Table
        From `prepare`, of the galaxies that may be seen.
    recipe : DrawRecipe
        Sizes, rates and seed.
    progress : callable, optional
        Called after each epoch with the part's name and its mean loss.

    Returns
    -------
    Params
        With the two distributions and nothing else.
    """

    def report(part: str) -> Progress:
        return None if progress is None else partial(progress, part)

    units = deconvolve(table, recipe, report("deconvolution"))
    variants = {"colors": table.shape, "luminosity": np.column_stack([table.shape, table.log_luminosity])}
    models = {}
    for variant, features in variants.items():
        latent = fit_latent(table, features, units, recipe, report(f"lines, {variant}"))
        channel = fit_channel(table, features, units, recipe, report(f"catalogue, {variant}"))
        summary = fit_summary(table, features, latent, recipe, report(f"percentiles, {variant}"))
        models[f"intrinsic_{variant}"] = LineDistribution(table.scales, latent, channel, summary)
    return Params(None, None, None, **models)


def epochs_in_all(recipe: DrawRecipe) -> int:
    """Count the epochs that `fit_distributions` reports."""
    return recipe.deconvolution_epochs + 6 * recipe.epochs
