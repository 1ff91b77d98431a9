"""Twelve fluxes as a network takes them: per wavelength, without the numbers that stand for missing ones."""

import numpy as np
from jaxtyping import Float

from data.columns import units
from data.columns.missing import fluxes_without_sentinels
from model.bins import BIN_CENTERS


def per_wavelength(flux: Float[np.ndarray, "galaxy bin"], unit: str) -> Float[np.ndarray, "galaxy bin"]:
    """Bring twelve fluxes a row to f_lambda up to a factor, which no ratio of theirs depends on.

    Parameters
    ----------
    flux : (galaxy, 12) array
        In the unit.
    unit : str
        Anything that `data.columns.units.flux_unit` understands; "" for none stated.

    Returns
    -------
    (galaxy, 12) array
        NaN for sentinels; a row that the unit takes beyond float32 is divided by its mean.

    Raises
    ------
    UploadError
        Naming a unit that is not understood.
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
