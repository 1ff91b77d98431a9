"""Column types: the plain Arrow types that the package computes with, and the types that each format can hold."""

import json
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # its functions are created at import, which type checkers cannot see
INT64_MAX: Final = 2**63 - 1


def is_text(kind: pa.DataType) -> bool:
    """Return whether an Arrow type is text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def is_list(kind: pa.DataType) -> bool:
    """Return whether a plain Arrow type holds a list in every row."""
    return pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind)


def is_number(kind: pa.DataType) -> bool:
    """Return whether a plain Arrow type is numeric; the null type of an empty column counts as numeric."""
    return (
        pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind) or pa.types.is_decimal(kind)
    )


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Return the plain form of an Arrow type: no dictionaries, views, run ends, extensions or 64-bit offsets."""
    types: Any = pa.types
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return plain_type(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return plain_type(kind.storage_type)
    if types.is_large_string(kind) or types.is_string_view(kind):
        return pa.string()
    if types.is_large_binary(kind) or types.is_binary_view(kind) or types.is_fixed_size_binary(kind):
        return pa.binary()
    if types.is_fixed_size_list(kind):
        return pa.list_(plain_type(kind.value_type), kind.list_size)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_list_view(kind) or types.is_large_list_view(kind):
        return pa.list_(plain_type(kind.value_type))
    return kind


def plain(values: Any) -> Any:
    """Return an array, chunked or not, in its plain type, with the same values and nulls."""
    if isinstance(values, pa.ChunkedArray):
        kind = plain_type(values.type)
        return values if kind == values.type else pa.chunked_array([plain(chunk) for chunk in values.chunks], kind)
    kind = plain_type(values.type)
    if kind == values.type:
        return values
    if isinstance(values, pa.ExtensionArray):
        return plain(values.storage)
    if pa.types.is_dictionary(values.type):
        return plain(values.dictionary_decode())
    if pa.types.is_run_end_encoded(values.type):
        return plain(pc.run_end_decode(values))
    if pa.types.is_list_view(values.type) or pa.types.is_large_list_view(values.type):
        # Arrow's cast of list views omits the last offset.
        lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
        inner = plain(values.flatten()).cast(kind.value_type)
        return pa.ListArray.from_arrays(offsets, inner, mask=pc.is_null(values) if values.null_count else None).cast(
            kind
        )
    return values.cast(kind)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """Return a schema with plain types and the same metadata."""
    return pa.schema([field.with_type(plain_type(field.type)) for field in schema], metadata=schema.metadata)


def storable(table: pa.Table, *, arrays: bool = False) -> pa.Table:
    """Convert a table to types that text-and-number formats can hold; other types become exact text.

    Parameters
    ----------
    table : pyarrow.Table
        Any table.
    arrays : bool
        Whether lists with the same number of numbers in every row are kept.

    Returns
    -------
    pyarrow.Table
        Table of booleans, integers, floats and text; decimals, dates, times and bytes are text, and so are lists and
        structures, as JSON.
    """
    columns, fields = [], []
    for field, values in zip(table.schema, table.columns, strict=True):
        kind = storable_type(field, arrays=arrays)
        columns.append(plain(values) if kind == plain_type(field.type) else as_text(plain(values)))
        fields.append(pa.field(field.name, kind, metadata=field.metadata))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=table.schema.metadata))


def storable_type(field: pa.Field, *, arrays: bool = False) -> pa.DataType:
    """Return the type of a column after `storable`."""
    kind = plain_type(field.type)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return kind
    if arrays and pa.types.is_fixed_size_list(kind) and pa.types.is_primitive(kind.value_type):
        return kind
    return pa.string()


def as_text(values: Any) -> Any:
    """Return values of any plain type as exact text; null stays null."""
    kind = values.type
    if pa.types.is_binary(kind):
        return pa.chunked_array([pa.array([_letters(value) for value in values.to_pylist()], pa.string())])
    if pa.types.is_nested(kind):
        texts = [None if value is None else json.dumps(value, default=str) for value in values.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_null(kind):
        return pa.chunked_array([pa.nulls(len(values), pa.string())])
    try:
        return values.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [None if value is None else str(value) for value in values.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])


def _letters(value: bytes | None) -> str | None:
    """Return bytes decoded as UTF-8, else as hexadecimal digits."""
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return "0x" + value.hex()


def numpy_type(field: pa.Field) -> np.dtype:
    """Return the numpy type of a column of `storable`."""
    if is_text(field.type):
        return np.dtype("U1")
    return as_numpy_type(field.type)


def as_numpy_type(kind: pa.DataType) -> np.dtype:
    """Return the numpy type of an Arrow type; its `to_pandas_dtype` needs pandas before Arrow 26."""
    return pa.array([], kind).to_numpy(zero_copy_only=False).dtype


def filled(values: Any, instead: Any = None) -> np.ndarray:
    """Return numbers or booleans as numpy in the declared type, with NaN for a missing float and `instead` for others.

    Parameters
    ----------
    values : pyarrow.Array or ChunkedArray
        Values of a plain numeric or boolean type.
    instead : optional
        Replacement of missing values; by default 0 or False.

    Returns
    -------
    (row,) array
        Values, always in the column's type.
    """
    kind = values.type
    if values.null_count:
        if instead is None:
            instead = float("nan") if pa.types.is_floating(kind) else False if pa.types.is_boolean(kind) else 0
        if pa.types.is_float16(kind):
            # Arrow cannot fill nulls of half floats.
            return np.array([instead if one is None else one for one in values.to_pylist()], np.float16)
        values = pc.fill_null(values, pa.scalar(instead, kind))
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values.to_numpy(zero_copy_only=False)


def missing(values: Any) -> np.ndarray:
    """Return a mask of missing values."""
    nulls = pc.is_null(values)
    return (nulls.combine_chunks() if isinstance(nulls, pa.ChunkedArray) else nulls).to_numpy(zero_copy_only=False)
