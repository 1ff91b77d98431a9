"""The surveys whose files can be read: every module of `data.surveys.readers`."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final, Protocol, cast

from data.catalogue.survey import Survey
from data.errors import CatalogueError, UploadError
from data.surveys import readers
from data.surveys.extensions import opened
from data.surveys.masks import TABLE_MASKS, MaskConvention
from data.surveys.spectra import Redshift, RedshiftFiles, SurveySpectra


class SurveyReader(Protocol):
    """Interface of a module of `data.surveys.readers`."""

    SURVEY: Survey
    FORM: str
    """Name of its kind of file."""
    PIPELINE: tuple[str, str]
    """Who measured the redshifts, and in which column it warns of them."""
    MASK: MaskConvention
    """Convention of its masks."""
    REDSHIFTS: RedshiftFiles | None
    """Files of its redshifts; None if those of the spectra contain them."""

    def is_of_survey(self, file: Any) -> bool:
        """Return whether an open FITS file holds spectra of this survey, by its extensions and columns."""
        ...

    def count_targets(self, file: Any) -> int:
        """Return the number of targets of an open file, without reading them."""
        ...

    def read_spectra(self, source: bytes | Path, name: str) -> tuple[SurveySpectra, dict[str, Redshift]]:
        """Read the spectra in the observed frame, and the redshifts by target that the same file contains."""
        ...


SURVEYS: Final = tuple(
    cast(SurveyReader, import_module(f"{readers.__name__}.{module.name}")) for module in iter_modules(readers.__path__)
)
"""Modules of the surveys, in alphabetical order."""
MASKS: Final = MappingProxyType({reader.SURVEY.name: reader.MASK for reader in SURVEYS} | TABLE_MASKS)
"""Conventions of masks, by survey or kind of column."""


def survey_of(file: Any) -> SurveyReader | None:
    """Return the survey to which an open FITS file of spectra belongs, by its content; None if it is of none."""
    return next((reader for reader in SURVEYS if reader.is_of_survey(file)), None)


def survey_of_redshifts(content: bytes) -> SurveyReader | None:
    """Return the survey whose redshifts a file lists, by its content; None if it is of none."""
    return next((reader for reader in SURVEYS if reader.REDSHIFTS and reader.REDSHIFTS.recognise(content)), None)


def read_survey(
    spectra: Path, redshifts: Path | None = None
) -> tuple[SurveyReader, SurveySpectra, dict[str, Redshift]]:
    """Read a file of spectra with its redshifts.

    Parameters
    ----------
    spectra : Path
        File of one of `SURVEYS`.
    redshifts : Path, optional
        Redshifts of the same targets, if the survey lists them in a file of their own.

    Returns
    -------
    SurveyReader
        Module of its survey.
    SurveySpectra
        One spectrum per target.
    dict of Redshift
        Redshifts by target.

    Raises
    ------
    CatalogueError
        When the file is of no known survey.
    UploadError
        When the redshifts are missing or given twice, or a file is damaged or of another kind.
    """
    with opened(spectra, spectra.name) as file:
        reader = survey_of(file)
    if reader is None:
        names = ", ".join(reader.SURVEY.name for reader in SURVEYS)
        raise CatalogueError(f"{spectra.name} is not a file of a known survey ({names}). See docs/inputs.md.")
    if redshifts is not None and reader.REDSHIFTS is None:
        raise UploadError(
            f"{spectra.name} is an {reader.FORM} file and brings its redshift; leave out {redshifts.name}."
        )
    if redshifts is None and reader.REDSHIFTS is not None:
        raise UploadError(
            f"{spectra.name} is a {reader.FORM}, which has no redshifts: give its {reader.REDSHIFTS.form} too."
        )
    observed, known = reader.read_spectra(spectra, spectra.name)
    if redshifts is not None and reader.REDSHIFTS is not None:
        known = reader.REDSHIFTS.read(redshifts, redshifts.name)
    if not known:
        raise UploadError(f"{(redshifts or spectra).name} lists no redshift that can be used.")
    return reader, observed, known


def convention_of(column: str, survey: str, header_bits: int | None = None) -> str:
    """Return the key of `MASKS` for a mask column of a table, by its name and the header's survey and SDQFLAGS."""
    name = column.strip().lower()
    for key, convention in MASKS.items():
        if convention.columns and name.startswith(convention.columns):
            return key
    if header_bits is not None:
        return "HST"
    return next((known for known in ("JWST", "HST") if survey.upper().startswith(known)), "any")
