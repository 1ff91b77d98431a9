"""A catalogue in the units of the intrinsic distribution's fit."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from .latent import ORDER, TIED, Scales


class Table(NamedTuple):
    """A training sample in the units of the fit."""

    scales: Scales
    shape: Float[np.ndarray, "galaxy color"]
    log_luminosity: Float[np.ndarray, " galaxy"]
    redshift: Float[np.ndarray, " galaxy"]
    level: Float[np.ndarray, " galaxy"]
    ew: Float[np.ndarray, "galaxy line"]
    log_sigma: Float[np.ndarray, "galaxy line"]
    cut: Bool[np.ndarray, "galaxy line"]


def prepare(
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    ew: Float[np.ndarray, "galaxy line"],
    ew_ivar: Float[np.ndarray, "galaxy line"],
    cut: Bool[np.ndarray, "galaxy line"],
) -> Table:
    """Bring a sample into the units of the fit: errors limited, listed lines that were cut taken as looked for."""
    there = np.isfinite(ew) & (ew > 0) & np.isfinite(ew_ivar) & (ew_ivar > 0)
    ew = np.where(there, ew, np.nan).astype(np.float32)
    sigma = np.where(there, 1 / np.sqrt(np.maximum(np.where(there, ew_ivar, 1), 1e-12)), np.nan)
    scales = measure_scales(ew, sigma)
    log_sigma = (np.log10(sigma) - scales.sigma_center) / scales.sigma_spread
    log_sigma = np.clip(log_sigma, scales.sigma_low, scales.sigma_high).astype(np.float32)
    shape = np.diff(np.log10(bin_flux), axis=1).astype(np.float32)
    level = np.log10(bin_flux[:, 10]).astype(np.float32)
    cap = np.full(ew.shape[1], np.inf, np.float32)
    cap[list(ORDER)] = scales.cap
    ew = np.minimum(ew, cap)
    return Table(scales, shape, log_luminosity.astype(np.float32), redshift, level, ew, log_sigma, cut & ~there)


def measure_scales(ew: Float[np.ndarray, "galaxy line"], sigma: Float[np.ndarray, "galaxy line"]) -> Scales:
    """Units and limits of a training sample."""
    order, there = list(ORDER), np.isfinite(ew)
    softening = np.nanmedian(sigma, axis=0)[order]
    arcsinh = np.arcsinh(ew[:, order] / softening)
    log_sigma = np.log10(sigma)
    low, high = np.nanpercentile(log_sigma, [0.05, 99.9], axis=0)
    log_sigma = np.clip(log_sigma, low, high)
    center, spread = np.nanmean(log_sigma, axis=0), np.nanstd(log_sigma, axis=0)
    trusted = np.where(ew > 3 * sigma, ew, np.nan)
    tie, lone = [], []
    for line, strong in TIED:
        tie.append(np.nanmedian(np.log10(ew[:, ORDER[strong]] / ew[:, line])))
        alone = there[:, line] & ~there[:, ORDER[strong]]
        lone.append(np.median(np.log10(np.maximum(ew[alone, line], 1e-3))) if alone.any() else 0.0)
    columns = (
        softening,
        np.nanmean(arcsinh, axis=0),
        np.nanstd(arcsinh, axis=0),
        np.nanmax(trusted, axis=0)[order],
        tie,
        center,
        spread,
        (low - center) / spread,
        (high - center) / spread,
        lone,
    )
    return Scales(*(np.asarray(column, np.float32) for column in columns))
