"""Measure what the networks for noise-free continua gain: ``python -m scripts.noise_free_gain TABLE [TEACHERS]``.

The true continua of galaxies are not known, so noise is added once more: the bins of TABLE count as free of noise, and
the networks are trained on bins with DESI's noise on top. They then predict the bins of TABLE for held-out galaxies, as
they are and after the extrapolation; a network that was trained on the bins of TABLE themselves shows what is possible.
"""

import sys
from typing import Final

import jax
import numpy as np

from model.features import VARIANTS, colors, with_columns
from model.networks.joint import JointNetwork, quantiles
from model.physics.diagnostics import HALPHA
from model.predictions.params import Params
from model.spectra.bin_noise import DESI_NOISE
from model.statistics.point_scores import spearman
from model.training.distillation import DistillationRecipe, fit_variants
from model.training.noise_free import fit_noise_free
from research.sample import Sample, read_sample

TEACHERS: Final = 3
EPOCHS: Final = 12
STUDENT_EPOCHS: Final = 8
FAINT: Final = 0.1


def main() -> int:
    """Print, for each variant, the scores of the networks on noise-free continua."""
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    sample = read_sample(sys.argv[1])
    teachers = int(sys.argv[2]) if len(sys.argv) == 3 else TEACHERS
    recipe = DistillationRecipe(members=teachers, teacher_epochs=EPOCHS, epochs=STUDENT_EPOCHS)
    noise = np.random.Generator(np.random.PCG64(0)).standard_normal(sample.bin_flux.shape, np.float32) * DESI_NOISE
    noisy = (sample.bin_flux + noise).astype(np.float32)
    seen = ~sample.held_out & (noisy > 0).all(axis=1)

    rest = sample.log_luminosity[seen], sample.redshift[seen], sample.ew[seen]
    possible = fit_variants(sample.bin_flux[seen], *rest, recipe=recipe)
    diluted = fit_variants(noisy[seen], *rest, recipe=recipe)
    free = fit_noise_free(diluted, noisy[seen], *rest, recipe=recipe)
    print("variant, networks: mean rho, MAE of Hα [Å], slope of observed on predicted arcsinh EW, the same in the")
    print("faintest tenth, coverage of the 68 % interval, distance (root mean square, mean) from what is possible")
    for variant in VARIANTS:
        truth = _predicted(possible, variant, sample)
        for name, params in (("possible", possible), ("as trained", diluted), ("noise-free", free)):
            found = _predicted(params, variant, sample)
            print(f"{variant}, {name}: {_scores(found, sample)}, {_distance(found[0], truth[0])}", flush=True)
    return 0


def _predicted(params: Params, variant: str, sample: Sample) -> list[np.ndarray]:
    """Return median, 16th and 84th percentile of arcsinh EW of the held-out galaxies."""
    given = (sample.log_luminosity, sample.redshift)[: VARIANTS.index(variant)]
    held_out = sample.held_out
    features = with_columns(colors(sample.bin_flux[held_out]), [column[held_out] for column in given])
    network: JointNetwork = getattr(params, variant)
    return [np.asarray(values) for values in jax.jit(quantiles)(network, features)]


def _scores(found: list[np.ndarray], sample: Sample) -> str:
    observed, level = np.arcsinh(sample.ew[sample.held_out]), sample.bin_flux[sample.held_out].mean(axis=1)
    faint = level < np.quantile(level, FAINT)
    each = []
    for line, (middle, low, high) in enumerate(zip(*(part.T for part in found), strict=True)):
        listed = np.isfinite(observed[:, line])
        x, y = middle[listed], observed[listed, line]
        each.append(
            (
                spearman(x, y),
                np.abs(np.sinh(x) - np.sinh(y)).mean(),
                np.polyfit(x, y, 1)[0],
                np.polyfit(x[faint[listed]], y[faint[listed]], 1)[0],
                ((y > low[listed]) & (y < high[listed])).mean(),
            )
        )
    rho, _, slope, slope_faint, coverage = np.mean(each, axis=0)
    error = each[HALPHA][1]
    return f"{rho:.4f}, {error:.3f}, {slope:.3f}, {slope_faint:.3f}, {coverage:.3f}"


def _distance(found: np.ndarray, truth: np.ndarray) -> str:
    away = found - truth
    return f"{np.sqrt((away**2).mean(axis=0)).mean():.4f}, {away.mean():+.4f}"


if __name__ == "__main__":
    raise SystemExit(main())
