"""Fit of the widening: how much wider than a network says intervals must be where colours are rare.

A network knows its training galaxies too well to tell. The galaxies are therefore predicted by networks that were
trained without them (cross-fitting), and what these intervals miss among rare colours, beyond what they miss among
common ones, becomes the widening (Romano, Patterson & Candès 2019, arXiv:1905.03222, call such a correction conformal).
"""

from collections.abc import Callable
from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from model.distribution.colors import ColorMixture
from model.distribution.widening import LARGEST, Widening, log_density
from model.features import VARIANTS, colors, variant_features
from model.training.distillation import DistillationRecipe, Standard, label_continua, train_teacher
from research.sample import Sample

FOLDS: Final = 4
TEACHERS: Final = 3
"""Networks per fold, whose mean quantiles are those of their student."""
START: Final = 0.05
"""Share of the galaxies with rarer colours at which intervals start to widen."""
COVERED: Final = 0.68
"""Share of the listed EWs that an interval holds."""
SLOPES: Final = np.linspace(0, 0.3, 301)


def fit_widening(
    sample: Sample, mixture: ColorMixture, *, seed: int = 0, progress: Callable[[str], None] = lambda _: None
) -> Widening:
    """Fit the widening to the galaxies that are not held out.

    Parameters
    ----------
    sample : Sample
        Real galaxies.
    mixture : ColorMixture
        Density of their colours.
    seed : int
        Seed of the folds and the networks.
    progress : callable
        Called with a sentence before each step.

    Returns
    -------
    Widening
        Shared by all variants.
    """
    rows = np.flatnonzero(~sample.held_out)
    color = np.asarray(colors(sample.bin_flux[rows]))
    features = np.asarray(variant_features(color, sample.log_luminosity[rows], sample.redshift[rows], VARIANTS)[1])
    ew = np.arcsinh(sample.ew[rows])
    misses = np.full(ew.shape, np.nan)
    fold = np.random.Generator(np.random.PCG64(seed)).integers(0, FOLDS, len(rows))
    for number in range(FOLDS):
        progress(f"predicting part {number + 1} of {FOLDS} of the galaxies by networks that do not know it")
        misses[fold == number] = _misses(features, ew, fold == number, DistillationRecipe(seed=seed))
    density = np.concatenate(
        [np.asarray(log_density(mixture, jnp.asarray(part))) for part in np.array_split(color, 16)]
    )
    start = np.quantile(density, START)
    rarity = np.maximum(start - density, 0.0)
    return Widening(np.asarray(start, np.float32), np.array([_slope(rarity, line) for line in misses.T], np.float32))


def _misses(
    features: Float[np.ndarray, "galaxy feature"],
    ew: Float[np.ndarray, "galaxy line"],
    left_out: np.ndarray,
    recipe: DistillationRecipe,
) -> Float[np.ndarray, "left line"]:
    """Return the distance of the listed EWs of galaxies from their medians, in units of the interval on that side."""
    standard = Standard(np.nanmean(ew[~left_out], axis=0), np.nanstd(ew[~left_out], axis=0))
    targets = (ew - standard.mean) / standard.std
    teachers = [train_teacher(features[~left_out], targets[~left_out], recipe, member) for member in range(TEACHERS)]
    middle, low, high = np.moveaxis(label_continua(teachers, features[left_out]), 1, 0)
    away = targets[left_out] - middle
    return np.abs(away) / np.maximum(np.where(away < 0, middle - low, high - middle), 1e-6)


def _slope(rarity: Float[np.ndarray, " galaxy"], misses: Float[np.ndarray, " galaxy"]) -> float:
    """Return the slope of the quantile `COVERED` of the misses on rarity, relative to that of common colours."""
    listed = np.isfinite(misses)
    rare = listed & (rarity > 0)
    relative = misses[rare] / np.quantile(misses[listed & (rarity == 0)], COVERED)

    def pinball(slope: float) -> float:
        residual = relative - np.minimum(1 + slope * rarity[rare], LARGEST)
        return float(np.maximum(COVERED * residual, (COVERED - 1) * residual).mean())

    return float(min(SLOPES, key=pinball))
