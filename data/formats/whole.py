"""Reading and writing of whole tables, such as downloads and catalogues."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from jaxtyping import Int

from data.atomic import replacing
from data.formats import arrow
from data.formats.astropy_tables import printable_names
from data.formats.codecs import CODECS
from data.formats.fields import TableMeta
from data.formats.fits import fits_names
from data.formats.kinds import FormatName
from data.formats.stream import is_id, open_source


def write_table(
    columns: Mapping[str, np.ndarray] | pa.Table, destination: Path | BinaryIO, format: FormatName, meta: TableMeta
) -> None:
    """Write a table with its metadata.

    Parameters
    ----------
    columns : mapping or pyarrow.Table
        Arrays (galaxy,) of numbers or text, by name. A TARGETID is exact as text or int64.
    destination : Path or binary file
        Destination; a path appears only when the file is complete.
    format : str
        A key of `FORMATS`.
    meta : TableMeta
        Title, provenance, citation, and the columns' units, descriptions and UCDs. In CSV they are comments (#).

    Raises
    ------
    CatalogueError
        When a column is of a type the format cannot hold, or the path cannot be written.
    """
    table: pa.Table = columns if isinstance(columns, pa.Table) else arrow.as_arrow(columns)
    names = [_named(name, place) for place, name in enumerate(table.column_names, 1)]
    table = table.rename_columns(names)
    if not isinstance(destination, Path):
        CODECS[format].write(table, destination, meta)
        return
    with replacing(destination) as temporary, temporary.open("wb") as out:
        CODECS[format].write(table, out, meta)


def written_names(names: Sequence[str], format: FormatName) -> list[str]:
    """Return what columns are called in a file: FITS knows only ASCII, and XML and ECSV no control characters."""
    named = [_named(name, place) for place, name in enumerate(names, 1)]
    if format == "fits":
        return fits_names(named)
    return printable_names(named) if format in ("votable", "ecsv") else named


def _named(name: str, place: int) -> str:
    """Name what has no name as the readers do; no format of text holds a NUL."""
    return name.replace("\0", "_") if name.strip() else f"column {place}"


def read_table(path: Path, text: Callable[[str], bool] | None = None, notes: list[str] | None = None) -> pa.Table:
    """Read a whole table of any of the formats; see `read_numbered`."""
    return read_numbered(path, text, notes)[0]


def read_numbered(
    path: Path, text: Callable[[str], bool] | None = None, notes: list[str] | None = None
) -> tuple[pa.Table, Int[np.ndarray, " row"]]:
    """Read a whole table of any of the formats, and the numbers of its rows for messages.

    Parameters
    ----------
    path : Path
        File, whose extension determines the format.
    text : callable, optional
        See `data.formats.stream.open_source`.
    notes : list of str, optional
        Sentences on how the file was read are appended: which of several tables, in which encoding.

    Returns
    -------
    pyarrow.Table
        All columns, of plain types, with unit, description and UCD in the metadata of the fields.
    (row,) array
        Row numbers as an editor of the file counts them: lines of a text, of which the header is row 1; else from 1.

    Raises
    ------
    CatalogueError
        When the file is missing, of another format or damaged.
    """
    with open_source(path, text=text or is_id, number=True) as source:
        table = pa.Table.from_batches(list(source.batches), source.schema)
        if notes is not None:
            notes += source.notes
        rows = source.row_numbers() if source.row_numbers is not None else np.arange(1, len(table) + 1)
        return table, rows
