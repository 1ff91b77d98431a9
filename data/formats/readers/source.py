"""What a reader gives: a typed schema with units and descriptions, batches of rows, and the file's own words."""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import pyarrow as pa

from data.formats.fields import Field

BATCH_ROWS: Final = 65_536

Choose = Callable[[Sequence[tuple[str, Sequence[str], int]]], int]
"""Chooses one of several tables, each a name, its columns and its number of rows."""


class Given(NamedTuple):
    """A file as it was given.

    Attributes
    ----------
    content : bytes or Path
        Its bytes, or where it lies.
    name : str
        For sentences.
    max_columns : int
        More are refused before anything is read.
    """

    content: bytes | Path
    name: str
    max_columns: int = 10_000

    def open(self) -> BinaryIO:
        """Open it anew for reading."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def size(self) -> int:
        """Return its bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


class Source(NamedTuple):
    """A table opened for reading.

    Attributes
    ----------
    schema : pyarrow.Schema
        Its columns, of plain types; a field's metadata hold unit, description and ucd where the file says them.
    rows : int or None
        How many rows it has, where the format says so.
    batches : iterator of pyarrow.RecordBatch
        Its rows, a piece at a time.
    about : dict
        What the file says beside the table, by lower-case key: text and numbers.
    notes : list of str
        What had to be interpreted, a sentence each; may grow while batches are read.
    row_numbers : callable or None
        After reading, the row numbers as an editor of the file counts them; None where rows are counted from 1.
    """

    schema: pa.Schema
    rows: int | None
    batches: Iterator[pa.RecordBatch]
    about: dict[str, Any]
    notes: list[str]
    row_numbers: Callable[[], np.ndarray] | None = None


def with_field(field: pa.Field, unit: str = "", description: str = "", ucd: str = "") -> pa.Field:
    """Give a column its unit, description and UCD, the empty ones left out."""
    said = {"unit": unit, "description": description, "ucd": ucd}
    return field.with_metadata({name: str(text) for name, text in said.items() if text} or None)


def field_of(field: pa.Field) -> Field:
    """Return what a file says about a column."""
    said = {key.decode(): value.decode("utf-8", "replace") for key, value in (field.metadata or {}).items()}
    return Field(said.get("unit", ""), said.get("description", ""), said.get("ucd", ""))


def fields_of(schema: pa.Schema) -> dict[str, Field]:
    """Return what a file says about its columns, by name; those it says nothing about are left out."""
    return {field.name: said for field in schema if any(said := field_of(field))}


def units_of(schema: pa.Schema) -> dict[str, str]:
    """Return the units that a file states, by column."""
    return {name: said.unit for name, said in fields_of(schema).items() if said.unit}


def skipped(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Give batches from a row on."""
    for batch in batches:
        if rows < batch.num_rows:
            yield batch.slice(max(rows, 0))
        rows -= batch.num_rows
