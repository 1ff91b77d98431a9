"""Calibration of a model where it could hide a fault: in slices of the sample, near the detection limit, in the tails.

A score over all galaxies averages over slices in which a model is wrong in opposite directions.
"""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import ndtr

from data.catalogue.survey import DESI
from model.bins import LUMINOSITY_BIN
from model.features import VARIANTS
from model.lines import LINE_NAMES
from model.predictions.batch import intrinsic_many, predict_many, sample_many, score_many
from model.predictions.domain import EDGE
from model.predictions.intrinsic import listing_response
from model.predictions.params import Params
from research.baselines.methods import Progress
from research.evaluation.points import color_quintile
from research.evaluation.record import Calibration, LineCalibration
from research.sample import Sample

SLICES: Final = 8
"""Slices of redshift and of apparent flux."""
FAINT: Final = 0.1
"""Share of the galaxies that are called faint."""
RENOISED: Final = (0.1, 0.5, 0.9)
"""Quantiles of the listed EWs that are compared with those of draws with new noise."""
TAIL: Final = 0.999


def slices_of(values: Float[np.ndarray, " galaxy"], count: int = SLICES) -> Int[np.ndarray, " galaxy"]:
    """Return the slice of each galaxy, 0 to `count` - 1, with equally many galaxies in each."""
    return np.searchsorted(np.quantile(values, np.arange(1, count) / count), values)


def renoise(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    ew: Float[np.ndarray, "galaxy line"],
    sigma: Float[np.ndarray, "galaxy line"],
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """Measure noise-free lines again.

    Parameters
    ----------
    params : Params
        Weights with an intrinsic distribution.
    bin_flux : (galaxy, 12) array
        Mean continuum per bin.
    ew, sigma : (galaxy, line) array
        Noise-free equivalent widths and errors [Å].
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    measured, chance : (galaxy, line) arrays
        Measured equivalent widths [Å], NaN where not listed; and the probability of a listing.
    """
    response = listing_response(params, bin_flux)
    offset, bias, scale = (np.asarray(column) for column in response)
    middle, spread = ew + offset + bias * sigma, scale * sigma
    measured = middle + spread * rng.standard_normal(ew.shape)
    return np.where(measured > 0, measured, np.nan), ndtr(middle / spread)


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
    flux, luminosity, redshift, observed = (
        column[rows] for column in (sample.bin_flux, sample.log_luminosity, sample.redshift, sample.ew)
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
    faint, rare = level < np.quantile(level, FAINT), np.asarray(score_many(params, flux)) < EDGE
    return Calibration(
        variant=variant,
        draws=draws,
        rare=int(rare.sum()),
        lines={
            name: _line(
                observed[:, i],
                [np.asarray(column)[:, i] for column in point],
                ~cut[:, i],
                (chance[:, i], implied[:, i]),
                (drawn[:, :, i], measured[:, :, i]),
                groups,
                (faint, rare),
            )
            for i, name in enumerate(LINE_NAMES)
        },
    )


def _line(
    observed: Float[np.ndarray, " galaxy"],
    point: list[Float[np.ndarray, " galaxy"]],
    covered: Bool[np.ndarray, " galaxy"],
    chances: tuple[Float[np.ndarray, " galaxy"], Float[np.ndarray, " galaxy"]],
    draws: tuple[Float[np.ndarray, "draw galaxy"], Float[np.ndarray, "draw galaxy"]],
    groups: tuple[Int[np.ndarray, " galaxy"], ...],
    special: tuple[Bool[np.ndarray, " galaxy"], Bool[np.ndarray, " galaxy"]],
) -> LineCalibration:
    median, low, high = point
    listed = np.isfinite(observed)
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
        detected_by_flux=shares(predicted - listed, by_flux, covered),
        detected_error=[
            float(np.sqrt(share * (1 - share) / max(1, np.count_nonzero(covered & (by_flux == k)))))
            for k, share in enumerate(shares(listed, by_flux, covered))
        ],
        implied_by_color=shares(implied - listed, by_color, covered),
        renoised=[
            float(np.nanquantile(measured, level) / np.quantile(observed[listed], level) - 1) for level in RENOISED
        ],
        tail=(float(np.quantile(observed[listed], TAIL)), float(np.nanquantile(drawn, TAIL))),
        coverage_rare=float(within[listed & rare].mean()),
    )
