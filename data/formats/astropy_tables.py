"""ECSV and VOTable: astropy writes what describes a table; it is imported here alone, and when needed."""

import io
import warnings
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Final
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from data.errors import CatalogueError
from data.formats.fields import TableMeta
from data.formats.types import is_text, numpy_type, pc

_VOTABLE: Final = "{http://www.ivoa.net/xml/VOTable/v1.3}"


def _described(columns: Mapping[str, np.ndarray], meta: TableMeta) -> Any:
    """Make an astropy table with units and descriptions."""
    from astropy.table import Column, Table

    table = Table(meta=meta.sentences())
    for name, values in columns.items():
        unit, description, _ = meta.field(name)
        table[name] = Column(values, unit=unit or None, description=description or None)
    return table


def _empty(schema: pa.Schema, meta: TableMeta) -> Any:
    return _described({field.name: np.zeros(0, numpy_type(field)) for field in schema}, meta)


def yaml_header(schema: pa.Schema, meta: TableMeta) -> str:
    """Describe a table in the YAML of ECSV headers, which astropy also looks for in Parquet files."""
    from astropy.table.meta import get_yaml_from_table

    return "\n".join(get_yaml_from_table(_empty(_writable(schema), meta)))


def ecsv_header(schema: pa.Schema, meta: TableMeta) -> bytes:
    """Return everything of an ECSV file that stands above its rows."""
    with io.StringIO() as out:
        _empty(schema, meta).write(out, format="ascii.ecsv", delimiter=",")
        return out.getvalue().encode()


def write_ecsv_rows(table: pa.Table, destination: BinaryIO) -> None:
    """Append rows to an ECSV file, which writes True and False as Python does."""
    columns = {
        name: pc.if_else(values, "True", "False") if pa.types.is_boolean(values.type) else values
        for name, values in zip(table.column_names, table.columns, strict=True)
    }
    pacsv.write_csv(pa.table(columns), destination, pacsv.WriteOptions(include_header=False))


def write_ecsv(table: pa.Table, destination: BinaryIO, meta: TableMeta) -> None:
    """Write a whole table as ECSV."""
    destination.write(ecsv_header(table.schema, meta))
    write_ecsv_rows(table, destination)


def write_votable(table: pa.Table, destination: BinaryIO, meta: TableMeta) -> None:
    """Write a whole table as VOTable, its rows as BINARY2: astropy would take a millisecond for each."""
    columns = {}
    for field in table.schema:
        numpy_type(field)
        values = table[field.name].to_numpy()
        columns[field.name] = _as_binary(values.astype(str) if is_text(field.type) else values)
    parts = [("nulls", np.uint8, (-(-len(columns) // 8),))]
    parts += [(name, values.dtype, values.shape[1:]) for name, values in columns.items()]
    packed = np.zeros(len(table), parts)
    for name, values in columns.items():
        packed[name] = values
    lengths = {name: values.shape[1] for name, values in columns.items() if values.ndim > 1}
    root, described = _without_rows(table.schema, meta, lengths)
    binary = ElementTree.SubElement(ElementTree.SubElement(described, f"{_VOTABLE}DATA"), f"{_VOTABLE}BINARY2")
    ElementTree.SubElement(binary, f"{_VOTABLE}STREAM", encoding="base64").text = b64encode(packed.tobytes()).decode()
    ElementTree.ElementTree(root).write(destination, encoding="utf-8", xml_declaration=True)


def _as_binary(values: np.ndarray) -> np.ndarray:
    """Lay a column out as BINARY2 does: big-endian numbers, T and F, texts as rows of UCS-2 letters."""
    if values.dtype.kind == "U":
        return values.view("<u4").reshape(len(values), values.dtype.itemsize // 4).astype(">u2")
    if values.dtype == bool:
        return np.where(values, b"T", b"F")
    return values.astype(values.dtype.newbyteorder(">"))


def dataless_votable(schema: pa.Schema, meta: TableMeta) -> str:
    """Return a VOTable that describes the columns and has no rows."""
    root, _ = _without_rows(_writable(schema), meta, {})
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _without_rows(schema: pa.Schema, meta: TableMeta, lengths: Mapping[str, int]) -> tuple[Any, Any]:
    """Describe columns as the root of a VOTable and its table; a text has any length, or one of `lengths`."""
    out = io.BytesIO()
    row = {field.name: np.zeros(1, numpy_type(field)) for field in schema}
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
def without_unit_warnings() -> Iterator[None]:
    """Keep quiet that the VO prefers 0.1 nm: astronomers write Angstrom and erg, and every tool reads them."""
    from astropy.units import UnitsWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnitsWarning)
        yield


def _write_xml(votable: Any, destination: BinaryIO, **options: str) -> None:
    with without_unit_warnings():
        votable.to_xml(destination, **options)


def _writable(schema: pa.Schema) -> pa.Schema:
    """Leave out the columns that only Parquet can hold, such as lists."""
    held = []
    for field in schema:
        try:
            numpy_type(field)
        except CatalogueError:
            continue
        held.append(field)
    return pa.schema(held)


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
