"""The spectrum class of uploads, archives and synthesised spectra."""

from typing import NamedTuple

import numpy as np


class Spectrum(NamedTuple):
    """A spectrum in the rest frame.

    Attributes
    ----------
    wavelength_rest : (pixel,) float64
        Vacuum wavelength in the rest frame [Å], ascending.
    flux : (pixel,) float32
        Flux density [1e-17 erg/s/cm²/Å]; not multiplied by 1 + z.
    ivar : (pixel,) float32 or None
        Inverse variance of the flux, 0 where a pixel is masked; None if no error is known.
    continuum : (pixel,) float32 or None
        Starlight without lines and noise; None if it is unknown.
    redshift : float or None
        Redshift by which the wavelengths were shifted.
    target_id : str or None
        TARGETID as text.
    source : str
        Origin as displayed ("synthesised", "DESI EDR, SPARCL", a file's name).
    """

    wavelength_rest: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray | None = None
    continuum: np.ndarray | None = None
    redshift: float | None = None
    target_id: str | None = None
    source: str = ""
