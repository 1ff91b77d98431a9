"""Conversion of twelve fluxes to f_lambda, with values that mark missing data removed."""

import numpy as np
from jaxtyping import Float

from data.columns import units
from data.columns.missing import fluxes_without_sentinels
from data.columns.names import FLUX_IVAR_SUFFIX, FLUX_NAMES
from data.errors import UploadError
from model.bins import BIN_CENTERS


def inverse_variances(
    ivar: Float[np.ndarray, "galaxy bin"],
    given: Float[np.ndarray, "galaxy bin"],
    flux: Float[np.ndarray, "galaxy bin"],
    stated: str,
    unit: str,
) -> tuple[Float[np.ndarray, "galaxy bin"], list[str]]:
    """Convert inverse variances of fluxes to the unit of the converted fluxes.

    Parameters
    ----------
    ivar : (galaxy, 12) array
        Inverse variances as in the file, 0 for masked bins; a row of NaN has no noise.
    given, flux : (galaxy, 12) arrays
        Fluxes as in the file, and after conversion.
    stated, unit : str
        Units of the inverse variances and of the fluxes; "" if none is stated.

    Returns
    -------
    (galaxy, 12) array
        Inverse variances; 0 where a bin is masked, infinity where it has no noise.
    list of str
        For each row why its values cannot be used, or "".

    Raises
    ------
    UploadError
        If the stated unit is not the fluxes' to the power -2 and cannot be converted to it.
    """
    factor: float | None = 1.0
    if units.is_stated(stated):
        factor = units.error_factor(stated, unit, -2) if units.is_stated(unit) else None
    if factor is None or units.flux_unit(unit or units.RELATIVE).law != "linear":
        raise UploadError(
            f"Inverse variances of fluxes in {stated or 'no stated unit'!r} do not fit fluxes in "
            f"{unit or 'no stated unit'!r}. Give both in one linear unit, the inverse variances to the power -2."
        )
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        converted = ivar * factor * (given / flux) ** 2
    exact = np.isnan(ivar).all(axis=1, keepdims=True)
    bad = ~exact & ~(ivar >= 0)
    problems = [""] * len(ivar)
    for row in np.flatnonzero(bad.any(axis=1)):
        column = int(np.argmax(bad[row]))
        problems[row] = (
            f"{FLUX_NAMES[column]}{FLUX_IVAR_SUFFIX} is {ivar[row, column]:g}; an inverse variance is a number >= 0, "
            "0 for a masked bin"
        )
    # A masked bin may hold any flux, even 0.
    return np.where(exact, np.inf, np.where(ivar == 0, 0.0, converted)), problems


def per_wavelength(flux: Float[np.ndarray, "galaxy bin"], unit: str) -> Float[np.ndarray, "galaxy bin"]:
    """Convert twelve fluxes per row to f_lambda, up to a factor that cancels in every ratio of fluxes.

    Parameters
    ----------
    flux : (galaxy, 12) array
        Fluxes in `unit`.
    unit : str
        Unit that `data.columns.units.flux_unit` understands; "" if none is stated.

    Returns
    -------
    (galaxy, 12) array
        Fluxes per wavelength, NaN for sentinels; a row outside the range of float32 is divided by its mean.

    Raises
    ------
    UploadError
        When the unit is not understood.
    """
    flux = fluxes_without_sentinels(flux)
    known = units.flux_unit(unit or units.RELATIVE)
    if known.per == "wavelength" and known.law == "linear":
        return flux
    scaled, _, _ = units.to_f_lambda(flux, BIN_CENTERS, unit)
    with np.errstate(invalid="ignore"):
        beyond = (
            np.isfinite(scaled).all(axis=1)
            & (scaled > 0).all(axis=1)
            & ~((scaled > 1e-30) & (scaled < 1e30)).all(axis=1)
        )
    scaled[beyond] /= scaled[beyond].mean(axis=1, keepdims=True)
    return scaled
