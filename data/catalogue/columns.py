"""Columns of a catalogue as memory-mapped arrays, expanded from Parquet once and cached under the hash of the content.

Opening a cached catalogue reads no Parquet, and the system loads only the pages that are used. pyarrow is imported only
when a catalogue is opened for the first time.
"""

import json
import logging
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from data.catalogue.schema import COLUMNS
from data.errors import CatalogueError
from data.storage import cache

VERSION_DIGITS: Final = 12
FOLDER_BYTES: Final = 2_000_000_000
"""Limit of the cache [bytes]; enough for catalogues with about eight million galaxies in total."""
NAMES: Final = tuple(column.name for column in COLUMNS[1:])
"""Numeric columns, in the order of the first axis of the expanded array."""

logger = logging.getLogger(__name__)


class Columns(NamedTuple):
    """Content of a catalogue.

    Attributes
    ----------
    version : str
        First 12 hexadecimal digits of the file's SHA-256.
    metadata : dict
        Metadata of the file.
    values : (column, galaxy) array of float32
        Columns `NAMES`; read-only, NaN where missing.
    target_ids : (galaxy,) array of bytes
        Names in the order of the rows.
    order : (galaxy,) array
        Row indices that sort the names.
    """

    version: str
    metadata: dict[str, Any]
    values: Float[np.ndarray, "column galaxy"]
    target_ids: np.ndarray
    order: Int[np.ndarray, " galaxy"]


def open_columns(path: Path, folder: Path | None = None) -> Columns:
    """Open a built catalogue.

    Parameters
    ----------
    path : Path
        A file that ``cli.py catalogue build`` wrote.
    folder : Path, optional
        Private folder for expanded columns. If it is None or cannot be written, they are held in memory.

    Returns
    -------
    Columns
        Columns, memory-mapped if there is a folder.

    Raises
    ------
    CatalogueError
        When the file cannot be read or was not built.
    """
    try:
        with path.open("rb") as file:
            version = file_digest(file, "sha256").hexdigest()[:VERSION_DIGITS]
    except OSError as error:
        raise CatalogueError(f"Cannot read the catalogue {path}: {error.strerror}. Check CATALOGUES.") from error
    if folder is None:
        return _in_memory(path, version)
    disk_cache = cache.DiskCache(folder, FOLDER_BYTES)
    columns = _mapped(disk_cache, version)
    if columns is None:
        try:
            _expand(path, version, disk_cache)
        except OSError as error:
            logger.warning("%s is held in memory, because its columns cannot be stored: %s", path.name, error)
            return _in_memory(path, version)
        columns = _mapped(disk_cache, version)
    return columns or _in_memory(path, version)


def _file_names(version: str) -> tuple[str, str, str, str]:
    """Return the names of a catalogue's four cache files, which depend on the schema's columns."""
    stem = f"{version}-2-{sha256(' '.join(NAMES).encode()).hexdigest()[:8]}"
    return f"{stem}.values.npy", f"{stem}.ids.npy", f"{stem}.order.npy", f"{stem}.json"


def _mapped(disk_cache: cache.DiskCache, version: str) -> Columns | None:
    """Map the cached files of a catalogue; return None if one is missing or damaged."""
    found = [disk_cache.get(name) for name in _file_names(version)]
    if not all(found):
        return None
    try:
        values, ids, order = (np.load(path, mmap_mode="r", allow_pickle=False) for path in found[:3] if path)
        about = json.loads(found[3].read_bytes()) if found[3] else {}
        if about.get("checksums") != [_checksum(path) for path in found[:3] if path]:
            raise ValueError("a checksum differs")
        metadata = about["metadata"]
    except (OSError, ValueError, EOFError, AttributeError, KeyError) as error:
        logger.warning("Stored columns are damaged and are computed again: %s", error)
        return None
    if not (values.dtype == np.float32 and values.shape == (len(NAMES), len(ids)) and len(order) == len(ids)):
        return None
    # Plain views, because slicing a memmap copies its attributes every time.
    return Columns(version, metadata, *(array.view(np.ndarray) for array in (values, ids, order)))


def _expand(path: Path, version: str, disk_cache: cache.DiskCache) -> None:
    """Write the columns of a catalogue to the cache one by one, so that only one is in memory."""
    from data.catalogue import parquet

    values_name, ids_name, order_name, about_name = _file_names(version)
    with parquet.opened(path) as file:
        metadata, ids = parquet.metadata(file, path), parquet.target_ids(file)

        def write_values(target: IO[bytes]) -> None:
            header = {"descr": "<f4", "fortran_order": False, "shape": (len(NAMES), len(ids))}
            np.lib.format.write_array_header_1_0(target, header)
            for name in NAMES:
                target.write(parquet.numbers(file, name).astype("<f4").tobytes())

        written = [disk_cache.put(values_name, write_values)]
    written.append(disk_cache.put(ids_name, lambda target: np.save(target, ids, allow_pickle=False)))
    written.append(disk_cache.put(order_name, lambda target: np.save(target, _ordered(ids), allow_pickle=False)))
    about = {"metadata": metadata, "checksums": [_checksum(path) for path in written]}
    disk_cache.put(about_name, lambda target: target.write(json.dumps(about).encode()))


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "blake2b").hexdigest()


def _in_memory(path: Path, version: str) -> Columns:
    from data.catalogue import parquet

    with parquet.opened(path) as file:
        metadata, ids = parquet.metadata(file, path), parquet.target_ids(file)
        values = np.stack([parquet.numbers(file, name) for name in NAMES])
    for array in (values, ids):
        array.flags.writeable = False
    return Columns(version, metadata, values, ids, _ordered(ids))


def _ordered(ids: np.ndarray) -> Int[np.ndarray, " galaxy"]:
    return np.argsort(ids, kind="stable").astype(np.int32)
