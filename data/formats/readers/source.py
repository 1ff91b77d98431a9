"""Interface of the readers: a typed schema with units and descriptions, batches of rows, and metadata."""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import pyarrow as pa

from data.columns.names import column_of, list_of_twelve, split_unit, twelve_of
from data.columns.tables import TableNames, passed_over
from data.columns.units import FLUX_UNIT_KEYS, WAVELENGTH_UNIT_KEYS
from data.formats.fields import Field
from data.formats.types import is_list

BATCH_ROWS: Final = 65_536

Choose = Callable[[Sequence[tuple[str, Sequence[str], int]]], int]
"""Returns the index of one of several tables, each given by name, column titles and number of rows."""


class Given(NamedTuple):
    """A file to read, in memory or on disk.

    Attributes
    ----------
    content : bytes or Path
        Content of the file, or its path.
    name : str
        Name for error messages.
    max_columns : int
        Largest number of columns; checked before rows are read.
    """

    content: bytes | Path
    name: str
    max_columns: int = 10_000

    def open(self) -> BinaryIO:
        """Open the file for reading from its beginning."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def size(self) -> int:
        """Return the size of the file [bytes]."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


class Source(NamedTuple):
    """A table opened for reading.

    Attributes
    ----------
    schema : pyarrow.Schema
        Columns of plain types, with unit, description and ucd in the metadata of the fields if the file states them.
    rows : int or None
        Number of rows; None if the format does not state it.
    batches : iterator of pyarrow.RecordBatch
        Rows, in batches.
    about : dict
        Other metadata of the file by lower-case key, as texts and numbers.
    notes : list of str
        One sentence per interpretation of the file; the list may grow while batches are read.
    row_numbers : callable or None
        Function that returns, after reading, the line number of each row; None if rows are counted from 1.
    """

    schema: pa.Schema
    rows: int | None
    batches: Iterator[pa.RecordBatch]
    about: dict[str, Any]
    notes: list[str]
    row_numbers: Callable[[], np.ndarray] | None = None


def other_tables(name: str, tables: Sequence[tuple[str, Sequence[str], int]], taken: int) -> list[str]:
    """Return a sentence on the tables from which fluxes could be read as well, none if there are none."""
    others = passed_over([TableNames(*table) for table in tables], taken)
    if not others:
        return []
    read = tables[taken][0] or "one"
    return [f"{name} holds {len(others) + 1} tables of fluxes; {read} is read, not {', '.join(others[:6])}."]


def with_field(field: pa.Field, unit: str = "", description: str = "", ucd: str = "") -> pa.Field:
    """Return a field with unit, description and UCD as metadata, without empty ones."""
    said = {"unit": unit, "description": description, "ucd": ucd}
    return field.with_metadata({name: str(text) for name, text in said.items() if text} or None)


def field_of(field: pa.Field) -> Field:
    """Return the metadata of a column; its keys may be in any case."""
    said = {
        key.decode("utf-8", "replace").lower(): value.decode("utf-8", "replace")
        for key, value in (field.metadata or {}).items()
    }
    return Field(said.get("unit") or said.get("units", ""), said.get("description", ""), said.get("ucd", ""))


def with_stated_units(source: Source) -> Source:
    """Give the columns of flux and wavelength, if none has a unit, the one that the file's metadata state."""
    titles = source.schema.names
    lists = [field.name for field in source.schema if is_list(field.type)]
    fluxes = [*twelve_of(titles).values()] or [list_of_twelve(lists) or column_of(titles, "flux")]
    units: dict[str, str] = {}
    for columns, keys in ((fluxes, FLUX_UNIT_KEYS), ([column_of(titles, "wavelength")], WAVELENGTH_UNIT_KEYS)):
        said = next((str(source.about[key]) for key in keys if isinstance(source.about.get(key), str)), "")
        fields = [source.schema.field(titles.index(title)) for title in columns if title]
        if said.strip() and not any(field_of(field).unit or split_unit(field.name)[1] for field in fields):
            units |= {field.name: said.strip() for field in fields}
    if not units:
        return source
    schema = pa.schema(
        [
            with_field(field, units[field.name], field_of(field).description, field_of(field).ucd)
            if field.name in units
            else field
            for field in source.schema
        ],
        metadata=source.schema.metadata,
    )
    batches = (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in source.batches)
    return source._replace(schema=schema, batches=batches)


def fields_of(schema: pa.Schema) -> dict[str, Field]:
    """Return the metadata of the columns by name, without columns that have none."""
    return {field.name: said for field in schema if any(said := field_of(field))}


def units_of(schema: pa.Schema) -> dict[str, str]:
    """Return the units that a file states, by column."""
    return {name: said.unit for name, said in fields_of(schema).items() if said.unit}


def skipped(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the batches without their first `rows` rows."""
    for batch in batches:
        if rows < batch.num_rows:
            yield batch.slice(max(rows, 0))
        rows -= batch.num_rows
