"""Fit of the domain: the density of real galaxies' colours, its quantiles, and the widening of the intervals in it."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from model.distribution.colors import ColorMixture, marginal
from model.features import colors
from model.lines import LINE_NAMES
from model.predictions.batch import score_many
from model.predictions.domain.reasons import EDGE, OUTSIDE
from model.predictions.params import Params
from research.fitting.widening import FOLDS, START, TEACHERS, fit_widening
from research.sample import Sample, without_bins

N_COMPONENTS: Final = 12
MAX_ITERATIONS: Final = 120
REGULARISATION: Final = 1e-3
"""Added to each Gaussian's variances, in units of the sample's; with less, a Gaussian fits two rows of copied bins."""
LEVELS: Final = np.concatenate([[0], np.geomspace(1e-4, 0.1, 37), np.linspace(0.1, 0.95, 18)[1:], [1]])
"""Shares of galaxies at which quantiles of the density are stored, dense where verdicts change."""
PATTERNS: Final = {"all bins": (), "without the first": (0,), "without the last": (-1,), "without both": (0, -1)}
"""Missing bins, in the order of `ColorMixture.log_density`."""


def fit_domain(
    sample: Sample,
    *,
    n_components: int = N_COMPONENTS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Params, dict[str, Any]]:
    """Fit the domain to the galaxies that are not held out, and measure it on the held-out ones.

    Parameters
    ----------
    sample : Sample
        Real galaxies.
    n_components : int
        Number of Gaussians in the mixture.
    seed : int
        Random seed of the mixture's start.
    progress : callable
        Called with a sentence before each step.

    Returns
    -------
    params : Params
        Weights with `domain` and `widening` only.
    about : dict
        Settings and the shares of flagged held-out galaxies, for the sidecar.
    """
    from sklearn.mixture import GaussianMixture

    training = ~sample.held_out
    flux, color = sample.bin_flux[training], np.asarray(colors(sample.bin_flux[training]), np.float64)
    mean, std = color.mean(axis=0), color.std(axis=0)
    progress(f"fitting {n_components} Gaussians to the colours of {len(color)} galaxies")
    fitted = GaussianMixture(
        n_components, max_iter=MAX_ITERATIONS, reg_covar=REGULARISATION, init_params="k-means++", random_state=seed
    ).fit((color - mean) / std)
    mixture = ColorMixture(
        log_weight=np.log(np.asarray(fitted.weights_)).astype(np.float32),
        center=(mean + std * fitted.means_).astype(np.float32),
        whitening=(fitted.precisions_cholesky_ / std[:, None]).astype(np.float32),
        level=LEVELS.astype(np.float32),
        log_density=np.zeros((len(PATTERNS), len(LEVELS)), np.float32),
        luminosity_limit=_limits(sample.log_luminosity[training]),
        redshift_limit=np.array([sample.redshift[training].min(), sample.redshift[training].max()], np.float32),
    )
    progress("ranking the training galaxies")
    for row, pattern in enumerate(PATTERNS.values()):
        density = np.concatenate([marginal(mixture, part).log_density for part in _pieces(without_bins(flux, pattern))])
        mixture.log_density[row] = np.quantile(density, LEVELS)
    widening = fit_widening(sample, mixture, seed=seed, progress=progress)
    params = Params(None, None, None, mixture, widening=widening)
    about = {
        "title": "Density of the colours of DESI BGS galaxies, and what is common in it",
        "space": "-log10(F_i / F_i+1) [dex]",
        "recipe": {"components": n_components, "regularisation": REGULARISATION, "seed": seed},
        "converged": bool(fitted.converged_),
        "mean_log_density": round(float(fitted.lower_bound_), 4),
        "galaxies": int(training.sum()),
        "split": "int(sha256(TARGETID)) % 5 != 0",
        "verdicts": {"edge": f"score < {EDGE}", "outside": f"score < {OUTSIDE}"},
        "widening": {
            "start": f"rarer than {1 - START:.0%} of the galaxies",
            "per_log_density": dict(zip(LINE_NAMES, np.asarray(widening.slope, float).round(4).tolist(), strict=True)),
            "folds": FOLDS,
            "networks_per_fold": TEACHERS,
        },
        "held_out": measure(params, sample),
    }
    return params, about


def measure(params: Params, sample: Sample) -> dict[str, Any]:
    """Measure the shares of held-out galaxies at the edge and outside by their colours; nominal 0.9 % and 0.1 %.

    Parameters
    ----------
    params : Params
        Weights with a domain.
    sample : Sample
        Real galaxies.

    Returns
    -------
    dict
        Number of held-out galaxies, and for each pattern of missing bins the percentages with a score below
        `EDGE` (the outside ones left out) and below `OUTSIDE`, and the median score (0.5 is perfect).
    """
    flux = sample.bin_flux[sample.held_out]
    result: dict[str, Any] = {"galaxies": len(flux)}
    for name, pattern in PATTERNS.items():
        score = score_many(params, without_bins(flux, pattern))
        result[name] = {
            "edge_percent": round(100 * float(np.mean((score < EDGE) & (score >= OUTSIDE))), 3),
            "outside_percent": round(100 * float(np.mean(score < OUTSIDE)), 3),
            "median_score": round(float(np.median(score)), 4),
        }
    return result


def _limits(log_luminosity: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " 4"]:
    """Return two-sided limits outside which lie as many galaxies as the colours put at the edge and outside."""
    tails = [OUTSIDE / 2, EDGE / 2, 1 - EDGE / 2, 1 - OUTSIDE / 2]
    return np.nanquantile(log_luminosity, tails).astype(np.float32)


def _pieces(flux: Float[np.ndarray, "galaxy bin"]) -> list[Float[np.ndarray, "galaxy bin"]]:
    return [flux[start : start + 8192] for start in range(0, len(flux), 8192)]
