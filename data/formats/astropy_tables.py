"""Writers of ECSV and VOTable: astropy writes the headers, and is imported only when needed."""

import io
import warnings
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, Final
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from data.columns.words import unique_names
from data.formats.fields import TableMeta
from data.formats.types import (
    INT64_MAX,
    filled,
    is_text,
    missing,
    numpy_type,
    pc,
    plain_type,
    storable,
    storable_type,
)

_VOTABLE: Final = "{http://www.ivoa.net/xml/VOTable/v1.3}"


def _described(columns: Mapping[str, np.ndarray], meta: TableMeta) -> Any:
    """Return an astropy table with units and descriptions."""
    from astropy.table import Column, Table

    table = Table(meta=meta.sentences())
    for name, values in columns.items():
        unit, description, _ = meta.field(name)
        table[name] = Column(values, unit=_known_unit(unit), description=description or None)
    return table


def _known_unit(text: str) -> Any:
    """Return an astropy unit, an unrecognised one if astropy cannot parse the text; None for an empty text."""
    from astropy import units

    parse: Any = units.Unit
    if not text:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parse(text, parse_strict="silent")


def _empty(schema: pa.Schema, meta: TableMeta) -> Any:
    return _described({field.name: np.zeros(0, numpy_type(field)) for field in schema}, meta)


def storable_schema(schema: pa.Schema) -> pa.Schema:
    """Return the types that `data.formats.types.storable` gives the columns of a schema."""
    return pa.schema([field.with_type(storable_type(field)) for field in schema], metadata=schema.metadata)


def yaml_header(schema: pa.Schema, meta: TableMeta) -> str:
    """Return the YAML of an ECSV header for a table; astropy also reads it from Parquet metadata."""
    from astropy.table.meta import get_yaml_from_table

    return "\n".join(get_yaml_from_table(_empty(_writable(schema), meta)))


def ecsv_header(schema: pa.Schema, meta: TableMeta) -> bytes:
    """Return the header of an ECSV file."""
    names = printable_names(schema.names)
    fields = {new: meta.field(old) for new, old in zip(names, schema.names, strict=True)}
    renamed = pa.schema([field.with_name(name) for name, field in zip(names, schema, strict=True)])
    with io.StringIO() as out:
        _empty(renamed, meta._replace(fields=fields)).write(out, format="ascii.ecsv", delimiter=",")
        return out.getvalue().encode()


def write_ecsv_rows(table: pa.Table, destination: BinaryIO) -> None:
    """Append rows to an ECSV file; booleans are written as True and False."""
    columns = [
        pc.if_else(values, "True", "False")
        if pa.types.is_boolean(values.type)
        else values.cast(pa.float32())
        if pa.types.is_float16(values.type)
        else values
        for values in storable(table).columns
    ]
    pacsv.write_csv(pa.table(columns, names=table.column_names), destination, pacsv.WriteOptions(include_header=False))


def write_ecsv(table: pa.Table, destination: BinaryIO, meta: TableMeta) -> None:
    """Write a whole table as ECSV."""
    destination.write(ecsv_header(storable_schema(table.schema), meta))
    write_ecsv_rows(table, destination)


def write_votable(table: pa.Table, destination: BinaryIO, meta: TableMeta) -> None:
    """Write a whole table as VOTable, with rows in BINARY2, as astropy would need a millisecond per row."""
    columns = [_of_votable(values) for values in storable(table).columns]
    names = printable_names(table.column_names)
    fields = {new: meta.field(old) for new, old in zip(names, table.column_names, strict=True)}
    schema = pa.schema([pa.field(name, values.type) for name, values in zip(names, columns, strict=True)])
    hidden = np.column_stack([missing(values) for values in columns]) if columns else np.zeros((len(table), 0), bool)
    # One bit per column, the most significant first, marks a missing value.
    flags = np.packbits(hidden, axis=1)
    binary_columns = [_as_binary(values) for values in columns]
    parts: list[Any] = [("nulls", np.uint8, (flags.shape[1],))]
    parts += [(f"c{place}", values.dtype, values.shape[1:]) for place, values in enumerate(binary_columns)]
    packed = np.zeros(len(table), parts)
    packed["nulls"] = flags
    for place, values in enumerate(binary_columns):
        packed[f"c{place}"] = values
    lengths = {name: values.shape[1] for name, values in zip(names, binary_columns, strict=True) if values.ndim > 1}
    root, described = _without_rows(schema, meta._replace(fields=fields), lengths)
    binary = ElementTree.SubElement(ElementTree.SubElement(described, f"{_VOTABLE}DATA"), f"{_VOTABLE}BINARY2")
    ElementTree.SubElement(binary, f"{_VOTABLE}STREAM", encoding="base64").text = b64encode(packed.tobytes()).decode()
    ElementTree.ElementTree(root).write(destination, encoding="utf-8", xml_declaration=True)


