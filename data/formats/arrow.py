"""Parquet, and Arrow tables of arrays."""

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.formats.fields import METADATA_KEY, TableMeta
from data.formats.types import is_text, pc, plain, plain_type


def as_arrow(columns: Mapping[str, np.ndarray]) -> pa.Table:
    """Return an Arrow table of named arrays; bytes and objects become text."""
    return pa.table({name: _as_arrow(values) for name, values in columns.items()})


def _as_arrow(values: Any) -> Any:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    values = np.asarray(values)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8")
    return pa.array(values.tolist(), pa.string()) if values.dtype.kind in "UO" else pa.array(values)


def with_metadata(schema: pa.Schema, meta: TableMeta, lengths: Mapping[str, int] | None = None) -> pa.Schema:
    """Add the metadata of a table to a Parquet schema, in the forms that Arrow, astropy and the VO's tools read.

    Parameters
    ----------
    schema : pyarrow.Schema
        Schema of the table.
    meta : TableMeta
        Metadata of the table.
    lengths : mapping, optional
        Length of the longest text of each text column, if known, so that astropy need not search for it.

    Returns
    -------
    pyarrow.Schema
        The same columns of plain types, with metadata.

    References
    ----------
    VOParquet 1.0, IVOA Note of 16 January 2025: a VOTable without data in the file's metadata.
    """
    from data.formats.astropy_tables import dataless_votable, yaml_header

    fields = []
    for field in schema:
        said = {name: text for name, text in meta.field(field.name)._asdict().items() if text}
        fields.append(field.with_type(plain_type(field.type)).with_metadata(said or None))
    about = {name: value for name, value in meta._asdict().items() if name not in ("fields", "details") and value}
    about |= meta.details
    about["units"] = {name: unit for name in schema.names if (unit := meta.field(name).unit)}
    keys = {
        METADATA_KEY.decode(): json.dumps(about, ensure_ascii=False),
        "table_meta_yaml": yaml_header(schema, meta),
        "IVOA.VOTable-Parquet.version": "1.0",
        "IVOA.VOTable-Parquet.content": dataless_votable(schema, meta),
    }
    keys |= {f"table::len::{name}": str(max(length, 1)) for name, length in (lengths or {}).items()}
    return pa.schema(fields, metadata=keys)


def describe(table: pa.Table, meta: TableMeta) -> pa.Table:
    """Add the metadata of `with_metadata` to a whole table.

    Parameters
    ----------
    table : pyarrow.Table
        Any table.
    meta : TableMeta
        Metadata of the table.

    Returns
    -------
    pyarrow.Table
        The same values, with metadata.
    """
    table = pa.Table.from_arrays([plain(values) for values in table.columns], names=table.column_names)
    lengths = {
        field.name: pc.max(pc.utf8_length(table[field.name])).as_py() or 0
        for field in table.schema
        if is_text(field.type)
    }
    return table.cast(with_metadata(table.schema, meta, lengths))


def parquet_writer(destination: Any, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a Parquet file for writing; floats are stored as split byte streams, which compress better."""
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    others: Any = [field.name for field in schema if field.name not in floats]
    return pq.ParquetWriter(
        destination,
        schema,
        compression="zstd",
        use_dictionary=others,
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
    )


def write_parquet(table: pa.Table, destination: BinaryIO, meta: TableMeta) -> None:
    """Write a whole table as Parquet."""
    described = describe(table, meta)
    with parquet_writer(destination, described.schema) as writer:
        writer.write_table(described)
