"""Properties of the survey of a catalogue's spectra: coverage, camera gaps, resolution."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from model.lines import LINES
from model.spectra.pixel_noise import DESI_FWHM, DESI_PIXEL

METADATA: Final = "survey"
"""Key of the survey in the metadata of a catalogue's file."""


class Survey(NamedTuple):
    """Properties of a spectroscopic survey that affect line measurements.

    Attributes
    ----------
    name : str
        Name of the survey.
    coverage : tuple of float
        First and last observed wavelength [Å, vacuum].
    camera_gaps : tuple of (float, float)
        Ranges of observed wavelengths [Å] in which lines are not measured, such as camera overlaps.
    fwhm : float
        Typical FWHM resolution [Å, observed]; a resolution listed with a spectrum has precedence.
    pixel : float
        Width of a pixel [Å, observed]; at 5500 Å if it depends on wavelength.
    """

    name: str
    coverage: tuple[float, float]
    camera_gaps: tuple[tuple[float, float], ...]
    fwhm: float
    pixel: float

    def observable(self, redshift: Float[np.ndarray, " galaxy"]) -> Bool[np.ndarray, "galaxy line"]:
        """Return which lines are observable at the given redshifts.

        Parameters
        ----------
        redshift : (galaxy,) array
            Redshifts.

        Returns
        -------
        (galaxy, 10) array of bool
            False where the line falls into a camera gap or outside the coverage; a missing EW there does not mean
            "not detected".
        """
        wavelength_obs = np.array([line.wavelength for line in LINES]) * (1 + np.asarray(redshift, float)[:, None])
        first, last = self.coverage
        covered = (first <= wavelength_obs) & (wavelength_obs <= last)
        for low, high in self.camera_gaps:
            covered &= ~((low < wavelength_obs) & (wavelength_obs < high))
        return covered

    def as_metadata(self) -> dict[str, Any]:
        """Return the survey as metadata of a catalogue's file."""
        return self._asdict()


DESI: Final = Survey("DESI", (3600.0, 9824.0), ((5750.0, 5850.0), (7510.0, 7630.0)), DESI_FWHM, DESI_PIXEL)
"""DESI's cameras (DESI Collaboration 2022, AJ 164, 207) and the overlaps of blue with red and of red with infrared, in
which the sample of Khederlarian et al. 2024 has no line measurements. The networks were trained on this survey."""


def survey_of(metadata: Mapping[str, Any]) -> Survey:
    """Return the survey of a catalogue from its metadata.

    Parameters
    ----------
    metadata : mapping
        Metadata of the catalogue's file.

    Returns
    -------
    Survey
        Survey in the metadata; DESI for older files without this entry.
    """
    given = metadata.get(METADATA)
    if given is None:
        return DESI
    gaps = tuple((float(low), float(high)) for low, high in given["camera_gaps"])
    first, last = given["coverage"]
    return Survey(str(given["name"]), (float(first), float(last)), gaps, float(given["fwhm"]), float(given["pixel"]))
