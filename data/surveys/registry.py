"""The surveys whose files can be read: the modules of `data.surveys` that know them."""

from pathlib import Path
from typing import Final, Protocol

from data.catalogue.survey import Survey
from data.errors import CatalogueError
from data.surveys import desi, sdss
from data.surveys.spectra import Redshift, SurveySpectra


class Reader(Protocol):
    """Interface of a survey module in `data.surveys`."""

    SURVEY: Survey

    def is_of_survey(self, path: Path) -> bool:
        """Return whether a file holds spectra of this survey, by its extensions and columns."""
        ...

    def read_survey(self, spectra: Path, redshifts: Path | None) -> tuple[SurveySpectra, dict[str, Redshift]]:
        """Read the spectra in the observed frame, and the survey's redshifts by target."""
        ...


SURVEYS: Final[tuple[Reader, ...]] = (desi, sdss)
"""Modules of the surveys whose files can be read."""


def reader_of(path: Path) -> Reader:
    """Return the module of the survey to which a file belongs, by its content."""
    for reader in SURVEYS:
        if reader.is_of_survey(path):
            return reader
    names = ", ".join(reader.SURVEY.name for reader in SURVEYS)
    raise CatalogueError(f"{path.name} is not a file of a known survey ({names}). See docs/inputs.md.")
