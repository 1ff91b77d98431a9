"""Training of the joint distribution of lines on a catalogue. Training needs optax; drawing does not.

1. The density of the catalogued lines given the continuum, by maximum likelihood on the catalogue (see `catalogued`).
2. Posterior draws of the intrinsic lines of every training galaxy (see `deconvolution`), and by maximum likelihood on
   these draws the density of the intrinsic lines given the continuum and the catalogued lines.
3. A small network per variant for the percentiles of the intrinsic lines, trained on draws from that distribution.

Luminosity and redshift are withheld for a random share of the galaxies of each batch, so that the networks predict
without them too.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ..distribution.catalogued import (
    CONTEXT,
    DETECTION,
    STEPS,
    STRENGTH,
    CataloguedLines,
    log_likelihood,
    to_catalogued,
)
from ..distribution.chain import Chain, Summary, init_chain, init_summary
from ..distribution.conditioning import with_conditions
from ..distribution.gaussian_mixture import RAW
from ..distribution.latent import N_FREE, latent_log_density, line_softening
from ..features import VARIANTS
from ..predictions.intrinsic import summarize
from ..predictions.joint.batch import sample_many
from ..predictions.params import LineDistribution, Params
from .deconvolution import deconvolve
from .loop import Checkpoints, Progress, minimize
from .network import pinball
from .recipe import DistributionConfig
from .sample import TrainingTable

LEVELS: Final = (0.16, 0.5, 0.84)
"""Quantiles that the summary networks predict."""


def fit_catalogued(
    table: TrainingTable,
    recipe: DistributionConfig,
    catalogued_lines: CataloguedLines,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> Chain:
    """Fit p(catalogued lines | colours, luminosity, redshift)."""
    heads = ((STEPS, CONTEXT, DETECTION), (STEPS, CONTEXT + 1, STRENGTH))
    chain = _untrained(recipe.seed + 3, table, recipe, heads)

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        x = _with_some_withheld(key, table, rows, recipe.given_share)
        return -log_likelihood(chain, x, CataloguedLines(*(column[rows] for column in catalogued_lines))).mean()

    return minimize(chain, loss, len(table.color), recipe.schedule(recipe.epochs), progress, checkpoint)


def fit_latent(
    table: TrainingTable,
    recipe: DistributionConfig,
    catalogued_lines: CataloguedLines,
    units: Float[np.ndarray, "draw galaxy free"],
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> Chain:
    """Fit p(intrinsic lines | catalogued lines, colours, luminosity, redshift) to deconvolved draws."""
    chain = _untrained(recipe.seed + 2, table, recipe, ((N_FREE, N_FREE + CONTEXT, RAW),))
    context, u = catalogued_lines.context.reshape(-1, CONTEXT), jnp.asarray(units)

    def loss(chain: Chain, rows: Array, key: PRNGKeyArray) -> Array:
        which, withhold = jax.random.split(key)
        unit = u[jax.random.randint(which, rows.shape, 0, len(u)), rows]
        x = _with_some_withheld(withhold, table, rows, recipe.given_share)
        return -latent_log_density(chain, table.scales, x, context[rows], unit).sum(axis=-1).mean()

    return minimize(chain, loss, len(table.color), recipe.schedule(recipe.latent_epochs), progress, checkpoint)


def fit_summary(
    table: TrainingTable,
    recipe: DistributionConfig,
    features: Float[np.ndarray, "galaxy feature"],
    draws: Float[np.ndarray, "draw galaxy line"],
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> Summary:
    """Train a network on the percentiles of intrinsic draws [Å] and on the detections of the lines."""
    x, targets = jnp.asarray(features), jnp.arcsinh(jnp.asarray(draws) / line_softening(table.scales))
    detected, cut = jnp.isfinite(jnp.asarray(table.ew)), jnp.asarray(table.cut)
    quantile_levels = jnp.array(LEVELS)[:, None]

    def loss(summary: Summary, rows: Array, key: PRNGKeyArray) -> Array:
        percentiles, logit = summarize(summary, x[rows])
        target = targets[jax.random.randint(key, rows.shape, 0, len(targets)), rows]
        residual = target[:, None, :] - percentiles
        percentile = pinball(residual, quantile_levels).sum(axis=(1, 2))
        detection = -jax.nn.log_sigmoid(jnp.where(detected[rows], logit, -logit))
        return (percentile + jnp.where(cut[rows], 0.0, detection).sum(axis=-1)).mean()

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
        From `prepare`, of the training galaxies; held-out galaxies must not be among them.
    recipe : DistributionConfig
        Sizes, rates and seed.
    progress : callable, optional
        Called after each epoch with the part's name and its mean loss.
    checkpoint : Checkpoints, optional
        Where an interrupted run resumes.

    Returns
    -------
    Params
        With the distribution; the other fields are None.
    """

    def run(part: str) -> tuple[Progress, Checkpoints | None]:
        return None if progress is None else partial(progress, part), checkpoint and checkpoint.part(part)

    catalogued_lines = to_catalogued(table.scales, table.ew, table.sigma, table.cut)
    catalogued = fit_catalogued(table, recipe, catalogued_lines, *run("catalogued lines"))
    units, response = deconvolve(table, recipe, *run("deconvolution"))
    latent = fit_latent(table, recipe, catalogued_lines, units, *run("intrinsic lines"))
    empty = init_summary(jax.random.key(0), table.color, 1, 1, 1)
    distribution = LineDistribution(table.scales, catalogued, latent, empty, empty, empty, response)
    # Draws conditioned on luminosity and redshift, pooled over the galaxies of given colours, are draws conditioned on
    # the colours alone.
    flux = 10 ** np.cumsum(np.pad(table.color, ((0, 0), (1, 0))), axis=1)
    conditions = table.log_luminosity, table.redshift
    drawn = Params(None, None, None, intrinsic=distribution)
    draws = np.stack([sample_many(seed, drawn, flux, *conditions)[0] for seed in range(recipe.draws)])
    columns = table.color, table.log_luminosity[:, None], table.redshift[:, None]
    summaries = {
        variant: fit_summary(
            table,
            recipe,
            np.column_stack(columns[: number + 1]).astype(np.float32),
            draws,
            *run(f"percentiles, {variant}"),
        )
        for number, variant in enumerate(VARIANTS)
    }
    return Params(None, None, None, intrinsic=distribution._replace(**summaries))


