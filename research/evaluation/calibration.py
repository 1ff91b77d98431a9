"""Calibration of a model where it could hide a fault: in slices of the sample, near the detection limit, in the tails.

A score over all galaxies averages over slices in which a model is wrong in opposite directions.
"""

from collections.abc import Callable
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from data.catalogue.survey import DESI
from model.bins import LUMINOSITY_BIN, N_BINS
from model.features import VARIANTS, with_columns
from model.lines import LINE_NAMES
from model.networks.joint import quantiles
from model.numerics.linear import root
from model.physics.diagnostics import HALPHA
from model.predictions.batch import intrinsic_many, predict_many, score_many
from model.predictions.domain.reasons import EDGE
from model.predictions.imputation import FEWEST_BINS, known_colors, propagated_variance
from model.predictions.joint.batch import sample_many
from model.predictions.params import Params
from model.statistics.point_scores import score_lines, spearman
from model.training.deconvolution import AT_BOUND
from research.baselines.methods import Progress
from research.evaluation.points import color_quintile
from research.evaluation.record.schema import Calibration, LineCalibration, Uncertain
from research.evaluation.self_consistency import rank_distances, ranks, renoise
from research.sample import Sample

SLICES: Final = 8
"""Slices of redshift and of apparent flux."""
FAINT: Final = 0.1
"""Share of the galaxies that are called faint."""
RENOISED: Final = (0.1, 0.5, 0.9)
"""Quantiles of the listed EWs that are compared with those of draws with new noise."""
TAIL: Final = 0.999
ADDED_NOISE: Final = (0.0, 0.02, 0.05, 0.1)
"""Noise that is added to every bin, as a share of its flux."""
RESAMPLES: Final = 200
DRAWN: Final = 512
"""Galaxies of which colours are drawn."""
SOME: Final = 4096
"""Galaxies that are scored with noisy and missing bins."""


def slices_of(values: Float[np.ndarray, " galaxy"], count: int = SLICES) -> Int[np.ndarray, " galaxy"]:
    """Return the slice of each galaxy, 0 to `count` - 1, with equally many galaxies in each."""
    return np.searchsorted(np.quantile(values, np.arange(1, count) / count), values)


def calibrate(params: Params, sample: Sample, draws: int, progress: Progress = lambda _: None) -> Calibration:
    """Measure the calibration on the held-out galaxies, with the richest variant.

    Parameters
    ----------
    params : Params
        Weights with an intrinsic distribution.
    sample : Sample
        Galaxies with observed lines.
    draws : int
        Number of realisations.
    progress : callable
        Called with a sentence on the current step.

    Returns
    -------
    Calibration
        By line.
    """
    progress("measuring the calibration")
    rows = sample.held_out
    flux, luminosity, redshift, observed, ivar = (
        column[rows] for column in (sample.bin_flux, sample.log_luminosity, sample.redshift, sample.ew, sample.ew_ivar)
    )
    variant = VARIANTS[-1] if params.redshift is not None else VARIANTS[-2]
    given = (flux, luminosity, redshift)[: VARIANTS.index(variant) + 1]
    point = predict_many(params, *given)
    chance = np.asarray(intrinsic_many(params, *given).p_detected)
    rng = np.random.Generator(np.random.PCG64(0))
    listed, again, implied = [], [], np.zeros_like(observed, dtype=float)
    for seed in range(draws):
        ew, drawn = sample_many(seed, params, flux, luminosity, redshift)
        ew, drawn_ew = np.asarray(ew), np.asarray(drawn.ew)
        measured, probability = renoise(params, flux, ew, 1 / np.sqrt(np.asarray(drawn.ew_ivar)), rng)
        again.append(measured.astype(np.float32))
        listed.append(np.where(drawn_ew > 0, drawn_ew, np.nan).astype(np.float32))
        implied += probability / draws
    drawn, measured = np.stack(listed), np.stack(again)
    cut = ~DESI.observable(redshift) & ~np.isfinite(observed)
    level = flux[:, LUMINOSITY_BIN]
    groups = slices_of(redshift), slices_of(level), color_quintile(flux)
    red = groups[-1] == 0
    faint, rare = level < np.quantile(level, FAINT), np.asarray(score_many(params, flux)) < EDGE
    at_bound = observed * np.sqrt(ivar) <= AT_BOUND
    progress("ranking noise-free lines among draws given their measurement")
    rank = rank_distances(ranks(params, flux, luminosity, redshift))
    progress("measuring noisy and missing bins")
    some = slice(0, SOME)
    rest = [column[some] for column in given[1:]]
    return Calibration(
        noisy={
            f"{share:g}": _uncertain(params, *_noisy(flux[some], share, rng), rest, observed[some])
            for share in ADDED_NOISE
        },
        runs={
            f"{first}-{beyond - 1}": _uncertain(params, *_run(flux[some], first, beyond), rest, observed[some])
            for first in range(N_BINS - FEWEST_BINS + 1)
            for beyond in range(first + FEWEST_BINS, N_BINS + 1)
        },
        variant=variant,
        draws=draws,
        rare=int(rare.sum()),
        lines={
            name: _line(
                observed[:, i],
                [np.asarray(column)[:, i] for column in point],
                ~cut[:, i],
                at_bound[:, i],
                (chance[:, i], implied[:, i]),
                (drawn[:, :, i], measured[:, :, i]),
                groups,
                (faint, rare),
                rank.get(name),
                residual_correlation(i, observed[red], drawn[:, red], np.asarray(point.ew)[red]),
            )
            for i, name in enumerate(LINE_NAMES)
        },
    )


