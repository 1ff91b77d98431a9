"""Rest-frame spectra of the targets in the files of surveys, with the surveys' redshifts and classes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.errors import CatalogueError
from data.spectrum import Spectrum
from data.surveys.registry import SurveyReader, read_survey
from data.surveys.spectra import Redshift, SurveySpectra
from model.spectra.extinction import attenuation

EBV_LIMIT: Final = 2.0
"""Largest E(B-V) [mag] for which an optical spectrum is corrected."""


class Target(NamedTuple):
    """One target of a survey.

    Attributes
    ----------
    reader : SurveyReader
        Module of the survey of the file.
    spectrum : Spectrum
        Rest-frame spectrum, corrected for the Milky Way's dust if requested.
    known : Redshift
        Redshift, warning and class of the survey's pipeline.
    instrument_fwhm : float or (pixel,) array
        FWHM resolution [Å, rest frame].
    problem : str
        Why the requested correction is impossible; "" otherwise.
    """

    reader: SurveyReader
    spectrum: Spectrum
    known: Redshift
    instrument_fwhm: float | Float[np.ndarray, " pixel"]
    problem: str = ""


def read_targets(
    spectra: Sequence[Path], redshifts: Sequence[Path], ebv: float | None = None, *, ebv_of_files: bool = False
) -> Iterator[Target]:
    """Read the targets of survey files, one file after the other.

    Parameters
    ----------
    spectra : sequence of Path
        Files of one of `data.surveys.registry.SURVEYS`: DESI's ``coadd-*.fits``; SDSS's ``spec-*.fits``, which contain
        their redshifts.
    redshifts : sequence of Path
        Redshift files of the same targets, in the same order, if the survey has separate ones (``redrock-*.fits``).
    ebv : float, optional
        E(B-V) of the Milky Way [mag] for which all targets are corrected.
    ebv_of_files : bool
        Whether to correct with the E(B-V) that the files list.

    Yields
    ------
    Target
        Targets in the order of the files; targets without a redshift are left out.

    Raises
    ------
    CatalogueError
        When files do not pair up, or `ebv` is out of range.
    UploadError
        When a file is of another kind.
    """
    if redshifts and len(spectra) != len(redshifts):
        raise CatalogueError(
            f"{len(spectra)} files of spectra and {len(redshifts)} of redshifts: give one redrock file per coadd, "
            "in the same order. SDSS's spec files need none."
        )
    if ebv is not None and not 0 <= ebv <= EBV_LIMIT:
        raise CatalogueError(f"E(B-V) is {ebv:g}; it must be from 0 to {EBV_LIMIT:g} mag.")
    for index, path in enumerate(spectra):
        reader, observed, known = read_survey(path, redshifts[index] if redshifts else None)
        fwhm = reader.SURVEY.fwhm if observed.fwhm is None else observed.fwhm
        for row, target in enumerate(observed.target_ids):
            if target in known:
                dust = _ebv(observed, row, ebv_of_files) if ebv is None else ebv
                yield _target(observed, row, known[target], reader, fwhm, dust)


def _ebv(observed: SurveySpectra, row: int, wanted: bool) -> float:
    """Return the E(B-V) that a file lists: 0 if no correction is wanted, NaN if the file lists none."""
    if not wanted:
        return 0.0
    return float("nan") if observed.ebv is None else float(observed.ebv[row])


def _target(
    observed: SurveySpectra,
    row: int,
    known: Redshift,
    reader: SurveyReader,
    fwhm: float | Float[np.ndarray, " pixel"],
    ebv: float,
) -> Target:
    problem = "" if 0 <= ebv <= EBV_LIMIT else f"the file's E(B-V) is {ebv:.3g}; it must be from 0 to {EBV_LIMIT:g}"
    gain = np.ones(len(observed.wavelength_obs))
    if ebv and not problem:
        gain = 10 ** (0.4 * attenuation(observed.wavelength_obs, ebv))
    spectrum = Spectrum(
        observed.wavelength_obs / (1 + known.redshift),
        (observed.flux[row] * gain).astype(np.float32),
        (observed.ivar[row] / gain**2).astype(np.float32),
        redshift=known.redshift,
        target_id=observed.target_ids[row],
        source=reader.SURVEY.name,
    )
    return Target(reader, spectrum, known, fwhm / (1 + known.redshift), problem)