def _with_some_withheld(key: PRNGKeyArray, table: TrainingTable, rows: Array, given_share: float) -> Array:
    """Return the features of a batch; luminosity and redshift are each given with probability `given_share`."""
    columns = []
    for number, column in enumerate((table.log_luminosity, table.redshift)):
        shown = jax.random.bernoulli(jax.random.fold_in(key, number), given_share, rows.shape)
        columns.append(jnp.where(shown, jnp.asarray(column)[rows], jnp.nan))
    return with_conditions(jnp.asarray(table.color)[rows], *columns)


def _untrained(
    seed: int, table: TrainingTable, recipe: DistributionConfig, heads: tuple[tuple[int, int, int], ...]
) -> Chain:
    wide = np.array(with_conditions(table.color, table.log_luminosity, table.redshift))
    chain = init_chain(jax.random.key(seed), wide, recipe.width, recipe.blocks, recipe.hidden, heads)
    flag = np.ptp(wide, axis=0) == 0
    # The flags of given values are constant in the sample and already 0 or 1: they are not standardised.
    mean, std = np.where(flag, 0.0, chain.trunk.feature_mean), np.where(flag, 1.0, chain.trunk.feature_std)
    scaled = {"feature_mean": jnp.asarray(mean, jnp.float32), "feature_std": jnp.asarray(std, jnp.float32)}
    return chain._replace(trunk=chain.trunk._replace(**scaled))
