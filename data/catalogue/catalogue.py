"""An open catalogue: read-only access to its columns, galaxies and metadata."""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.catalogue.columns import NAMES, open_columns
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, MAP_NAMES, PREDICTION_SUFFIXES
from data.catalogue.stored_spectra import open_spectra
from data.catalogue.survey import Survey, survey_of
from data.errors import CatalogueError
from model.lines import LINE_NAMES
from model.predictions.predict import Prediction

_INDEX: Final = {name: place for place, name in enumerate(NAMES)}
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Galaxy(NamedTuple):
    """One galaxy of a catalogue.

    Attributes
    ----------
    row : int
        Row in the catalogue, from 0.
    target_id : str
        Name of the galaxy.
    redshift : float
        Redshift.
    log_luminosity : float
        See `model.luminosities.log_luminosity` [dex].
    bin_flux : (12,) array
        Mean continuum per bin [1e-17 erg/s/cm²/Å].
    ew, ew_ivar : (10,) array
        Observed EWs [Å] and their inverse variances [1/Å²]; NaN where not detected or cut.
    predicted : Prediction
        EWs as catalogued given detection, arrays (10,) [Å].
    position : (2,) array
        Position on the canonical map.
    """

    row: int
    target_id: str
    redshift: float
    log_luminosity: float
    bin_flux: Float[np.ndarray, " bin"]
    ew: Float[np.ndarray, " line"]
    ew_ivar: Float[np.ndarray, " line"]
    predicted: Prediction
    position: Float[np.ndarray, " 2"]


class Catalogue:
    """A read-only table of galaxies with predictions and map positions.

    Parameters
    ----------
    path : Path
        A file that ``catalogue build`` wrote.
    cache_folder : Path, optional
        Private folder that keeps its expanded columns; None: they are held in memory.

    Attributes
    ----------
    path : Path
        File of the catalogue.
    name : str
        Stem of the file name.
    title, provenance : str
        Text for the reader.
    is_mock : bool
        Whether its galaxies are mock galaxies.
    survey : Survey
        Survey of the spectra; for a mock, the survey whose noise it has.
    n : int
        Number of galaxies.
    version : str
        First 12 hexadecimal digits of the file's SHA-256, which identify the content in URLs and caches.
    metadata : mapping
        Metadata of the file, from `analysis.catalogues.build.describe`.
    target_ids : (galaxy,) array of bytes
        Names in the order of the rows.
    spectra : KeptArray or None
        Those beside the file, of its first galaxies: see `data.catalogue.stored_spectra`.
    cache_folder : Path or None
        Private folder for data derived from the catalogue.

    Raises
    ------
    CatalogueError
        When the file cannot be read or was not built.
    """

    def __init__(self, path: Path, cache_folder: Path | None = None) -> None:
        self.path, self.name = path, path.stem
        if not _SAFE_NAME.fullmatch(self.name):
            raise CatalogueError(
                f"The catalogue's file name {self.name!r} goes into URLs: use up to 64 letters, digits and _ . - only."
            )
        self.version, metadata, self._values, self.target_ids, self._order = open_columns(
            path, cache_folder and cache_folder / "columns"
        )
        self.cache_folder = cache_folder
        self.metadata = MappingProxyType(metadata)
        self.title: str = metadata["title"]
        self.provenance: str = metadata["provenance"]
        self.survey: Survey = survey_of(metadata)
        self.is_mock: bool = metadata["kind"] == "mock"
        self.n = len(self.target_ids)
        # Opened once: a new file of that name belongs to the catalogue that comes with it.
        self.spectra = open_spectra(path, self.n, metadata)

    def column(self, name: str) -> Float[np.ndarray, " galaxy"]:
        """Return one column of numbers.

        Parameters
        ----------
        name : str
            As in `data.catalogue.schema.COLUMNS`.

        Returns
        -------
        (galaxy,) array of float32
            Read-only, in the column's unit; NaN where missing.

        Raises
        ------
        KeyError
            If the schema has no such column.
        ChangedError
            When the cached columns are damaged and the catalogue's file was replaced.
        """
        return self._values.column(_INDEX[name])

    def row_of(self, target_id: str) -> int | None:
        """Return the row of a galaxy by its name, None if the catalogue does not contain it."""
        key = target_id.encode("ascii", "replace")
        place = int(np.searchsorted(self.target_ids, key, sorter=self._order))
        if place == self.n or self.target_ids[self._order[place]] != key:
            return None
        return int(self._order[place])

    def galaxy(self, row: int) -> Galaxy:
        """Return all values of one galaxy.

        Parameters
        ----------
        row : int
            0 to n - 1.

        Returns
        -------
        Galaxy
            Values of the galaxy.

        Raises
        ------
        IndexError
            If there is no such row.
        """
        if not 0 <= row < self.n:
            raise IndexError(f"Row {row} is outside the catalogue's 0 to {self.n - 1}.")

        numbers = self._values.galaxy(row)

        def values(names: list[str]) -> Float[np.ndarray, " value"]:
            return np.array([numbers[_INDEX[name]] for name in names], np.float32)

        def lines(suffix: str) -> Float[np.ndarray, " line"]:
            return values([name + suffix for name in LINE_NAMES])

        return Galaxy(
            row=row,
            target_id=self.target_ids[row].decode(),
            redshift=float(numbers[_INDEX["redshift"]]),
            log_luminosity=float(numbers[_INDEX["log_luminosity"]]),
            bin_flux=values(list(FLUX_NAMES)),
            ew=lines(EW_SUFFIX),
            ew_ivar=lines(IVAR_SUFFIX),
            predicted=Prediction(*(lines(suffix) for suffix in PREDICTION_SUFFIXES)),
            position=values(list(MAP_NAMES)),
        )
