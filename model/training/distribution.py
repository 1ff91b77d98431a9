"""Fitting the joint distribution to a catalogue. Needs optax; drawing does not.

1. What is listed given the continuum, by maximum likelihood on the catalogue itself: see `listing`.
2. Draws of every training galaxy's intrinsic lines: see `deconvolution`. On them, by maximum likelihood, the intrinsic
   lines given the continuum and what is listed.
3. Two small networks learn the percentiles of that distribution's draws.

Luminosity and redshift are hidden from the networks now and then, so that they answer without them too.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ..distribution.catalogued import CONTEXT, SEEN, STEPS, STRENGTH, Listed, as_listed, log_likelihood
from ..distribution.chain import Chain, Summary, init_chain, init_summary
from ..distribution.conditioning import with_known
from ..distribution.gaussian_mixture import RAW
from ..distribution.latent import FREE, latent_log_density
from ..predictions.batch import sample_many
from ..predictions.intrinsic import line_softening, summarize
from ..predictions.params import LineDistribution, Params
from .deconvolution import deconvolve
from .network import pinball
from .optimization import Checkpoints, Progress, minimize
from .recipe import DistributionConfig
from .sample import TrainingTable

LEVELS: Final = (0.16, 0.5, 0.84)
"""Percentiles that the summaries learn."""


def fit_listing(
    table: TrainingTable,
    recipe: DistributionConfig,
    listed: Listed,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> Chain:
    """Fit p(what is listed | colours, luminosity, redshift)."""
    heads = ((STEPS, CONTEXT, SEEN), (STEPS, CONTEXT + 1, STRENGTH))
    chain = _untrained(recipe.seed + 3, table, recipe, heads)

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        x = _with_some_hidden(key, table, rows, recipe.known)
        return -log_likelihood(chain, x, Listed(*(column[rows] for column in listed))).mean()

    return minimize(chain, loss, len(table.shape), recipe.schedule(recipe.epochs), progress, checkpoint)


def fit_latent(
    table: TrainingTable,
    recipe: DistributionConfig,
    listed: Listed,
    units: Float[np.ndarray, "draw galaxy free"],
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> Chain:
    """Fit p(intrinsic lines | what is listed, colours, luminosity, redshift) to deconvolved draws."""
    chain = _untrained(recipe.seed + 2, table, recipe, ((FREE, FREE + CONTEXT, RAW),))
    context, u = listed.context.reshape(-1, CONTEXT), jnp.asarray(units)

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        which, hide = jax.random.split(key)
        unit = u[jax.random.randint(which, rows.shape, 0, len(u)), rows]
        x = _with_some_hidden(hide, table, rows, recipe.known)
        return -latent_log_density(chain, table.scales, x, context[rows], unit).sum(axis=-1).mean()

    return minimize(chain, loss, len(table.shape), recipe.schedule(recipe.latent_epochs), progress, checkpoint)


def fit_summary(
    table: TrainingTable,
    recipe: DistributionConfig,
    features: Float[np.ndarray, "galaxy feature"],
    draws: Float[np.ndarray, "draw galaxy line"],
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> Summary:
    """Teach a network the percentiles of intrinsic draws [Å], and how often lines are listed."""
    x, targets = jnp.asarray(features), jnp.arcsinh(jnp.asarray(draws) / line_softening(table.scales))
    there, cut = jnp.isfinite(jnp.asarray(table.ew)), jnp.asarray(table.cut)
    levels = jnp.array(LEVELS)[:, None]

    def loss(summary: Summary, rows: Array, key: PRNGKeyArray) -> Array:
        percentiles, logit = summarize(summary, x[rows])
        target = targets[jax.random.randint(key, rows.shape, 0, len(targets)), rows]
        miss = target[:, None, :] - percentiles
        percentile = pinball(miss, levels).sum(axis=(1, 2))
        surprise = jnp.where(cut[rows], 0.0, -jax.nn.log_sigmoid(jnp.where(there[rows], logit, -logit))).sum(axis=-1)
        return (percentile + surprise).mean()

    key = jax.random.key(recipe.seed + 5)
    summary = init_summary(key, features, recipe.summary_width, 1, 4 * targets.shape[-1])
    return minimize(summary, loss, len(x), recipe.schedule(recipe.summary_epochs), progress, checkpoint)


def fit_distribution(
    table: TrainingTable,
    recipe: DistributionConfig,
    progress: Callable[[str, float], None] | None = None,
    checkpoint: Checkpoints | None = None,
) -> Params:
    """Fit the joint distribution of catalogued and intrinsic lines.

    Parameters
    ----------
    table : TrainingTable
        From `prepare`, of the galaxies that may be seen.
    recipe : DistributionConfig
        Sizes, rates and seed.
    progress : callable, optional
        Called after each epoch with the part's name and its mean loss.
    checkpoint : Checkpoints, optional
        Where an interrupted run goes on.

    Returns
    -------
    Params
        With the distribution and nothing else.
    """

    def run(part: str) -> tuple[Progress, Checkpoints | None]:
        return None if progress is None else partial(progress, part), checkpoint and checkpoint.part(part)

    listed = as_listed(table.scales, table.ew, table.sigma, table.cut)
    listing = fit_listing(table, recipe, listed, *run("what is listed"))
    units = deconvolve(table, recipe, *run("deconvolution"))
    latent = fit_latent(table, recipe, listed, units, *run("what is behind"))
    wide = np.column_stack([table.shape, table.log_luminosity])
    empty = init_summary(jax.random.key(0), wide, 1, 1, 1)
    drawn = Params(None, None, None, intrinsic=LineDistribution(table.scales, listing, latent, empty, empty))
    # Draws that know everything are, taken over the galaxies of some colours, draws that know the colours alone.
    flux = 10 ** np.cumsum(np.pad(table.shape, ((0, 0), (1, 0))), axis=1)
    known = table.log_luminosity, table.redshift
    draws = np.stack([sample_many(seed, drawn, flux, *known)[0] for seed in range(recipe.draws)])
    summaries = (
        fit_summary(table, recipe, features, draws, *run(f"percentiles, {name}"))
        for name, features in (("colors", table.shape), ("luminosity", wide))
    )
    return Params(None, None, None, intrinsic=LineDistribution(table.scales, listing, latent, *summaries))


def _with_some_hidden(key: PRNGKeyArray, table: TrainingTable, rows: Array, known: float) -> Array:
    """Features of a batch; each galaxy's luminosity and redshift are known with this probability."""
    columns = []
    for number, column in enumerate((table.log_luminosity, table.redshift)):
        shown = jax.random.bernoulli(jax.random.fold_in(key, number), known, rows.shape)
        columns.append(jnp.where(shown, jnp.asarray(column)[rows], jnp.nan))
    return with_known(jnp.asarray(table.shape)[rows], *columns)


def _untrained(
    seed: int, table: TrainingTable, recipe: DistributionConfig, heads: tuple[tuple[int, int, int], ...]
) -> Chain:
    wide = np.array(with_known(table.shape, table.log_luminosity, table.redshift))
    chain = init_chain(jax.random.key(seed), wide, recipe.width, recipe.blocks, recipe.hidden, heads)
    flag = np.ptp(wide, axis=0) == 0
    # Whether something is known is a number already: 1 or 0.
    mean, std = np.where(flag, 0.0, chain.feature_mean), np.where(flag, 1.0, chain.feature_std)
    return chain._replace(feature_mean=jnp.asarray(mean, jnp.float32), feature_std=jnp.asarray(std, jnp.float32))
