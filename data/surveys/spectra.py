"""What a survey's files hold: spectra in the observed frame, and redshifts."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Redshift(NamedTuple):
    """Redshift of a target as measured by the survey's pipeline (redrock for DESI).

    Attributes
    ----------
    redshift : float
        Best redshift.
    warning : int
        Warning flags (DESI's ZWARN, SDSS's ZWARNING); 0 if the pipeline trusts the redshift.
    kind : str
        Class: GALAXY, QSO or STAR.
    """

    redshift: float
    warning: int
    kind: str


class RedshiftFiles(NamedTuple):
    """Files in which a survey lists its redshifts, apart from the spectra.

    Attributes
    ----------
    form : str
        Name of their kind.
    recognise : callable
        Returns whether a file's content is of this kind.
    read : callable
        Returns the redshifts by target from a path, or from a content and its name.
    """

    form: str
    recognise: Callable[[bytes], bool]
    read: Callable[[bytes | Path, str], dict[str, Redshift]]


class SurveySpectra(NamedTuple):
    """Spectra of a survey file, in the observed frame.

    Attributes
    ----------
    target_ids : tuple of str
        TARGETIDs, or the identifiers that the archive uses instead.
    wavelength_obs : (pixel,) array
        Vacuum wavelengths [Å], ascending.
    flux : (target, pixel) array
        Flux density [1e-17 erg/s/cm²/Å].
    ivar : (target, pixel) array
        Inverse variances of the flux; 0 where a pixel is masked.
    ebv : (target,) array or None
        E(B-V) of the Milky Way towards each target [mag], on the scale of Schlafly & Finkbeiner 2011; None if the file
        does not list it. The fluxes are not corrected for it.
    fwhm : (pixel,) array or None
        FWHM resolution [Å, observed]; None if the file does not list it.
    kinds : tuple of str or None
        DESI's OBJTYPE of each target: TGT, SKY, BAD; None if the file does not list it.
    """

    target_ids: tuple[str, ...]
    wavelength_obs: Float[np.ndarray, " pixel"]
    flux: Float[np.ndarray, "target pixel"]
    ivar: Float[np.ndarray, "target pixel"]
    ebv: Float[np.ndarray, " target"] | None = None
    fwhm: Float[np.ndarray, " pixel"] | None = None
    kinds: tuple[str, ...] | None = None
