"""The default network: several wide teachers are trained on galaxies, one small and fast student on the teachers.

A teacher predicts nine quantiles of the catalogued EW per line; it minimises the pinball loss, whose optimum is the
quantile for any shape of distribution. The mean of the teachers is more accurate than any one of them. The student is
trained on the teachers' mean median, 16th and 84th percentile, for the galaxies and for continua interpolated between
galaxies.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ..distribution.chain import Summary, init_summary
from ..features import VARIANTS, colors, variant_features
from ..networks.joint import JointNetwork, init_joint, standardized_quantiles
from ..networks.layers import run_dense, run_trunk
from ..predictions.params import Params
from .loop import Checkpoints, Progress, Schedule, minimize
from .network import Recipe, check_rows, fit

LEVELS: Final = (0.05, 0.16, 0.3, 0.4, 0.5, 0.6, 0.7, 0.84, 0.95)
"""Quantiles that a teacher predicts; the student is trained on the 50th, 16th and 84th percentile."""
TAUGHT: Final = tuple(LEVELS.index(level) for level in (0.5, 0.16, 0.84))
"""Positions of the student's quantiles in `LEVELS`: median, 16th and 84th percentile."""
SMOOTHING: Final = 0.02
"""Residual, in standardised arcsinh(EW / Å), below which the pinball loss is smoothed."""
LABEL_CHUNK: Final = 8192
"""Continua labelled per call."""


class DistillationRecipe(NamedTuple):
    """Choices of a training run; recorded in the weights' sidecar."""

    members: int = 10
    teacher_width: int = 192
    teacher_blocks: int = 2
    teacher_epochs: int = 16
    width: int = 128
    blocks: int = 2
    epochs: int = 10
    between: int = 2
    batch: int = 256
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.1
    warm_up: float = 0.05
    seed: int = 0

    def epochs_in_all(self) -> int:
        """Count the epochs that `fit_variants` reports."""
        return len(VARIANTS) * (self.members * self.teacher_epochs + self.epochs)


class Standard(NamedTuple):
    """Mean and standard deviation of the targets, ignoring NaN."""

    mean: Float[np.ndarray, " target"]
    std: Float[np.ndarray, " target"]


def train_teacher(
    features: Float[np.ndarray, "galaxy feature"],
    standardized: Float[np.ndarray, "galaxy target"],
    recipe: DistillationRecipe,
    member: int,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
    redraw: Callable[[Array, PRNGKeyArray], Array] | None = None,
) -> Summary:
    """Train one teacher on standardised targets; NaN targets do not count.

    `redraw`, if given, returns the features of a batch's rows with new noise every time; `features` then only sets
    their means and deviations.
    """
    quantile_levels = jnp.array(LEVELS)[:, None]
    x, y = jnp.asarray(features, jnp.float32), jnp.asarray(standardized, jnp.float32)

    def loss(teacher: Summary, rows: Array, key: PRNGKeyArray) -> Array:
        present = jnp.isfinite(y[rows])[:, None, :]
        inputs = x[rows] if redraw is None else redraw(rows, key)
        residual = jnp.where(present, y[rows][:, None, :] - teacher_quantiles(teacher, inputs), 0.0)
        pinball = jnp.sqrt(residual**2 + SMOOTHING**2) / 2 + (quantile_levels - 0.5) * residual
        return jnp.where(present, pinball, 0.0).sum() / jnp.maximum(present.sum(), 1)

    seed = recipe.seed + member
    outputs = len(LEVELS) * standardized.shape[1]
    teacher = init_summary(jax.random.key(seed), features, recipe.teacher_width, recipe.teacher_blocks, outputs)
    teacher = teacher._replace(output=teacher.output._replace(weight=0.1 * teacher.output.weight))
    schedule = Schedule(
        recipe.teacher_epochs, recipe.batch, recipe.learning_rate, recipe.weight_decay, recipe.warm_up, seed
    )
    return minimize(teacher, loss, len(x), schedule, progress, checkpoint)


def teacher_quantiles(
    teacher: Summary, features: Float[Array, "*galaxy feature"]
) -> Float[Array, "*galaxy level target"]:
    """Return the quantiles `LEVELS` of the standardised targets."""
    raw = run_dense(teacher.output, run_trunk(teacher.trunk, features))
    return raw.reshape(*raw.shape[:-1], len(LEVELS), -1)


def label_continua(
    teachers: list[Summary], features: Float[np.ndarray, "galaxy feature"]
) -> Float[np.ndarray, "galaxy three target"]:
    """Return the mean over the teachers of the median, 16th and 84th percentile of the standardised targets."""

    @jax.jit
    def mean_quantiles(chunk: Array) -> Array:
        return jnp.mean(jnp.stack([teacher_quantiles(teacher, chunk)[:, TAUGHT, :] for teacher in teachers]), axis=0)

    starts = range(0, len(features), LABEL_CHUNK)
    return np.concatenate([np.asarray(mean_quantiles(jnp.asarray(features[s : s + LABEL_CHUNK]))) for s in starts])


