"""A training catalogue in the units in which the intrinsic distribution is fitted."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from ..bins import LUMINOSITY_BIN
from ..distribution.catalogued import measure_units
from ..distribution.latent import ORDER, TIED
from ..distribution.scales import Scales


class TrainingTable(NamedTuple):
    """A training sample in the units of the fit.

    Attributes
    ----------
    scales : Scales
        Units and limits of the sample.
    color : (galaxy, 11) array
        Colours [dex].
    log_luminosity, redshift : (galaxy,) array
        See `luminosities.log_luminosity`.
    level : (galaxy,) array
        log10 of the flux in the luminosity bin, in the unit of the sample.
    ew, sigma : (galaxy, line) array
        Catalogued equivalent widths and errors [Å]; NaN where not detected.
    cut : (galaxy, line) array of bool
        Lines that are neither observable nor detected.
    """

    scales: Scales
    color: Float[np.ndarray, "galaxy color"]
    log_luminosity: Float[np.ndarray, " galaxy"]
    redshift: Float[np.ndarray, " galaxy"]
    level: Float[np.ndarray, " galaxy"]
    ew: Float[np.ndarray, "galaxy line"]
    sigma: Float[np.ndarray, "galaxy line"]
    cut: Bool[np.ndarray, "galaxy line"]


def prepare(
    bin_flux: Float[np.ndarray, "galaxy bin"],
    log_luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    ew: Float[np.ndarray, "galaxy line"],
    ew_ivar: Float[np.ndarray, "galaxy line"],
    cut: Bool[np.ndarray, "galaxy line"],
) -> TrainingTable:
    """Convert a sample to the units of the fit; errors are clipped, and a detected line counts as observable."""
    detected = np.isfinite(ew) & (ew > 0) & np.isfinite(ew_ivar) & (ew_ivar > 0)
    ew = np.where(detected, ew, np.nan).astype(np.float32)
    sigma = np.where(detected, 1 / np.sqrt(np.maximum(np.where(detected, ew_ivar, 1), 1e-12)), np.nan)
    sigma = np.clip(sigma, *np.nanpercentile(sigma, [0.05, 99.9], axis=0)).astype(np.float32)
    scales = measure_scales(ew, sigma)
    color = np.diff(np.log10(bin_flux), axis=1).astype(np.float32)
    level = np.log10(bin_flux[:, LUMINOSITY_BIN]).astype(np.float32)
    return TrainingTable(scales, color, log_luminosity.astype(np.float32), redshift, level, ew, sigma, cut & ~detected)


def measure_scales(ew: Float[np.ndarray, "galaxy line"], sigma: Float[np.ndarray, "galaxy line"]) -> Scales:
    """Measure the units and limits of a training sample; NaN EWs and errors are ignored."""
    order = list(ORDER)
    softening = np.nanmedian(sigma, axis=0)[order]
    arcsinh = np.arcsinh(ew[:, order] / softening)
    cap = np.nanmax(np.where(ew > 3 * sigma, ew, np.nan), axis=0)[order]
    tie, tie_spread = [], []
    for line, strong in TIED:
        low, middle, high = np.nanpercentile(np.log10(ew[:, ORDER[strong]] / ew[:, line]), [16, 50, 84])
        tie.append(middle)
        tie_spread.append((high - low) / 2)
    columns = (
        softening,
        np.nanmean(arcsinh, axis=0),
        np.nanstd(arcsinh, axis=0),
        cap,
        tie,
        tie_spread,
        *measure_units(ew, sigma),
    )
    return Scales(*(np.asarray(column, np.float32) for column in columns))
