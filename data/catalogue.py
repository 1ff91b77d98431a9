"""A catalogue in memory: read once, a column at a time, and never changed afterwards."""

import json
import re
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float

from data.errors import CatalogueError
from data.schema import (
    BUILT_COLUMNS,
    COLUMNS,
    EW_SUFFIX,
    FLUX_NAMES,
    IVAR_SUFFIX,
    MAP_NAMES,
    METADATA_KEY,
    PREDICTION_SUFFIXES,
    SCHEMA_VERSION,
)
from model.lines import LINE_NAMES
from model.network import Prediction

VERSION_DIGITS: Final = 12

_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Galaxy(NamedTuple):
    """One galaxy of a catalogue.

    Attributes
    ----------
    row : int
        Its place in the catalogue, from 0.
    target_id : str
        Its name.
    redshift : float
        Its redshift.
    log_luminosity : float
        See `model.features.log_luminosity` [dex].
    bin_flux : (12,) array
        Mean continuum per bin [1e-17 erg/s/cm²/Å].
    ew, ew_ivar : (10,) array
        Observed EWs [Å] and their inverse variances [Å^-2]; NaN where not detected or cut.
    predicted : Prediction
        EWs as catalogued given detection, arrays (10,) [Å].
    position : (2,) array
        Place on the canonical map.
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
    """A table of galaxies with predictions and map places, in memory and read-only.

    Parameters
    ----------
    path : Path
        A file that ``cli.py catalogue build`` wrote.

    Attributes
    ----------
    name : str
        The file's stem.
    title, provenance : str
        For the reader.
    is_mock : bool
        Whether its galaxies were drawn, not observed.
    n : int
        Number of galaxies.
    version : str
        First 12 hexadecimal digits of the file's SHA-256: names the content in URLs and caches.
    metadata : mapping
        All that the file says about itself.
    target_ids : (galaxy,) array of bytes
        Names in the order of the rows.

    Raises
    ------
    CatalogueError
        When the file cannot be read or was not built.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        if not _SAFE_NAME.fullmatch(self.name):
            raise CatalogueError(
                f"The catalogue's file name {self.name!r} goes into URLs: use up to 64 letters, digits and _ . - only."
            )
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CatalogueError(f"Cannot read the catalogue {path}: {error.strerror}. Check CATALOGUES.") from error
        self.version = sha256(content).hexdigest()[:VERSION_DIGITS]
        try:
            file = pq.ParquetFile(pa.BufferReader(content))
        except pa.ArrowInvalid as error:
            raise CatalogueError(f"{path.name} is not a Parquet file. Make one: cli.py catalogue build.") from error
        self.metadata = MappingProxyType(_metadata(file, path))
        self.title: str = self.metadata["title"]
        self.provenance: str = self.metadata["provenance"]
        self.is_mock: bool = self.metadata["kind"] == "mock"
        self.n: int = file.metadata.num_rows
        self.target_ids = _read_ids(file)
        self._order = np.argsort(self.target_ids, kind="stable").astype(np.int32)
        self._columns = {column.name: _read_column(file, column.name, self.n) for column in COLUMNS[1:]}

    def column(self, name: str) -> Float[np.ndarray, " galaxy"]:
        """Give one column of numbers.

        Parameters
        ----------
        name : str
            As in `data.schema.COLUMNS`.

        Returns
        -------
        (galaxy,) array of float32
            Read-only, in the column's unit; NaN where missing.

        Raises
        ------
        KeyError
            If the schema has no such column.
        """
        return self._columns[name]

    def row_of(self, target_id: str) -> int | None:
        """Find a galaxy by its name; None when the catalogue does not have it."""
        key = target_id.encode("ascii", "replace")
        place = int(np.searchsorted(self.target_ids, key, sorter=self._order))
        if place == self.n or self.target_ids[self._order[place]] != key:
            return None
        return int(self._order[place])

    def galaxy(self, row: int) -> Galaxy:
        """Gather everything about one galaxy.

        Parameters
        ----------
        row : int
            0 to n - 1.

        Returns
        -------
        Galaxy
            Its values.

        Raises
        ------
        IndexError
            If there is no such row.
        """
        if not 0 <= row < self.n:
            raise IndexError(f"Row {row} is outside the catalogue's 0 to {self.n - 1}.")

        def values(names: list[str]) -> Float[np.ndarray, " value"]:
            return np.array([self._columns[name][row] for name in names], np.float32)

        def lines(suffix: str) -> Float[np.ndarray, " line"]:
            return values([name + suffix for name in LINE_NAMES])

        return Galaxy(
            row=row,
            target_id=self.target_ids[row].decode(),
            redshift=float(self._columns["redshift"][row]),
            log_luminosity=float(self._columns["log_luminosity"][row]),
            bin_flux=values(list(FLUX_NAMES)),
            ew=lines(EW_SUFFIX),
            ew_ivar=lines(IVAR_SUFFIX),
            predicted=Prediction(*(lines(suffix) for suffix in PREDICTION_SUFFIXES)),
            position=values(list(MAP_NAMES)),
        )


def _metadata(file: pq.ParquetFile, path: Path) -> dict[str, Any]:
    names = set(file.schema_arrow.names)
    absent = [column.name for column in BUILT_COLUMNS if column.name not in names]
    stored = (file.schema_arrow.metadata or {}).get(METADATA_KEY)
    if absent or stored is None:
        raise CatalogueError(
            f"{path.name} has no predictions: run cli.py catalogue build {path.name} OUT.parquet and serve OUT.parquet."
        )
    metadata = json.loads(stored)
    if metadata.get("schema_version") != SCHEMA_VERSION:
        raise CatalogueError(
            f"{path.name} follows schema {metadata.get('schema_version')}, this version reads {SCHEMA_VERSION}: "
            "run cli.py catalogue build again."
        )
    return metadata


def _read_ids(file: pq.ParquetFile) -> np.ndarray:
    texts = file.read(columns=["TARGETID"], use_threads=False)["TARGETID"].to_pylist()
    ids = np.array(texts, dtype=np.bytes_)
    ids.flags.writeable = False
    return ids


def _read_column(file: pq.ParquetFile, name: str, n: int) -> Float[np.ndarray, " galaxy"]:
    """Read one column; lines that the table never measured are NaN throughout."""
    if name in file.schema_arrow.names:
        values = file.read(columns=[name], use_threads=False)[name].to_numpy().astype(np.float32)
    else:
        values = np.full(n, np.nan, np.float32)
    values.flags.writeable = False
    return values
