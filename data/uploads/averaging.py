"""Average of a spectrum in the twelve bins, with the line masking and binning used for the training sample."""

from functools import cache
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from data.catalogue.schema import N_BINS
from data.errors import UploadError
from data.uploads.limits import MAX_PIXELS
from model.bins import BIN_EDGES, MIN_COVERAGE
from model.predictions.batch import complete_many
from model.predictions.imputation import FEWEST_BINS
from model.spectra.bin_noise import bin_variance, excess_ivar
from model.spectra.continuum import continuum_bins
from model.storage.weights import load_params

LENGTHS: Final = (8192, MAX_PIXELS)
"""Numbers of pixels for which the averaging is compiled; a spectrum is padded to the next one."""
DAMAGED_FACTOR: Final = 1e30
"""Multiple of the median flux from which a pixel is damaged; float32 could not hold it."""


def average_bins(
    form: str,
    rest: Float[np.ndarray, " pixel"],
    flux: Float[np.ndarray, " pixel"],
    ivar: Float[np.ndarray, " pixel"],
    steps: list[str],
) -> tuple[Float[np.ndarray, " bin"], tuple[int, ...]]:
    """Average a spectrum in the twelve bins; missing bins are filled in from at least six others.

    Parameters
    ----------
    form : str
        Format of the spectrum, for the messages.
    rest, flux, ivar : (pixel,) array
        Wavelengths in order [Å], fluxes in any unit, inverse variances (0 = masked).
    steps : list of str
        One sentence per processing step is appended.

    Returns
    -------
    (12,) array
        Mean continuum per bin in the unit of `flux`.
    tuple of int
        The bins that were filled in.

    Raises
    ------
    UploadError
        When fewer than six bins are covered, or a mean is not above 0.
    """
    span = f"{rest[0]:.0f}-{rest[-1]:.0f} Å in the rest frame"
    steps.append(f"{form}: {len(rest):,} pixels, {span}; lines are masked and the rest averaged in twelve bins.")
    scale = float(np.median(np.abs(flux[ivar > 0]))) or 1.0
    damaged = np.isfinite(flux) & (np.abs(flux) >= DAMAGED_FACTOR * scale)
    if (damaged & (ivar > 0)).any():
        steps.append(
            f"{int((damaged & (ivar > 0)).sum()):,} pixels are {DAMAGED_FACTOR:g} times the median or more; left out."
        )
    flux, ivar = np.where(damaged, 0.0, flux), np.where(damaged, 0.0, ivar)
    found = np.asarray(_average()(*padded(rest, flux / scale, ivar)[1]), np.float64)
    for place in np.flatnonzero(np.isfinite(found) & (found <= 0)):
        raise UploadError(
            f"Bin {BIN_EDGES[place]:.0f}-{BIN_EDGES[place + 1]:.0f} Å has a mean flux of {found[place] * scale:.3g}; "
            "it must be above 0. Check the sky subtraction, the mask and the unit."
        )
    missing = np.flatnonzero(~np.isfinite(found))
    if len(missing) > N_BINS - FEWEST_BINS:
        raise UploadError(
            f"The spectrum covers {span}; {N_BINS - len(missing)} of the twelve bins of 3400-7000 Å have good pixels "
            f"over {MIN_COVERAGE:.0%} of their width; {FEWEST_BINS} are needed. Check redshift, unit and mask."
        )
    if missing.size:
        known = N_BINS - len(missing)
        steps.append(
            f"Not covered: {', '.join(map(bin_range, missing.tolist()))}; filled in from the other {known} bins, which "
            "widens the intervals of the predictions."
        )
        found = complete_many(load_params(), found.astype(np.float32)[None])[0].astype(np.float64)
    return found * scale, tuple(missing.tolist())


def average_variance(rest: Float[np.ndarray, " pixel"], ivar: Float[np.ndarray, " pixel"]) -> Float[np.ndarray, " bin"]:
    """Return the variances of the bins' mean fluxes from the errors of the pixels; NaN where no pixel is good."""
    scale = float(np.median(ivar[ivar > 0]))
    return np.asarray(_variance()(*padded(rest, ivar / scale, ivar)[1]), np.float64) / scale


def bins_ivar(
    rest: Float[np.ndarray, " pixel"],
    ivar: Float[np.ndarray, " pixel"] | None,
    bin_flux: Float[np.ndarray, " bin"],
    absolute: bool,
    missing: tuple[int, ...],
    steps: list[str],
) -> Float[np.ndarray, "1 bin"] | None:
    """Return inverse variances of the bins: 0 where missing, infinite where no noisier than DESI's; None if all are.

    Without errors of the pixels, `ivar` is None. A sentence on noise beyond DESI's is appended to `steps`.
    """
    found = np.full(N_BINS, np.inf)
    if ivar is not None:
        variance = average_variance(rest, ivar)
        found = excess_ivar(bin_flux, variance, absolute)
        if (noisy := np.isfinite(found)).any():
            share = np.sqrt(variance[noisy]) / bin_flux[noisy]
            steps.append(
                f"The errors of the spectrum mean {share.min():.1%} to {share.max():.1%} noise in {noisy.sum()} of the "
                "twelve bins, more than DESI's spectra have, which widens the intervals of the predictions."
            )
    found[list(missing)] = 0
    return None if np.isinf(found).all() else found[None]


def bin_range(place: int) -> str:
    """Return the range of a bin in words."""
    return f"{BIN_EDGES[place]:.0f}-{BIN_EDGES[place + 1]:.0f} Å"


@cache
def _average() -> Any:
    return jax.jit(continuum_bins)


@cache
def _variance() -> Any:
    return jax.jit(lambda rest, ivar, good: bin_variance(rest, jnp.where(good > 0, ivar, 0.0)))


def padded(
    rest: Float[np.ndarray, " pixel"], flux: Float[np.ndarray, " pixel"], ivar: Float[np.ndarray, " pixel"]
) -> tuple[Bool[np.ndarray, " pixel"], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Cut a spectrum to the range of the bins, and pad it with masked pixels to one of `LENGTHS`.

    Parameters
    ----------
    rest, flux, ivar : (pixel,) array
        Wavelengths [Å], fluxes of order one, inverse variances.

    Returns
    -------
    (pixel,) array
        Which pixels are kept.
    tuple of three arrays
        Wavelengths, fluxes, and 1 for good or 0 for masked pixels; float32, padded.
    """
    near = (rest > BIN_EDGES[0] - 60) & (rest < BIN_EDGES[-1] + 60)
    if near.sum() < 2:
        near = np.zeros_like(near)
        near[:2] = True
    rest, flux, ivar = rest[near], np.where(np.isfinite(flux[near]), flux[near], 0.0), ivar[near]
    length = next(length for length in LENGTHS if length >= len(rest))
    extra = length - len(rest)
    tail = rest[-1] + (rest[-1] - rest[-2]) * np.arange(1, extra + 1)
    return near, (
        np.concatenate([rest, tail]).astype(np.float32),
        np.concatenate([flux, np.zeros(extra)]).astype(np.float32),
        np.concatenate([(ivar > 0).astype(np.float64), np.zeros(extra)]).astype(np.float32),
    )
