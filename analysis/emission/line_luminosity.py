"""Luminosities and fluxes of one galaxy's predicted lines, and their effect on its magnitudes."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from analysis.answers.galaxy import predict_lines
from analysis.emission.filters import load_bands
from data.catalogue.schema import FLUX_NAMES
from model.physics.luminosities import SOLAR_LUMINOSITY, line_fluxes, line_luminosities
from model.physics.magnitudes import magnitude_changes
from model.statistics.point_scores import percentile
from model.storage.weights import load_params

ANY_REDSHIFT: Final = 0.1
"""Computed with where no redshift is given, and nothing that depends on it is returned."""


@jax.jit
def _light(wavelength: Any, responses: Any, bin_flux: Any, ew: Any, log_luminosity: Any, redshift: Any) -> Any:
    """Return luminosities [Lsun], fluxes and changes of magnitudes: one program, where each would be one or many."""
    luminosity = line_luminosities(bin_flux, ew, log_luminosity)
    changes = magnitude_changes(wavelength, responses, bin_flux, ew[0], redshift)
    return luminosity, line_fluxes(luminosity, redshift), changes


class Light(NamedTuple):
    """The line luminosities of one galaxy; None where luminosity or redshift is unknown.

    Attributes
    ----------
    ew : (3, 10) array
        Median, 16th and 84th percentile of the EWs as catalogued [Å].
    luminosity : (3, 10) array or None
        [erg/s].
    flux : (3, 10) array or None
        [1e-17 erg/s/cm²].
    magnitudes : dict or None
        Change of the magnitude in each band due to the lines [mag]; NaN if the twelve bins do not cover the band.
    percentile : (10,) array or None
        Percentiles of the measured EWs in their predicted distributions, 0 to 1.
    """

    ew: Float[np.ndarray, "3 line"]
    luminosity: Float[np.ndarray, "3 line"] | None
    flux: Float[np.ndarray, "3 line"] | None
    magnitudes: Mapping[str, float] | None
    percentile: Float[np.ndarray, " line"] | None


def light_of(
    ew: Float[np.ndarray, "3 line"],
    bin_flux: Float[np.ndarray, " bin"],
    log_luminosity: float | None = None,
    redshift: float | None = None,
    measured: Float[np.ndarray, " line"] | None = None,
) -> Light:
    """Convert a galaxy's predicted EWs to luminosities, fluxes and changes of magnitudes.

    Parameters
    ----------
    ew : (3, 10) array
        Predicted EWs [Å], from `analysis.answers.galaxy.predict_lines` or a visitor's own network.
    bin_flux : (12,) array
        Mean flux per bin, any unit.
    log_luminosity, redshift : float, optional
        If known.
    measured : (10,) array, optional
        Measured EWs [Å]; NaN where missing.

    Returns
    -------
    Light
        Fields that need an unknown quantity are None.
    """
    far = redshift is not None and redshift > 0
    names, wavelength, responses = load_bands()
    numbers = float(log_luminosity or 0.0), float(redshift or 0.0) if far else ANY_REDSHIFT
    solar, flux, changes = map(np.asarray, _light(wavelength, responses, bin_flux, ew, *numbers))
    return Light(
        ew,
        None if log_luminosity is None else solar.astype(np.float64) * SOLAR_LUMINOSITY,
        flux if log_luminosity is not None and far else None,
        dict(zip(names, changes.tolist(), strict=True)) if far else None,
        None if measured is None else percentile(measured, *ew),
    )


def warm_up() -> None:
    """Compile the functions of the Predict page ahead of its first visitor."""
    flux = np.ones(len(FLUX_NAMES), np.float32)
    light_of(predict_lines(load_params(), flux, 6.0), flux, 6.0, 0.1)
