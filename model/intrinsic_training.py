"""Fitting the intrinsic distribution and the observation model to a catalogue. Needs optax; drawing does not.

1. Deconvolve: draws of every training galaxy's intrinsic lines, see `deconvolution`.
2. Fit, by maximum likelihood on those draws, the chain p(lines | continuum[, L]), and the observation model
   p(catalogue | lines, continuum[, L], redshift). Whatever the Gaussian of step 1 gets wrong, step 2 sees and learns.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from .chain import Chain, Summary, init_chain, init_summary
from .deconvolution import deconvolve
from .draw_recipe import DrawRecipe
from .intrinsic import line_softening, summarize
from .intrinsic_sample import Table
from .latent import (
    FREE,
    ORDER,
    TIE_UNIT,
    TIED,
    all_lines,
    draw_latent,
    draw_ties,
    from_unit,
    latent_log_density,
    tie_log_density,
    tied_ew,
)
from .network import LineDistribution, Params
from .observation import CONTEXT, LISTED, channel_log_density, with_redshift
from .optimization import Checkpoints, Progress, minimize
from .training import pinball
from .truncated import RAW

LEVELS: Final = (0.16, 0.5, 0.84)
"""Percentiles that the summary learns."""


def fit_latent(
    table: Table,
    features: Float[np.ndarray, "galaxy feature"],
    units: Float[np.ndarray, "draw galaxy free"],
    recipe: DrawRecipe,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
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

    return minimize(chain, loss, len(x), recipe.schedule(), progress, checkpoint)


def fit_channel(
    table: Table,
    features: Float[np.ndarray, "galaxy feature"],
    units: Float[np.ndarray, "draw galaxy free"],
    recipe: DrawRecipe,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
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

    return minimize(chain, loss, len(wide), recipe.schedule(), progress, checkpoint)


def fit_summary(
    table: Table,
    features: Float[np.ndarray, "galaxy feature"],
    latent: Chain,
    recipe: DrawRecipe,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
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
        percentile = pinball(miss, levels).sum(axis=(1, 2))
        surprise = jnp.where(cut[rows], 0.0, -jax.nn.log_sigmoid(jnp.where(there[rows], logit, -logit))).sum(axis=-1)
        return (percentile + surprise).mean()

    summary = init_summary(jax.random.key(recipe.seed + 5), features, recipe.channel_width, 1, 4 * targets.shape[-1])
    return minimize(summary, loss, len(x), recipe.schedule(), progress, checkpoint)


def fit_distributions(
    table: Table,
    recipe: DrawRecipe,
    progress: Callable[[str, float], None] | None = None,
    checkpoint: Checkpoints | None = None,
) -> Params:
    """Fit the intrinsic distribution and the observation model, both variants.

    Parameters
    ----------
    table : Table
        From `prepare`, of the galaxies that may be seen.
    recipe : DrawRecipe
        Sizes, rates and seed.
    progress : callable, optional
        Called after each epoch with the part's name and its mean loss.
    checkpoint : Checkpoints, optional
        Where an interrupted run goes on.

    Returns
    -------
    Params
        With the two distributions and nothing else.
    """

    def run(part: str) -> tuple[Progress, Checkpoints | None]:
        return None if progress is None else partial(progress, part), checkpoint and checkpoint.part(part)

    units = deconvolve(table, recipe, *run("deconvolution"))
    variants = {"colors": table.shape, "luminosity": np.column_stack([table.shape, table.log_luminosity])}
    models = {}
    for variant, features in variants.items():
        latent = fit_latent(table, features, units, recipe, *run(f"lines, {variant}"))
        channel = fit_channel(table, features, units, recipe, *run(f"catalogue, {variant}"))
        summary = fit_summary(table, features, latent, recipe, *run(f"percentiles, {variant}"))
        models[f"intrinsic_{variant}"] = LineDistribution(table.scales, latent, channel, summary)
    return Params(None, None, None, **models)


def epochs_in_all(recipe: DrawRecipe) -> int:
    """Count the epochs that `fit_distributions` reports."""
    return recipe.deconvolution_epochs + 6 * recipe.epochs
