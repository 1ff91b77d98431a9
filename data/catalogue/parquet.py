"""Reader, column by column, and writer of a built catalogue's Parquet file; `columns` imports it only when needed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float

from data.atomic import replacing
from data.catalogue.fields import CATALOGUE_FIELDS
from data.catalogue.schema import BUILT_COLUMNS, SCHEMA_VERSION
from data.errors import CatalogueError
from data.formats.arrow import describe
from data.formats.fields import METADATA_KEY, TableMeta
from storage.program import PROGRAM


@contextmanager
def opened(path: Path, source: IO[bytes]) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file for the block.

    Parameters
    ----------
    path : Path
        The file, for sentences.
    source : binary file
        It, open.

    Yields
    ------
    pyarrow.parquet.ParquetFile
        Open file, whose columns are read on demand.

    Raises
    ------
    CatalogueError
        When the file is not Parquet.
    """
    try:
        source.seek(0)
        file = pq.ParquetFile(source)
    except pa.ArrowInvalid as error:
        raise CatalogueError(f"{path.name} is not a Parquet file. Make one: {PROGRAM} catalogue build.") from error
    yield file


def metadata(file: pq.ParquetFile, path: Path) -> dict[str, Any]:
    """Read the metadata of a built catalogue.

    Parameters
    ----------
    file : pyarrow.parquet.ParquetFile
        The open file.
    path : Path
        Path of the file, for error messages.

    Returns
    -------
    dict
        From `analysis.catalogues.build.describe`.

    Raises
    ------
    CatalogueError
        When the catalogue was not built, or was built with another version of the schema.
    """
    names = set(file.schema_arrow.names)
    absent = [column.name for column in BUILT_COLUMNS if column.name not in names]
    stored = (file.schema_arrow.metadata or {}).get(METADATA_KEY)
    if absent or stored is None:
        raise CatalogueError(
            f"{path.name} has no predictions: run {PROGRAM} catalogue build {path.name} OUT.parquet "
            "and serve OUT.parquet."
        )
    about = json.loads(stored)
    if about.get("schema_version") != SCHEMA_VERSION:
        raise CatalogueError(
            f"{path.name} follows schema {about.get('schema_version')}, this version reads {SCHEMA_VERSION}: "
            f"run {PROGRAM} catalogue build again."
        )
    return about


def target_ids(file: pq.ParquetFile) -> np.ndarray:
    """Read the galaxies' names as bytes, in the order of the rows."""
    return np.array(file.read(columns=["TARGETID"], use_threads=False)["TARGETID"].to_pylist(), dtype=np.bytes_)


def numbers(file: pq.ParquetFile, name: str) -> Float[np.ndarray, " galaxy"]:
    """Read one numeric column; a column that the file lacks is NaN throughout.

    Parameters
    ----------
    file : pyarrow.parquet.ParquetFile
        The open file.
    name : str
        The column.

    Returns
    -------
    (galaxy,) array of float32
        Values, NaN where missing.
    """
    if name not in file.schema_arrow.names:
        return np.full(file.metadata.num_rows, np.nan, np.float32)
    column = file.read(columns=[name], use_threads=False)[name]
    whole = column.cast(pa.float32(), safe=False).combine_chunks()
    # Scalars and to_numpy import pandas if it is installed, which costs the first start 40 MiB and half a second.
    if whole.null_count:
        whole = whole.fill_null(float("nan"))
    return np.from_dlpack(whole)


def write(table: pa.Table, path: Path, metadata: dict[str, Any] | None = None) -> None:
    """Write a table as compressed Parquet, atomically.

    Parameters
    ----------
    table : pyarrow.Table
        Any table.
    path : Path
        File to write.
    metadata : dict, optional
        From `analysis.catalogues.build.describe`; the units, descriptions and UCDs of the columns are added.

    Raises
    ------
    CatalogueError
        When the folder does not exist or cannot be written.
    """
    if metadata is not None:
        about = dict(metadata)
        title, provenance = (about.pop(key, "") for key in ("title", "provenance"))
        table = describe(table, TableMeta(title, provenance, fields=CATALOGUE_FIELDS, details=about))
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    with replacing(path) as temporary:
        # Floats of one sample share their high bytes: as split byte streams they compress to two thirds of the size.
        pq.write_table(
            table,
            temporary,
            compression="zstd",
            compression_level=19,
            use_dictionary=False,
            column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
            write_statistics=False,
        )
