"""The survey that a catalogue's spectra come from: what it covers, where it is blind, how sharp it is."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from model.lines import LINES
from model.spectra.pixel_noise import DESI_FWHM, DESI_PIXEL

METADATA: Final = "survey"
"""Under this name a catalogue's file says which survey it is of."""


class Survey(NamedTuple):
    """A spectroscopic survey, as far as lines depend on it.

    Attributes
    ----------
    name : str
        As the survey calls itself.
    coverage : tuple of float
        First and last observed wavelength [Å, vacuum].
    camera_gaps : tuple of (float, float)
        Observed wavelengths [Å] between which lines are not measured, such as overlaps of cameras.
    fwhm : float
        Resolution [Å, observed]; spectra that list their own are more exact.
    pixel : float
        Width of a pixel [Å, observed], at 5500 Å where it changes with wavelength.
    """

    name: str
    coverage: tuple[float, float]
    camera_gaps: tuple[tuple[float, float], ...]
    fwhm: float
    pixel: float

    def observable(self, redshift: Float[np.ndarray, " galaxy"]) -> Bool[np.ndarray, "galaxy line"]:
        """Tell which lines the survey can measure, in galaxies of any strength.

        Parameters
        ----------
        redshift : (galaxy,) array
            Redshifts.

        Returns
        -------
        (galaxy, 10) array of bool
            False where the line falls into a gap or beyond the spectrum: a missing EW there does not mean "not
            detected".
        """
        wavelength_obs = np.array([line.wavelength for line in LINES]) * (1 + np.asarray(redshift, float)[:, None])
        first, last = self.coverage
        covered = (first <= wavelength_obs) & (wavelength_obs <= last)
        for low, high in self.camera_gaps:
            covered &= ~((low < wavelength_obs) & (wavelength_obs < high))
        return covered

    def as_metadata(self) -> dict[str, Any]:
        """Return what a catalogue's file says of its survey."""
        return self._asdict()


DESI: Final = Survey("DESI", (3600.0, 9824.0), ((5750.0, 5850.0), (7510.0, 7630.0)), DESI_FWHM, DESI_PIXEL)
"""DESI's cameras (DESI Collaboration 2022, AJ 164, 207) and the overlaps of blue with red and of red with infrared, in
which the sample of Khederlarian et al. 2024 has no line measurements. The networks were trained on this survey."""


def survey_of(metadata: Mapping[str, Any]) -> Survey:
    """Read which survey a catalogue is of.

    Parameters
    ----------
    metadata : mapping
        What the catalogue's file says about itself.

    Returns
    -------
    Survey
        As written in the file. Files without it are older than this entry, when all catalogues were taken for DESI's.
    """
    given = metadata.get(METADATA)
    if given is None:
        return DESI
    gaps = tuple((float(low), float(high)) for low, high in given["camera_gaps"])
    first, last = given["coverage"]
    return Survey(str(given["name"]), (float(first), float(last)), gaps, float(given["fwhm"]), float(given["pixel"]))
