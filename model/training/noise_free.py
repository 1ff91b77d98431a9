"""Networks for continua without noise, by extrapolation from continua with added noise (SIMEX).

The bins of the training galaxies are noisy, which dilutes the relation between colours and lines: a network learns the
mean over all galaxies that a noisy continuum could be. Teachers that see how much noise was added to a continuum show
how their answers change with it, per unit of DESI's own variance. The change is subtracted once from the default
network's answers (Cook & Stefanski 1994, J. Am. Stat. Assoc. 89, 1314).
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ..distribution.chain import Summary
from ..features import VARIANTS, colors, with_columns
from ..networks.joint import JointNetwork, standardized_quantiles
from ..predictions.params import Params
from ..spectra.bin_noise import DESI_NOISE
from .distillation import (
    LABEL_CHUNK,
    DistillationRecipe,
    Standard,
    continua_between,
    label_continua,
    train_student,
    train_teacher,
)
from .loop import Checkpoints, Progress

MOST_NOISE: Final = 1.5
"""Largest variance that is added while training, in units of DESI's own."""
STEP: Final = 0.5
"""Added variance, in units of DESI's own, over which the change of the answers is measured."""
UNTOUCHED: Final = 0.3
"""Share of the continua of a batch to which no noise is added."""
DARKEST: Final = 0.1
"""A bin with added noise keeps at least this share of its flux."""


def noise_free_recipe() -> DistillationRecipe:
    """Return the default choices: half the teachers, because only differences of their answers count."""
    return DistillationRecipe(members=5)


def fit_noise_free(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    ew: Float[np.ndarray, "galaxy line"],
    recipe: DistillationRecipe,
    progress: Callable[[str, float], None] | None = None,
    checkpoint: Checkpoints | None = None,
) -> Params:
    """Train each variant of the line network for continua without noise.

    Parameters
    ----------
    params : Params
        Networks that were trained on the same galaxies, as from `distillation.fit_variants`.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin with DESI's noise, > 0 [1e-17 erg/s/cm²/Å].
    log_luminosity, redshift : (galaxy,) array
        See `luminosities.log_luminosity`.
    ew : (galaxy, line) array
        Observed equivalent widths [Å]; NaN where missing.
    recipe : DistillationRecipe
        Sizes, rates and seed; see `noise_free_recipe`.
    progress : callable, optional
        Called after each epoch with the variant and the epoch's mean loss.
    checkpoint : Checkpoints, optional
        Where an interrupted run resumes.

    Returns
    -------
    Params
        The variants of `params`, and nothing else.
    """
    found = Params(**dict.fromkeys(VARIANTS), map=None)
    for number, name in enumerate(VARIANTS):
        default = getattr(params, name)
        if not isinstance(default, JointNetwork):
            continue
        given = [np.asarray(column, np.float32) for column in (log_luminosity, redshift)[:number]]
        network = _undiluted(
            default,
            np.asarray(bin_flux, np.float32),
            given,
            np.arcsinh(ew),
            recipe,
            None if progress is None else partial(progress, f"{name}, noise-free"),
            checkpoint and checkpoint.part(f"{name}, noise-free"),
        )
        found = found._replace(**{name: network})
    return found


def _undiluted(
    default: JointNetwork,
    flux: Float[np.ndarray, "galaxy bin"],
    given: list[Float[np.ndarray, " galaxy"]],
    targets: Float[np.ndarray, "galaxy line"],
    recipe: DistillationRecipe,
    progress: Progress,
    checkpoint: Checkpoints | None,
) -> JointNetwork:
    standard = Standard(np.asarray(default.target_mean), np.asarray(default.target_std))
    standardized = (targets - standard.mean) / standard.std

    def part(name: str) -> Checkpoints | None:
        return checkpoint and checkpoint.part(name)

    teachers = [
        train_noisy_teacher(flux, given, standardized, recipe, member, progress, part(f"teacher {member}"))
        for member in range(recipe.members)
    ]
    continua = continua_between(np.asarray(with_columns(colors(flux), given)), recipe.between, recipe.seed)
    labels = label_default(default, continua) + noise_effect(teachers, continua)
    return train_student(continua, labels, standard, recipe, progress, part("student"))


def train_noisy_teacher(
    bin_flux: Float[np.ndarray, "galaxy bin"],
    given: list[Float[np.ndarray, " galaxy"]],
    standardized: Float[np.ndarray, "galaxy target"],
    recipe: DistillationRecipe,
    member: int,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> Summary:
    """Train a teacher whose last feature is the added variance, in units of DESI's own; noise is drawn every time."""
    flux, noise = jnp.asarray(bin_flux), jnp.asarray(DESI_NOISE, jnp.float32)
    conditions = [jnp.asarray(column) for column in given]

    def features(rows: Array, key: PRNGKeyArray) -> Array:
        amount, chance, normal = jax.random.split(key, 3)
        added = MOST_NOISE * jax.random.uniform(amount, rows.shape)
        added = jnp.where(jax.random.uniform(chance, rows.shape) < UNTOUCHED, 0.0, added)
        clean = flux[rows]
        noisy = clean + jnp.sqrt(added)[:, None] * noise * jax.random.normal(normal, clean.shape)
        color = colors(jnp.maximum(noisy, DARKEST * clean))
        return with_columns(color, [*(column[rows] for column in conditions), added])

    typical = np.asarray(features(jnp.arange(len(bin_flux)), jax.random.key(recipe.seed + member)))
    return train_teacher(typical, standardized, recipe, member, progress, checkpoint, features)


def noise_effect(
    teachers: list[Summary], features: Float[np.ndarray, "galaxy feature"]
) -> Float[np.ndarray, "galaxy three target"]:
    """Return the change of the answers per unit of DESI's variance that is taken away."""
    without, more = (label_continua(teachers, np.asarray(with_columns(features, [added]))) for added in (0.0, STEP))
    return (without - more) / STEP


def label_default(
    network: JointNetwork, features: Float[np.ndarray, "galaxy feature"]
) -> Float[np.ndarray, "galaxy three target"]:
    """Return the standardised median, 16th and 84th percentile of a network."""
    run = jax.jit(lambda chunk: jnp.stack(standardized_quantiles(network, chunk), axis=1))
    starts = range(0, len(features), LABEL_CHUNK)
    return np.concatenate([np.asarray(run(jnp.asarray(features[s : s + LABEL_CHUNK]))) for s in starts])
