"""Parsing of CSV and ECSV by Arrow, from the normalised lines of `data.formats.readers.text.table`."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pacsv

from data.columns.names import FLUX_NAMES, twelve_of
from data.errors import CatalogueError
from data.formats.readers.source import BATCH_ROWS, Given, Source, skipped, with_field
from data.formats.readers.text.arrays import array_columns, with_arrays
from data.formats.readers.text.table import TextTable
from data.formats.types import pc

BLOCK: Final = 1 << 24
"""Bytes of text that Arrow parses at a time; it infers column types from the first block."""
DEFAULT_NAMES: Final = {12: FLUX_NAMES, 2: ("wavelength", "flux"), 3: ("wavelength", "flux", "error")}
"""Column names of a file without a header, by its number of columns."""
_FAILED: Final = re.compile(r"In CSV column #(\d+): ")


class _Lines:
    """File-like object over the normalised lines, for Arrow."""

    closed = False

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._left, self.problem = lines, b"", None

    def read(self, size: int = -1) -> bytes:
        wanted = size if size is not None and size >= 0 else 1 << 62
        parts, length = [self._left], len(self._left)
        while length < wanted:
            piece = "\n".join(line for _, line in zip(range(4096), self._lines, strict=False))
            if not piece:
                break
            parts.append(piece.encode("utf-8", "replace") + b"\n")
            length += len(parts[-1])
        whole = b"".join(parts)
        self._left = whole[wanted:]
        return whole[:wanted]

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self._lines = iter(())


def open_csv(
    given: Given,
    start: int,
    is_text: Callable[[str], bool],
    *,
    number: bool = False,
    types: Mapping[str, pa.DataType] | None = None,
    table: TextTable | None = None,
) -> Source:
    """Open a text table.

    Parameters
    ----------
    given : Given
        The file.
    start : int
        First row to read.
    is_text : callable
        Function of a column name: whether the column is read as unchanged text.
    number : bool
        Whether `Source.row_numbers` is needed.
    types : mapping, optional
        Types of columns that the file declares.
    table : TextTable, optional
        The opened text table, if it is open already.

    Returns
    -------
    Source
        Columns and rows of the table.

    Raises
    ------
    CatalogueError
        When a row does not fit the table; the message names it.
    """
    table = TextTable(given, default_names=DEFAULT_NAMES) if table is None else table
    delimiter = table.delimiter
    ours = {title: flux for flux, title in twelve_of(table.names).items()}
    lists = [] if types else array_columns(table.names, table.preview())
    forced = {name: pa.string() for name in table.names if name in lists or is_text(ours.get(name, name))}
    chosen = dict(types or {}) | forced

    def opened(again: TextTable, numbered: bool = False) -> Any:
        return pacsv.open_csv(
            pa.PythonFile(_Lines(again.lines(number=numbered)), mode="r"),
            pacsv.ReadOptions(block_size=BLOCK, column_names=again.names, use_threads=False),
            pacsv.ParseOptions(delimiter=again.out_delimiter, newlines_in_values=True),
            pacsv.ConvertOptions(column_types=chosen, include_columns=again.kept, strings_can_be_null=False),
        )

    def reopened() -> TextTable:
        return TextTable(given, delimiter, DEFAULT_NAMES)

    if not set(table.kept) <= chosen.keys() or types:
        if not types:
            chosen |= _exact_texts(reopened(), given, chosen)
        _settle_types(lambda: opened(reopened()), table, chosen, whole=given.size() <= BLOCK and not types)
    try:
        reader = opened(table, number or bool(lists))
    except pa.ArrowInvalid as error:
        raise _empty(given, error) from error

    def batches() -> Iterator[pa.RecordBatch]:
        with reader:
            for batch in reader:
                for first in range(0, batch.num_rows, BATCH_ROWS):
                    yield batch.slice(first, BATCH_ROWS)

    read = [field.with_type(pa.list_(pa.float64())) if field.name in lists else field for field in reader.schema]
    schema = pa.schema([with_field(field, table.units.get(field.name, "")) for field in read])
    about = table.about() | {"header row": table.header_row}
    if table.repeated:
        about["repeated columns"] = "\n".join(table.repeated)
    if lists:
        rows = with_arrays(batches(), lists, schema, lambda place: int(table.row_numbers()[place]), given.name)
    else:
        rows = (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in batches())
    return Source(schema, None, skipped(rows, start), about, table.notes, table.row_numbers if number else None)


def _exact_texts(table: TextTable, given: Given, chosen: Mapping[str, pa.DataType]) -> dict[str, pa.DataType]:
    """Return columns of digits that no numeric type holds exactly: beyond 64 bits, or with leading zeros."""
    names = [name for name in table.kept if name not in chosen]
    found: dict[str, pa.DataType] = {}
    if not names:
        return found
    try:
        reader = pacsv.open_csv(
            pa.PythonFile(_Lines(table.lines()), mode="r"),
            pacsv.ReadOptions(block_size=BLOCK, column_names=table.names, use_threads=False),
            pacsv.ParseOptions(delimiter=table.out_delimiter, newlines_in_values=True),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(table.names, pa.string()), include_columns=names, strings_can_be_null=False
            ),
        )
        batch = next(iter(reader))
    except pa.ArrowInvalid as error:
        raise _empty(given, error) from error
    for name in names:
        long = batch[name].filter(pc.match_substring_regex(batch[name], r"^(0\d+|[+-]?\d{19,})$"))
        if any(text.startswith("0") or not -(2**63) <= int(text) < 2**63 for text in long.unique().to_pylist()):
            found[name] = pa.string()
    return found


def _settle_types(opened: Callable[[], Any], table: TextTable, chosen: dict[str, pa.DataType], *, whole: bool) -> None:
    """Choose text for columns whose type, inferred from the first block, does not fit the rest of the file."""
    if whole:
        return
    for _ in table.kept:
        try:
            with opened() as reader:
                for field in reader.schema:
                    if not pa.types.is_null(field.type):
                        chosen.setdefault(field.name, field.type)
                for _batch in reader:
                    pass
        except pa.ArrowInvalid as error:
            failed = _FAILED.search(str(error))
            if not failed:
                return
            # Arrow's column number counts only the included columns.
            place = int(failed[1])
            name = table.names[place] if place < len(table.names) else ""
            if not name or chosen.get(name) == pa.string():
                return
            chosen[name] = pa.string()
        else:
            return


def _empty(given: Given, error: Exception) -> CatalogueError:
    if "Empty CSV" in str(error):
        return CatalogueError(f"{given.name} has a header but no galaxy below it. Add a row of numbers.")
    words = " ".join(str(error).split())[:120]
    return CatalogueError(f"{given.name} cannot be read as CSV: {words}. Write it again.")
