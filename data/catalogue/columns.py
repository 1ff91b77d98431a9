"""A catalogue's columns in separate files, expanded from Parquet once and named by the catalogue's hash.

Opening a catalogue again reads no Parquet, and only the numbers that are requested; see `storage.kept`. pyarrow is
imported only when a catalogue is opened for the first time.
"""

import json
import logging
import threading
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from data.catalogue.schema import COLUMNS
from data.errors import CatalogueError, ChangedError
from storage import cache
from storage.kept import KeptArray, KeptError

VERSION_DIGITS: Final = 12
FOLDER_BYTES: Final = 2_000_000_000
"""Limit of the cache [bytes]; enough for catalogues with about eight million galaxies in total."""
NAMES: Final = tuple(column.name for column in COLUMNS[1:])
"""Numeric columns, in the order of the first axis of the expanded array."""

logger = logging.getLogger(__name__)


class Values:
    """The numbers of a catalogue, in memory or in a cached file, which is made again if it is damaged.

    Parameters
    ----------
    array : (column, galaxy) array or KeptArray of float32
        Columns `NAMES`; NaN where missing.
    path : Path
        Path of the catalogue.
    folder : Path, optional
        Folder of the cached columns.
    version : str
        Version of the catalogue that the numbers belong to, see `Columns`.
    """

    def __init__(self, array: "np.ndarray | KeptArray", path: Path, folder: Path | None, version: str) -> None:
        self._array, self._path, self._folder, self._version = array, path, folder, version
        self._healing = threading.Lock()

    def column(self, place: int) -> Float[np.ndarray, " galaxy"]:
        """Return one column, read-only.

        Raises
        ------
        ChangedError
            When the column is damaged and the catalogue was replaced or deleted.
        """
        array = self._array
        if isinstance(array, np.ndarray):
            return array[place]
        try:
            return array.rows(place, place + 1)[0]
        except (KeptError, OSError) as error:
            return self._again(array, error).column(place)

    def galaxy(self, row: int) -> Float[np.ndarray, " column"]:
        """Return all numbers of one galaxy; raises as `column` does."""
        array = self._array
        if isinstance(array, np.ndarray):
            return array[:, row]
        try:
            return array.across(row)
        except (KeptError, OSError) as error:
            return self._again(array, error).galaxy(row)

    def _again(self, failed: KeptArray, error: Exception) -> "Values":
        """Make the cached file again from the catalogue, if the catalogue has not changed since it was opened."""
        with self._healing:
            if self._array is failed:
                logger.warning("Cached columns are made again: %s", error)
                try:
                    opened = open_columns(self._path, self._folder)
                except CatalogueError as gone:
                    raise self._changed() from gone
                if opened.version != self._version:
                    raise self._changed() from error
                self._array = opened.values._array
        return self

    def _changed(self) -> ChangedError:
        return ChangedError(
            f"The cached columns of {self._path.name} were damaged, and the catalogue itself was replaced or deleted "
            "while it was served. Start the server again."
        )


class Columns(NamedTuple):
    """Content of a catalogue.

    Attributes
    ----------
    version : str
        First 12 hexadecimal digits of the file's SHA-256.
    metadata : dict
        Metadata of the file.
    values : Values
        Columns `NAMES`, NaN where missing.
    target_ids : (galaxy,) array of bytes
        Names in the order of the rows.
    order : (galaxy,) array
        Row indices that sort the names.
    """

    version: str
    metadata: dict[str, Any]
    values: Values
    target_ids: np.ndarray
    order: Int[np.ndarray, " galaxy"]


def open_columns(path: Path, folder: Path | None = None) -> Columns:
    """Open a built catalogue.

    Parameters
    ----------
    path : Path
        A file that ``catalogue build`` wrote.
    folder : Path, optional
        Private folder for expanded columns. If it is None or cannot be written, they are held in memory.

    Returns
    -------
    Columns
        Numbers are read from a cached file if there is a folder; names are in memory.

    Raises
    ------
    CatalogueError
        When the file cannot be read or was not built.
    """
    try:
        # The file stays open from its checksum to its last column, so that a new file of that name changes nothing.
        with path.open("rb") as file:
            version = file_digest(file, "sha256").hexdigest()[:VERSION_DIGITS]
            return _opened(path, file, version, folder)
    except OSError as error:
        raise CatalogueError(f"Cannot read the catalogue {path}: {error.strerror}. Check CATALOGUES.") from error


