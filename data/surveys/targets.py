"""Galaxies of DESI's and SDSS's files with what their surveys say of them, brought to the rest frame."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np
from jaxtyping import Float

from data.catalogue.survey import Survey
from data.errors import CatalogueError
from data.spectrum import Spectrum
from data.surveys import desi, sdss
from data.surveys.desi import Observed, Redshift
from model.spectra.extinction import attenuation

EBV_LIMIT: Final = 2.0
"""E(B-V) [mag] beyond which an optical spectrum cannot be corrected."""


class Reader(Protocol):
    """What a module of `data.surveys` offers for the files of its survey."""

    SURVEY: Survey

    def is_of_survey(self, path: Path) -> bool:
        """Tell whether a file holds spectra of this survey, by its extensions and columns."""
        ...

    def read_survey(self, spectra: Path, redshifts: Path | None) -> tuple[Observed, dict[str, Redshift]]:
        """Read spectra as observed and what the survey says of them, by target."""
        ...


SURVEYS: Final[tuple[Reader, ...]] = (desi, sdss)
"""The surveys whose files can be read: a module each."""


class Target(NamedTuple):
    """One target of a survey.

    Attributes
    ----------
    survey : Survey
        Whose files it is from.
    spectrum : Spectrum
        At rest by `known`'s redshift; corrected for the Milky Way's dust if that was asked for.
    known : Redshift
        What the survey says of it.
    instrument_fwhm : float or (pixel,) array
        Resolution [Å, rest frame].
    problem : str
        Why it cannot be corrected as asked; "" otherwise.
    """

    survey: Survey
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
        Files of one of `SURVEYS`: DESI's ``coadd-*.fits``; SDSS's ``spec-*.fits``, which bring their redshifts.
    redshifts : sequence of Path
        Redshifts of the same targets, in the same order, where the survey publishes them apart (``redrock-*.fits``).
    ebv : float, optional
        E(B-V) of the Milky Way towards all targets [mag], to be corrected for.
    ebv_of_files : bool
        Whether to correct by the E(B-V) that the files list.

    Yields
    ------
    Target
        In the files' order; targets without a redshift are left out.

    Raises
    ------
    CatalogueError
        When files do not pair up, or `ebv` is out of range.
    UploadError
        When a file is not what it should be.
    """
    if redshifts and len(spectra) != len(redshifts):
        raise CatalogueError(
            f"{len(spectra)} files of spectra and {len(redshifts)} of redshifts: give one redrock file per coadd, "
            "in the same order. SDSS's spec files need none."
        )
    if ebv is not None and not 0 <= ebv <= EBV_LIMIT:
        raise CatalogueError(f"E(B-V) is {ebv:g}; it must be from 0 to {EBV_LIMIT:g} mag.")
    for index, path in enumerate(spectra):
        reader = _reader_of(path)
        observed, known = reader.read_survey(path, redshifts[index] if redshifts else None)
        fwhm = reader.SURVEY.fwhm if observed.fwhm is None else observed.fwhm
        for row, target in enumerate(observed.target_ids):
            if target in known:
                dust = _ebv(observed, row, ebv_of_files) if ebv is None else ebv
                yield _target(observed, row, known[target], reader.SURVEY, fwhm, dust)


def _reader_of(path: Path) -> Reader:
    """Choose the survey whose file this is, by what is in it."""
    for reader in SURVEYS:
        if reader.is_of_survey(path):
            return reader
    names = ", ".join(reader.SURVEY.name for reader in SURVEYS)
    raise CatalogueError(f"{path.name} is a file of no survey that is known here: {names}. See docs/inputs.md.")


def _ebv(observed: Observed, row: int, wanted: bool) -> float:
    """Give the E(B-V) that a file lists, 0 where none is wanted, NaN where it lists none."""
    if not wanted:
        return 0.0
    return float("nan") if observed.ebv is None else float(observed.ebv[row])


def _target(
    observed: Observed,
    row: int,
    known: Redshift,
    survey: Survey,
    fwhm: float | Float[np.ndarray, " pixel"],
    ebv: float,
) -> Target:
    problem = "" if 0 <= ebv <= EBV_LIMIT else f"the file lists E(B-V) {ebv:g}, which must be from 0 to {EBV_LIMIT:g}"
    gain = np.ones(len(observed.wavelength_obs))
    if ebv and not problem:
        gain = 10 ** (0.4 * attenuation(observed.wavelength_obs, ebv))
    spectrum = Spectrum(
        observed.wavelength_obs / (1 + known.redshift),
        (observed.flux[row] * gain).astype(np.float32),
        (observed.ivar[row] / gain**2).astype(np.float32),
        redshift=known.redshift,
        target_id=observed.target_ids[row],
        source=survey.name,
    )
    return Target(survey, spectrum, known, fwhm / (1 + known.redshift), problem)
