"""Reader of Parquet: plain types, and the units that Arrow, astropy, the VO's tools and pandas write as metadata."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq

from data.columns.words import scalars, unique_names
from data.errors import CatalogueError
from data.formats.fields import METADATA_KEY, Field
from data.formats.readers.source import BATCH_ROWS, Given, Source, field_of, skipped, with_field
from data.formats.readers.text.ecsv import as_mapping, described, unit_text
from data.formats.types import plain, plain_schema

_VOTABLE: Final = b"IVOA.VOTable-Parquet.content"
_OURS: Final = frozenset({METADATA_KEY, b"table_meta_yaml", _VOTABLE, b"pandas", b"ARROW:schema", b"PANDAS_ATTRS"})
MAX_METADATA: Final = 1 << 20
"""Largest metadata value that is parsed [bytes]."""


@contextmanager
def open_parquet(given: Given, start: int) -> Iterator[Source]:
    """Open a Parquet file to read it piece by piece.

    Raises
    ------
    CatalogueError
        When the file has more than `given.max_columns` columns.
    """
    source: Any = pa.BufferReader(given.content) if isinstance(given.content, bytes) else given.content
    # With pre_buffer, Arrow keeps every row group that it read until the file is closed, which fills the memory.
    with pq.ParquetFile(source, pre_buffer=False) as file:
        if len(file.schema_arrow) > given.max_columns:
            raise CatalogueError(
                f"{given.name} has {len(file.schema_arrow)} columns; the limit is {given.max_columns}. "
                "Keep the ones you need."
            )
        schema, about = understood(file.schema_arrow)
        yield Source(schema, file.metadata.num_rows, _batches(file, schema, start), about, [])


def whole(table: pa.Table) -> Source:
    """Return a table that was read as a whole in the form of `open_parquet`."""
    schema, about = understood(table.schema)
    rows = pa.Table.from_arrays([plain(values) for values in table.columns], schema=schema)
    return Source(schema, len(rows), iter(rows.to_batches(BATCH_ROWS)), about, [])


def understood(schema: pa.Schema) -> tuple[pa.Schema, dict[str, Any]]:
    """Return a schema of plain types with the units in its metadata, and the other metadata of the file."""
    stored = {key: value for key, value in (schema.metadata or {}).items() if len(value) <= MAX_METADATA}
    said: dict[str, Field] = {}
    about: dict[str, Any] = {}
    for read, key in ((_of_votable, _VOTABLE), (_of_astropy, b"table_meta_yaml"), (_of_ours, METADATA_KEY)):
        if key in stored:
            try:
                fields, more = read(stored[key].decode("utf-8", "replace"))
            except (
                CatalogueError,
                ValueError,
                TypeError,
                KeyError,
                AttributeError,
                RecursionError,
                ElementTree.ParseError,
            ):
                continue
            said, about = said | fields, about | more
    for key in (b"pandas", b"PANDAS_ATTRS"):
        try:
            attributes = json.loads(stored.get(key, b"{}"))
            about |= scalars(as_mapping(attributes.get("attributes", {}) if key == b"pandas" else attributes))
        except (ValueError, AttributeError, RecursionError):
            continue
    about |= scalars(
        {
            key.decode("utf-8", "replace"): value.decode("utf-8", "replace")
            for key, value in stored.items()
            if key not in _OURS
        }
    )
    names = unique_names(schema.names)
    fields_out = []
    for name, field in zip(names, plain_schema(schema), strict=True):
        own, other = field_of(field), said.get(field.name, Field())
        fields_out.append(
            with_field(field.with_name(name), *(mine or theirs for mine, theirs in zip(own, other, strict=True)))
        )
    if names != schema.names:
        about["repeated columns"] = "\n".join({name for name in schema.names if schema.names.count(name) > 1})
    return pa.schema(fields_out), about


def _of_astropy(text: str) -> tuple[dict[str, Field], dict[str, Any]]:
    header = described(text, "The Parquet file")
    fields = {
        str(one["name"]): Field(unit_text(one.get("unit")), str(one.get("description") or ""))
        for one in header["datatype"]
    }
    return fields, scalars(as_mapping(header.get("meta")))


def _of_ours(text: str) -> tuple[dict[str, Field], dict[str, Any]]:
    about = json.loads(text)
    units = about.get("units", {})
    return {str(name): Field(str(unit)) for name, unit in units.items()}, scalars(about)


def _of_votable(text: str) -> tuple[dict[str, Field], dict[str, Any]]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return {}, {}
    root = ElementTree.fromstring(text)  # noqa: S314 - no entities, a size that is limited
    fields, pairs = {}, {}
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag == "FIELD":
            fields[element.get("name", "")] = Field(element.get("unit", ""), "", element.get("ucd", ""))
        elif tag in ("PARAM", "INFO"):
            pairs[element.get("name", "")] = element.get("value", "")
    return fields, scalars(pairs)


def _batches(file: pq.ParquetFile, schema: pa.Schema, start: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows from `start`; row groups before it are not read."""
    groups, first = [], 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if start < first + rows:
            groups.append(group)
        first += rows
    ahead = file.metadata.num_rows - sum(file.metadata.row_group(group).num_rows for group in groups)
    from data.formats import stream

    for batch in skipped(file.iter_batches(stream.BATCH_ROWS, row_groups=groups), start - ahead):
        yield pa.RecordBatch.from_arrays([plain(values) for values in batch.columns], schema=schema)