def _opened(path: Path, file: IO[bytes], version: str, folder: Path | None) -> Columns:
    if folder is None:
        return _in_memory(path, file, version)
    room = cache.DiskCache(folder, FOLDER_BYTES)
    columns = _kept(path, room, version)
    if columns is None:
        try:
            _expand(path, file, version, room)
        except OSError as error:
            logger.warning("%s is held in memory, as its columns cannot be kept: %s", path.name, error)
            return _in_memory(path, file, version)
        columns = _kept(path, room, version)
    return columns or _in_memory(path, file, version)


def _file_names(version: str) -> tuple[str, str, str, str]:
    """Return the names of a catalogue's four cache files, which depend on the schema's columns."""
    stem = f"{version}-2-{sha256(' '.join(NAMES).encode()).hexdigest()[:8]}"
    return f"{stem}.values.npy", f"{stem}.ids.npy", f"{stem}.order.npy", f"{stem}.json"


def _kept(path: Path, room: cache.DiskCache, version: str) -> Columns | None:
    """Open the cached files of a catalogue; return None if one is missing or damaged."""
    found = [each for name in _file_names(version) if (each := room.get(name)) is not None]
    if len(found) < len(_file_names(version)):
        return None
    opened: list[KeptArray] = []
    try:
        opened = [KeptArray(each) for each in found[:3]]
        about = json.loads(found[3].read_bytes())
        if about.get("checksums") != [each.checksum() for each in opened]:
            raise ValueError("a checksum differs")
        metadata = about["metadata"]
        values, ids, order = opened
        if not (values.dtype == np.float32 and values.shape == (len(NAMES), len(ids)) and len(order) == len(ids)):
            raise ValueError("they do not belong together")
        return Columns(version, metadata, Values(values, path, room.path, version), ids.whole(), order.whole())
    except (OSError, ValueError, EOFError, AttributeError, KeyError, KeptError) as error:
        logger.warning("Cached columns are damaged and are made again: %s", error)
        for each in opened[:1]:
            each.close()
        return None
    finally:
        for each in opened[1:]:
            each.close()


def _expand(path: Path, source: IO[bytes], version: str, room: cache.DiskCache) -> None:
    """Write a catalogue's columns one after the other, so that only one is in memory."""
    from data.catalogue import parquet

    values_name, ids_name, order_name, about_name = _file_names(version)
    with parquet.opened(path, source) as file:
        metadata, ids = parquet.metadata(file, path), parquet.target_ids(file)

        def write_values(target: IO[bytes]) -> None:
            header = {"descr": "<f4", "fortran_order": False, "shape": (len(NAMES), len(ids))}
            np.lib.format.write_array_header_1_0(target, header)
            for name in NAMES:
                target.write(parquet.numbers(file, name).astype("<f4").tobytes())

        written = [room.put(values_name, write_values)]
    written.append(room.put(ids_name, lambda target: np.save(target, ids, allow_pickle=False)))
    written.append(room.put(order_name, lambda target: np.save(target, _ordered(ids), allow_pickle=False)))
    about = {"metadata": metadata, "checksums": [_checksum(path) for path in written]}
    room.put(about_name, lambda target: target.write(json.dumps(about).encode()))


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "blake2b").hexdigest()


def _in_memory(path: Path, source: IO[bytes], version: str) -> Columns:
    from data.catalogue import parquet

    with parquet.opened(path, source) as file:
        metadata, ids = parquet.metadata(file, path), parquet.target_ids(file)
        values = np.stack([parquet.numbers(file, name) for name in NAMES])
    for array in (values, ids):
        array.flags.writeable = False
    return Columns(version, metadata, Values(values, path, None, version), ids, _ordered(ids))


def _ordered(ids: np.ndarray) -> Int[np.ndarray, " galaxy"]:
    return np.argsort(ids, kind="stable").astype(np.int32)
