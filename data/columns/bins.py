"""Conversion of twelve fluxes to f_lambda, with values that mark missing data removed."""

import numpy as np
from jaxtyping import Float

from data.columns import units
from data.columns.missing import fluxes_without_sentinels
from model.bins import BIN_CENTERS


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