def continua_between(
    features: Float[np.ndarray, "galaxy feature"], times: int, seed: int
) -> Float[np.ndarray, "more feature"]:
    """Return the galaxies, and `times` as many random points between random pairs of them."""
    rng = np.random.Generator(np.random.PCG64(seed))
    parts = [features]
    for _ in range(times):
        share = rng.random((len(features), 1), np.float32)
        parts.append(features + share * (features[rng.permutation(len(features))] - features))
    return np.concatenate(parts).astype(np.float32)


def train_student(
    features: Float[np.ndarray, "galaxy feature"],
    labels: Float[np.ndarray, "galaxy three target"],
    standard: Standard,
    recipe: DistillationRecipe,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> JointNetwork:
    """Train the student on labelled continua by the squared error of the standardised median and percentiles."""
    x, y = jnp.asarray(features, jnp.float32), jnp.asarray(labels, jnp.float32)

    def loss(student: JointNetwork, rows: Array, _: PRNGKeyArray) -> Array:
        predicted = jnp.stack(standardized_quantiles(student, x[rows]), axis=1)
        return jnp.mean((predicted - y[rows]) ** 2)

    student = init_joint(jax.random.key(recipe.seed), features, labels[:, 0], recipe.width, recipe.blocks)
    student = student._replace(target_mean=jnp.asarray(standard.mean), target_std=jnp.asarray(standard.std))
    schedule = Schedule(recipe.epochs, recipe.batch, recipe.learning_rate, 0.0, recipe.warm_up, recipe.seed)
    return minimize(student, loss, len(x), schedule, progress, checkpoint)


def distill(
    features: Float[np.ndarray, "galaxy feature"],
    targets: Float[np.ndarray, "galaxy target"],
    recipe: DistillationRecipe = DistillationRecipe(),  # noqa: B008 - immutable
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
) -> JointNetwork:
    """Train teachers and their student.

    Parameters
    ----------
    features : (galaxy, feature) array
        Finite inputs.
    targets : (galaxy, target) array
        Values to predict; NaN where missing.
    recipe : DistillationRecipe
        Sizes, rates and seed. The same recipe and rows give the same network on one machine.
    progress : callable, optional
        Called with the mean loss of each epoch.
    checkpoint : Checkpoints, optional
        Where an interrupted run resumes.

    Returns
    -------
    JointNetwork
        The student, float32 numpy arrays.

    Raises
    ------
    ValueError
        If a feature is not finite, or fewer rows are given than one batch holds.
    """
    check_rows(features, recipe.batch)
    features = np.asarray(features, np.float32)
    standard = Standard(*(f(targets, axis=0).astype(np.float32) for f in (np.nanmean, np.nanstd)))
    standardized = (targets - standard.mean) / standard.std

    def part(name: str) -> Checkpoints | None:
        return checkpoint and checkpoint.part(name)

    teachers = [
        train_teacher(features, standardized, recipe, member, progress, part(f"teacher {member}"))
        for member in range(recipe.members)
    ]
    continua = continua_between(features, recipe.between, recipe.seed)
    return train_student(continua, label_continua(teachers, continua), standard, recipe, progress, part("student"))


def fit_variants(
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    ew: Float[np.ndarray, "galaxy line"],
    recipe: DistillationRecipe = DistillationRecipe(),  # noqa: B008 - immutable
    progress: Callable[[str, float], None] | None = None,
    checkpoint: Checkpoints | None = None,
) -> Params:
    """Train each variant of the line network on arcsinh equivalent widths.

    Parameters
    ----------
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, > 0.
    log_luminosity, redshift : (galaxy,) array
        See `luminosities.log_luminosity`.
    ew : (galaxy, line) array
        Observed equivalent widths [Å]; NaN where missing.
    recipe : DistillationRecipe
        Sizes, rates and seed.
    progress : callable, optional
        Called after each epoch with the variant and the epoch's mean loss.
    checkpoint : Checkpoints, optional
        Where an interrupted run resumes.

    Returns
    -------
    Params
        Without a map.
    """
    return _each_variant(distill, bin_flux, log_luminosity, redshift, ew, recipe, progress, checkpoint)


def fit_variants_directly(
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    ew: Float[np.ndarray, "galaxy line"],
    recipe: Recipe = Recipe(),  # noqa: B008 - immutable
    progress: Callable[[str, float], None] | None = None,
    checkpoint: Checkpoints | None = None,
) -> Params:
    """Train each variant without teachers, for comparison; arguments as for `fit_variants`."""
    return _each_variant(fit, bin_flux, log_luminosity, redshift, ew, recipe, progress, checkpoint)


def _each_variant(method, bin_flux, log_luminosity, redshift, ew, recipe, progress, checkpoint) -> Params:
    networks = {}
    for number, name in enumerate(VARIANTS):
        given = (log_luminosity, redshift)[:number]
        networks[name] = method(
            np.asarray(variant_features(colors(bin_flux), *given)[1]),
            np.arcsinh(ew),
            recipe,
            None if progress is None else partial(progress, name),
            checkpoint and checkpoint.part(name),
        )
    return Params(**networks, map=None)