def printable_names(names: Sequence[str]) -> list[str]:
    """Return titles that are valid in XML: printable, not empty, unique."""
    return unique_names(["".join(letter if letter.isprintable() else " " for letter in name) for name in names])


_VOTABLE_TYPES: Final = {
    pa.int8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.float16(): pa.float32(),
}
"""Wider types for the types that VOTable lacks."""


def _votable_type(kind: pa.DataType, highest: int = INT64_MAX) -> pa.DataType:
    if kind == pa.uint64():
        return pa.int64() if highest <= INT64_MAX else pa.string()
    return _VOTABLE_TYPES.get(kind, kind)


def _of_votable(values: Any) -> Any:
    highest = (pc.max(values).as_py() or 0) if values.type == pa.uint64() else 0
    return values.cast(_votable_type(values.type, highest))


def _as_binary(values: Any) -> np.ndarray:
    """Return a column in the layout of BINARY2: big-endian numbers, T and F, texts as rows of UTF-16 units."""
    if is_text(values.type):
        texts = [text.encode("utf-16-be", "replace") for text in pc.fill_null(values, "").to_pylist()]
        length = max([1, *(len(text) // 2 for text in texts)])
        return (
            np.array(texts, f"S{2 * length}").view(np.uint8).reshape(len(texts), length, 2).copy().view(">u2")[:, :, 0]
        )
    known = filled(values)
    if known.dtype == bool:
        return np.where(known, b"T", b"F")
    return known.astype(known.dtype.newbyteorder(">"))


def dataless_votable(schema: pa.Schema, meta: TableMeta) -> str:
    """Return a VOTable document that describes the columns, without rows."""
    held = _writable(schema)
    names = printable_names(held.names)
    fields = {new: meta.field(old) for new, old in zip(names, held.names, strict=True)}
    plain = pa.schema([pa.field(name, _votable_type(field.type)) for name, field in zip(names, held, strict=True)])
    root, _ = _without_rows(plain, meta._replace(fields=fields), {})
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _without_rows(schema: pa.Schema, meta: TableMeta, lengths: Mapping[str, int]) -> tuple[Any, Any]:
    """Return the root and the table element of a VOTable without rows; text has the length in `lengths`, else any."""
    out = io.BytesIO()
    row = {field.name: np.zeros(1, numpy_type(field)) for field in schema}
    with without_warnings():
        votable = _votable(_described(row, meta), meta)
    for field in votable.get_first_table().fields:
        if field.datatype in ("char", "unicodeChar"):
            field.arraysize = str(lengths.get(field.name, "*"))
        if field.datatype == "bit":
            field.datatype = "boolean"
    _write_xml(votable, out)
    root = ElementTree.fromstring(out.getvalue())  # noqa: S314 - our own document, written above
    ElementTree.register_namespace("", _VOTABLE.strip("{}"))
    (table,) = root.findall(f"{_VOTABLE}RESOURCE/{_VOTABLE}TABLE")
    for data in table.findall(f"{_VOTABLE}DATA"):
        table.remove(data)
    return root, table


@contextmanager
def without_warnings() -> Iterator[None]:
    """Suppress astropy's warnings, such as that the VO prefers 0.1 nm to Angstrom."""
    from astropy.utils.exceptions import AstropyWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)
        yield


def _write_xml(votable: Any, destination: BinaryIO, **options: str) -> None:
    with without_warnings():
        votable.to_xml(destination, **options)


def _writable(schema: pa.Schema) -> pa.Schema:
    """Return the schema without the columns that only Parquet can hold, such as lists."""
    return pa.schema(
        [field.with_type(storable_type(field)) for field in schema if not pa.types.is_nested(plain_type(field.type))]
    )


def _votable(table: Any, meta: TableMeta) -> Any:
    from astropy.io.votable import from_table
    from astropy.io.votable.tree import Info

    table.meta.clear()
    votable = from_table(table)
    resource = votable.resources[0]
    resource.description = meta.title
    for name, text in meta.sentences().items():
        resource.infos.append(Info(name=name, value=text))
    for field in votable.get_first_table().fields:
        field.ucd = meta.field(field.name).ucd or None
    return votable