def _noisy(flux: np.ndarray, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return fluxes with added noise, and its inverse variances; a flux is kept above a fiftieth of the true one."""
    noise = share * flux
    seen = np.maximum(flux + noise * rng.standard_normal(flux.shape, np.float32), flux / 50)
    return seen, np.full_like(flux, np.inf) if share == 0 else 1 / noise**2


def _run(flux: np.ndarray, first: int, beyond: int) -> tuple[np.ndarray, np.ndarray]:
    """Return fluxes of which only a run of bins is known, and their inverse variances."""
    ivar = np.zeros_like(flux)
    ivar[:, first:beyond] = np.inf
    return np.where(ivar > 0, flux, np.nan), ivar


def _uncertain(
    params: Params, flux: np.ndarray, ivar: np.ndarray, rest: list[np.ndarray], observed: np.ndarray
) -> Uncertain:
    found = predict_many(params, flux, *rest, bin_flux_ivar=ivar)
    scores = score_lines(observed, found).values()
    shares = [score.coverage for score in scores]
    return Uncertain(
        rho=float(np.mean([score.spearman for score in scores])),
        coverage=(min(shares), max(shares)),
        linear=None if np.isinf(ivar).all() else linear_to_drawn(params, flux[:DRAWN], ivar[:DRAWN], rest),
    )


def linear_to_drawn(
    params: Params,
    flux: Float[np.ndarray, "galaxy bin"],
    ivar: Float[np.ndarray, "galaxy bin"],
    rest: list[Float[np.ndarray, " more"]],
) -> float:
    """Return the median ratio of the error of the median arcsinh EW by derivatives to its scatter over drawn colours.

    `rest` are luminosity and redshift of these galaxies or more, as far as the network uses them.
    """
    posterior = known_colors(params, flux, ivar)
    given = [jnp.asarray(column[: len(flux)]) for column in rest]
    network = getattr(params, VARIANTS[len(given)])

    def median(color: Float[Array, "*galaxy color"]) -> Float[Array, "*galaxy line"]:
        return quantiles(network, with_columns(color, given)).median

    linear = jnp.sqrt(propagated_variance(median, posterior))
    factor, normal = (
        root(posterior.covariance),
        jax.random.normal(jax.random.key(0), (RESAMPLES, *posterior.color.shape)),
    )
    drawn = jax.vmap(lambda one: median(posterior.color + jnp.einsum("gcd,gd->gc", factor, one)))(normal)
    return float(np.median(np.asarray(linear / drawn.std(axis=0))))


def _line(
    observed: Float[np.ndarray, " galaxy"],
    point: list[Float[np.ndarray, " galaxy"]],
    covered: Bool[np.ndarray, " galaxy"],
    at_bound: Bool[np.ndarray, " galaxy"],
    chances: tuple[Float[np.ndarray, " galaxy"], Float[np.ndarray, " galaxy"]],
    draws: tuple[Float[np.ndarray, "draw galaxy"], Float[np.ndarray, "draw galaxy"]],
    groups: tuple[Int[np.ndarray, " galaxy"], ...],
    special: tuple[Bool[np.ndarray, " galaxy"], Bool[np.ndarray, " galaxy"]],
    rank_distance: float | None,
    correlation_with_halpha: tuple[float, float, float] | None,
) -> LineCalibration:
    median, low, high = point
    listed = np.isfinite(observed)
    found = listed & ~at_bound  # an amplitude at the fit's bound of zero is not found, though it is listed
    within = (observed > low) & (observed < high)
    (predicted, implied), (drawn, measured) = chances, draws
    (by_redshift, by_flux, by_color), (faint, rare) = groups, special

    def shares(values: np.ndarray, group: np.ndarray, use: np.ndarray) -> list[float]:
        return [float(values[use & (group == k)].mean()) for k in range(group.max() + 1)]

    x, y = (np.arcsinh(values[listed & faint]) for values in (median, observed))
    return LineCalibration(
        below_by_redshift=shares(observed < median, by_redshift, listed),
        below_by_flux=shares(observed < median, by_flux, listed),
        slope_faint=float(np.polyfit(x, y, 1)[0]),
        slope_error=_error(lambda rows: float(np.polyfit(x[rows], y[rows], 1)[0]), len(x)),
        detected_by_flux=shares(predicted - listed, by_flux, covered),
        detected_error=[
            float(np.sqrt(share * (1 - share) / max(1, np.count_nonzero(covered & (by_flux == k)))))
            for k, share in enumerate(shares(listed, by_flux, covered))
        ],
        implied_by_color=shares(implied - found, by_color, covered),
        renoised=[
            float(np.nanquantile(measured, level) / np.quantile(observed[found], level) - 1) for level in RENOISED
        ],
        residual_correlation=correlation_with_halpha,
        rank_distance=rank_distance,
        tail=(float(np.quantile(observed[listed], TAIL)), float(np.nanquantile(drawn, TAIL))),
        tail_error=_error(lambda rows: float(np.quantile(observed[listed][rows], TAIL)), int(listed.sum())),
        coverage_rare=float(within[listed & rare].mean()),
    )


def residual_correlation(
    line: int,
    observed: Float[np.ndarray, "galaxy line"],
    drawn: Float[np.ndarray, "draw galaxy line"],
    median: Float[np.ndarray, "galaxy line"],
) -> tuple[float, float, float] | None:
    """Return the rank correlation of a line's residual with that of Hα: listed, its standard error, drawn."""
    if line == HALPHA:
        return None
    pair, expected = [line, HALPHA], np.arcsinh(median)

    def correlation(ew: np.ndarray) -> tuple[float, int]:
        residual = (np.arcsinh(ew) - expected)[:, pair]
        both = np.isfinite(residual).all(axis=1)
        return spearman(*residual[both].T), int(both.sum())

    rho, count = correlation(observed)
    return rho, float((1 - rho**2) / np.sqrt(count)), float(np.mean([correlation(ew)[0] for ew in drawn]))


def _error(statistic: Callable[[np.ndarray], float], n: int) -> float:
    """Return the standard error of a statistic of n galaxies, by resampling them."""
    rng = np.random.Generator(np.random.PCG64(0))
    return float(np.std([statistic(rng.integers(0, n, n)) for _ in range(RESAMPLES)]))
