"""Reading and writing of tables piece by piece, so that they may be larger than memory."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.atomic import replacing
from data.errors import CatalogueError, DataError
from data.formats import arrow, astropy_tables, csv, fits
from data.formats.codecs import CODECS, Reading
from data.formats.fields import TableMeta
from data.formats.kinds import FORMATS, FormatName, format_of
from data.formats.readers.source import BATCH_ROWS, Given, Source, with_stated_units
from model.storage.files import scratch

Write = Callable[[pa.Table], None]


def is_id(name: str) -> bool:
    """Return whether a column of a CSV file is an identifier, which stays text."""
    return name.upper() in ("TARGETID", "TARGET_ID")


@contextmanager
def open_source(
    source: Path | bytes,
    *,
    start: int = 0,
    text: Callable[[str], bool] = is_id,
    name: str = "",
    kind: FormatName | None = None,
    number: bool = False,
    max_columns: int = 10_000,
) -> Iterator[Source]:
    """Open a table of any format to read it piece by piece.

    Parameters
    ----------
    source : Path or bytes
        Parquet, CSV, ECSV, FITS or VOTable; a VOTable is read as a whole. Of several tables in a file, the one with
        twelve fluxes, or with wavelength and flux, is read.
    start : int
        First row to read.
    text : callable
        Function of a column name: whether a CSV column is read as text. Ids are, as a float cannot hold 19 digits.
    name : str
        Name for error messages; by default the name of the path.
    kind : str, optional
        Format; by default the one of the path's extension.
    number : bool
        Whether `Source.row_numbers` is needed.
    max_columns : int
        Largest number of columns.

    Yields
    ------
    Source
        Content of the file, from row `start`.

    Raises
    ------
    CatalogueError
        When the file is missing, of another format or damaged; any exception of its parser is converted.
    """
    if isinstance(source, Path):
        kind, name = kind or format_of(source), name or source.name
        if not source.is_file():
            raise CatalogueError(f"There is no file {str(source)!r}. Check the path.")
    if kind is None:
        raise ValueError("bytes need a format")
    given = Given(source, name, max_columns)
    with ExitStack() as stack:
        with converting_errors(name, kind):
            opened = stack.enter_context(CODECS[kind].open(given, Reading(start, text, number)))
        opened = with_stated_units(opened)
        yield opened._replace(batches=_guarded(opened.batches, name, kind))


def _guarded(batches: Iterator[pa.RecordBatch], name: str, kind: FormatName) -> Iterator[pa.RecordBatch]:
    while True:
        with converting_errors(name, kind):
            batch = next(batches, None)
        if batch is None:
            return
        yield batch


@contextmanager
def converting_errors(name: str, kind: FormatName) -> Iterator[None]:
    """Convert any exception of a parser into a CatalogueError that names the file, and suppress its warnings."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DataError:
        raise
    # Third-party parsers raise exceptions of any type on damaged bytes.
    except Exception as error:
        words = " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
        raise CatalogueError(
            f"{name} looks like {FORMATS[kind].label} but cannot be read: {words}. Write it again."
        ) from error


@contextmanager
def open_target(path: Path, schema: pa.Schema, meta: TableMeta) -> Iterator[Write]:
    """Open a table to write it piece by piece; the file appears when the block ends without an exception.

    Parameters
    ----------
    path : Path
        Parquet, CSV, ECSV or FITS file, by its extension. CSV is written without comments.
    schema : pyarrow.Schema
        Schema of every piece.
    meta : TableMeta
        Metadata of the table.

    Yields
    ------
    callable
        Function that writes the next piece, a `pyarrow.Table`.

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
            empty = csv.for_csv(schema.empty_table())
            with pacsv.CSVWriter(temporary, empty.schema) as out:
                yield lambda table: out.write_table(csv.for_csv(table))
        elif kind == "ecsv":
            with temporary.open("wb") as file:
                file.write(astropy_tables.ecsv_header(astropy_tables.storable_schema(schema), meta))
                yield lambda table: astropy_tables.write_ecsv_rows(table, file)
        else:
            with _fits_target(temporary, schema, meta) as write:
                yield write


@contextmanager
def _fits_target(path: Path, schema: pa.Schema, meta: TableMeta) -> Iterator[Write]:
    """Buffer the rows as Parquet until their number and the longest texts are known, as both are in the FITS header."""
    fits.layout(schema, dict.fromkeys(schema.names, fits.ColumnExtent()))
    rows, sizes = 0, dict.fromkeys(schema.names, fits.ColumnExtent())
    # Beside the target, on the disk that must have room for it.
    buffer = path.with_suffix(".waiting")

    def keep(table: pa.Table) -> None:
        nonlocal rows, sizes
        rows += table.num_rows
        sizes = fits.measured(table, sizes)
        parquet.write_table(table)

    with scratch(buffer):
        with pq.ParquetWriter(buffer, schema, compression="zstd", use_dictionary=False) as parquet:
            yield keep
        stored = fits.layout(schema, sizes)
        with path.open("wb") as out, pq.ParquetFile(buffer, pre_buffer=False) as file:
            out.write(fits.header_bytes(stored, rows, meta))
            for batch in file.iter_batches(BATCH_ROWS):
                out.write(fits.row_bytes(pa.Table.from_batches([batch]), stored))
            out.write(fits.padding(rows * fits.row_type(stored).itemsize))
