"""Tables larger than memory: read and written piece by piece."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.errors import CatalogueError
from data.formats import arrow, astropy_tables, fits
from data.formats.fields import TableMeta
from data.formats.kinds import format_of
from data.storage.atomic import replacing

BATCH_ROWS: Final = 65_536
CSV_BLOCK: Final = 1 << 24
"""Bytes of CSV read at a time: the types of columns are told from the first block."""

Write = Callable[[pa.Table], None]


class Source(NamedTuple):
    """A file opened for reading.

    Attributes
    ----------
    schema : pyarrow.Schema
        Its columns.
    rows : int or None
        How many rows it has, where the format says so.
    batches : iterator of pyarrow.RecordBatch
        Its rows, a piece at a time.
    """

    schema: pa.Schema
    rows: int | None
    batches: Iterator[pa.RecordBatch]


@contextmanager
def open_source(
    path: Path, *, start: int = 0, text: Callable[[str], bool] = lambda name: name.upper() in ("TARGETID", "TARGET_ID")
) -> Iterator[Source]:
    """Open a table to read it piece by piece.

    Parameters
    ----------
    path : Path
        Parquet, CSV, ECSV, FITS or VOTable by its extension; a VOTable is read at once.
    start : int
        First row to give.
    text : callable
        Says of a column of a CSV file, by its name, whether it stays text. Ids do: 19 digits do not survive as
        floating-point numbers.

    Yields
    ------
    Source
        What the file holds, from row `start` on.

    Raises
    ------
    CatalogueError
        When the file is missing, of another format or damaged.
    """
    kind = format_of(path)
    if not path.is_file():
        raise CatalogueError(f"There is no file {str(path)!r}. Check the path.")
    try:
        if kind == "parquet":
            # Arrow keeps every group that it read ahead until the file is closed: a long file would fill the memory.
            with pq.ParquetFile(path, pre_buffer=False) as file:
                yield Source(file.schema_arrow, file.metadata.num_rows, _parquet_batches(file, start))
        elif kind in ("csv", "ecsv"):
            yield _csv_source(path, start, text)
        else:
            yield _astropy_source(path, start, kind == "fits")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise CatalogueError(f"{path.name} cannot be read as {kind}: {error}. Write it again.") from error


def _parquet_batches(file: pq.ParquetFile, start: int) -> Iterator[pa.RecordBatch]:
    """Give the rows from `start` on; groups of rows before it are not read."""
    groups, first = [], 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if start < first + rows:
            groups.append(group)
        else:
            first += rows
            continue
        first += rows
    ahead = file.metadata.num_rows - sum(file.metadata.row_group(group).num_rows for group in groups)
    yield from _skip(file.iter_batches(BATCH_ROWS, row_groups=groups), start - ahead)


def _skip(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if rows < batch.num_rows:
            yield batch.slice(max(rows, 0))
        rows -= batch.num_rows


def _csv_source(path: Path, start: int, text: Callable[[str], bool]) -> Source:
    comments, header, delimiter = 0, "", ","
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for line in file:
            if not line.startswith("#"):
                header = line
                break
            comments += 1
            if line.startswith("# delimiter:"):
                delimiter = line.partition(":")[2].strip().strip("'\"") or " "
    if path.suffix.lower() == ".ecsv" and comments and not any(mark in header for mark in ",;\t"):
        delimiter = " "
    names = [name.strip().strip('"') for name in header.strip("\r\n").split(delimiter)]
    reader = pacsv.open_csv(
        path,
        pacsv.ReadOptions(block_size=CSV_BLOCK, skip_rows=comments),
        pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        pacsv.ConvertOptions(column_types={name: pa.string() for name in names if text(name)}),
    )

    def batches() -> Iterator[pa.RecordBatch]:
        with reader:
            for batch in reader:
                for first in range(0, batch.num_rows, BATCH_ROWS):
                    yield batch.slice(first, BATCH_ROWS)

    return Source(reader.schema, None, _skip(batches(), start))


def _astropy_source(path: Path, start: int, is_fits: bool) -> Source:
    rows = _fits_rows(path) if is_fits else _votable_rows(path)
    schema = fits.read_rows(rows[:0]).schema

    def batches() -> Iterator[pa.RecordBatch]:
        for first in range(start, len(rows), BATCH_ROWS):
            yield from fits.read_rows(rows[first : first + BATCH_ROWS]).combine_chunks().to_batches()

    return Source(schema, len(rows), batches())


def _fits_rows(path: Path) -> Any:
    from astropy.io import fits as astropy_fits

    try:
        with astropy_fits.open(path, memmap=True) as hdus:
            found = next((hdu for hdu in hdus if isinstance(hdu, astropy_fits.BinTableHDU)), None)
            if found is None:
                raise CatalogueError(f"{path.name} has no binary table. Give a FITS file with one.")
            return found.data
    except OSError as error:
        raise CatalogueError(f"{path.name} cannot be read as FITS: {error}. Write it again.") from error


def _votable_rows(path: Path) -> Any:
    from astropy.io.votable import parse_single_table
    from astropy.io.votable.exceptions import VOTableSpecError

    try:
        with astropy_tables.without_unit_warnings():
            table = parse_single_table(path).to_table()
    except (VOTableSpecError, ValueError, IndexError) as error:
        raise CatalogueError(f"{path.name} cannot be read as VOTable: {error}. Write it again.") from error
    rows = table.as_array()
    for name in rows.dtype.names:
        if rows.dtype[name].kind == "f":
            rows[name].fill_value = np.nan
        elif rows.dtype[name].kind in "OU":
            rows[name].fill_value = ""
    return rows.filled()


@contextmanager
def open_target(path: Path, schema: pa.Schema, meta: TableMeta) -> Iterator[Write]:
    """Open a table to write it piece by piece; it appears when the block ends well.

    Parameters
    ----------
    path : Path
        Parquet, CSV, ECSV or FITS by its extension. CSV carries no comments here.
    schema : pyarrow.Schema
        Of every piece.
    meta : TableMeta
        What the file says about itself.

    Yields
    ------
    callable
        Takes the next piece, a `pyarrow.Table`.

    Raises
    ------
    CatalogueError
        When a column is of a type the format cannot hold, or the path cannot be written.
    """
    kind = format_of(path, ("parquet", "csv", "ecsv", "fits"))
    with replacing(path) as temporary:
        if kind == "parquet":
            with arrow.parquet_writer(temporary, arrow.with_metadata(schema, meta)) as parquet:
                full = arrow.with_metadata(schema, meta)
                yield lambda table: parquet.write_table(table.cast(full))
        elif kind == "csv":
            empty = arrow.for_csv(schema.empty_table())
            with pacsv.CSVWriter(temporary, empty.schema) as out:
                yield lambda table: out.write_table(arrow.for_csv(table))
        elif kind == "ecsv":
            with temporary.open("wb") as file:
                file.write(astropy_tables.ecsv_header(schema, meta))
                yield lambda table: astropy_tables.write_ecsv_rows(table, file)
        else:
            with _fits_target(temporary, schema, meta) as write:
                yield write


@contextmanager
def _fits_target(path: Path, schema: pa.Schema, meta: TableMeta) -> Iterator[Write]:
    """Keep the rows as Parquet until their number and the longest texts are known: both stand in the header."""
    widths = dict.fromkeys((field.name for field in schema if arrow.is_text(field.type)), 1)
    fits.row_type(schema, widths)
    rows = 0
    # Beside the target, for there is room for it there.
    waiting = path.with_suffix(".waiting")

    def keep(table: pa.Table) -> None:
        nonlocal rows
        rows += table.num_rows
        for name, width in fits.text_widths(table).items():
            widths[name] = max(widths[name], width)
        parquet.write_table(table)

    try:
        with pq.ParquetWriter(waiting, schema, compression="zstd", use_dictionary=False) as parquet:
            yield keep
        kind = fits.row_type(schema, widths)
        with path.open("wb") as out, pq.ParquetFile(waiting, pre_buffer=False) as file:
            out.write(fits.header_bytes(kind, rows, meta))
            for batch in file.iter_batches(BATCH_ROWS):
                out.write(fits.row_bytes(pa.Table.from_batches([batch]), kind))
            out.write(fits.padding(rows * kind.itemsize))
    finally:
        waiting.unlink(missing_ok=True)
