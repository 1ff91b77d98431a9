"""Reader of ECSV: the YAML header gives names, types, units and masks; the rows are CSV."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pyarrow as pa

from data.columns.words import scalars
from data.errors import CatalogueError
from data.formats.readers.source import Given, Source, with_field
from data.formats.readers.text.csv import open_csv
from data.formats.readers.text.table import TextTable

MAX_HEADER: Final = 200_000
"""Largest YAML header [bytes]."""
_TYPES: Final = {
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint8": pa.uint8(),
    "uint16": pa.uint16(),
    "uint32": pa.uint32(),
    "uint64": pa.uint64(),
    "float16": pa.float32(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "float128": pa.float64(),
}


def open_ecsv(given: Given, start: int, is_text: Callable[[str], bool], *, number: bool = False) -> Source:
    """Open an ECSV file; see `data.formats.readers.text.csv.open_csv`.

    Columns that astropy serialises in parts (sky coordinates, times) are read as these parts.

    Raises
    ------
    CatalogueError
        When the header is not the YAML of a table, or a row does not fit the table.
    """
    header = _yaml_lines(given)
    said = described(header, given.name)
    delimiter = str(said.get("delimiter", " "))
    if delimiter not in (" ", ","):
        raise CatalogueError(f"{given.name}: ECSV is separated by blanks or commas, not by {delimiter[:8]!r}.")
    table = TextTable(given, delimiter)
    columns = {str(column["name"]): column for column in said["datatype"]}
    lists = {name for name, column in columns.items() if "[" in str(column.get("subtype", ""))}
    types = {
        name: _TYPES.get(str(column.get("datatype")), pa.string())
        for name, column in columns.items()
        if name in table.names
    }
    source = open_csv(given, start, is_text, number=number, types=types, table=table)
    masks = _masks(said.get("meta"))
    kinds = {name: _list_type(str(columns[name]["subtype"])) for name in lists & set(source.schema.names)}
    fields = []
    for field in source.schema:
        column = columns.get(field.name, {})
        kind = kinds.get(field.name, field.type)
        unit = unit_text(column.get("unit")) or source.schema.field(field.name).metadata or ""
        fields.append(
            with_field(pa.field(field.name, kind), unit if isinstance(unit, str) else "", column.get("description", ""))
        )
    schema = pa.schema(fields)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in source.batches:
            arrays = []
            for field, values in zip(schema, batch.columns, strict=True):
                if field.name in kinds:
                    values = _unfolded(values, field.type, field.name, given.name)
                mask = masks.get(field.name)
                if mask in batch.schema.names:
                    import pyarrow.compute as pc

                    hidden = pc.equal(pc.utf8_lower(batch[mask].cast(pa.string())), "true")  # type: ignore[attr-defined]
                    values = pc.if_else(hidden, pa.scalar(None, values.type), values)  # type: ignore[attr-defined]
                arrays.append(values)
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    meta = said.get("meta")
    return source._replace(schema=schema, batches=batches(), about=source.about | scalars(as_mapping(meta)))


def _yaml_lines(given: Given) -> str:
    lines, size = [], 0
    with given.open() as file:
        for number, line in enumerate(file):
            if not line.startswith(b"#"):
                break
            size += len(line)
            if size > MAX_HEADER:
                raise CatalogueError(
                    f"{given.name} has an ECSV header above {MAX_HEADER:,} bytes. Write it with fewer columns."
                )
            if number:
                lines.append(line.removeprefix(b"#").removeprefix(b" ").decode("utf-8", "replace"))
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def described(header: str, name: str) -> dict[str, Any]:
    """Read the YAML of an ECSV header, which astropy writes into Parquet files as well.

    Parameters
    ----------
    header : str
        YAML text, without the comment signs.
    name : str
        Name of the file, for error messages.

    Returns
    -------
    dict
        ``datatype``, a list of columns, each a dict with a name; and ``meta`` and ``delimiter`` if present.

    Raises
    ------
    CatalogueError
        When the text is not such YAML, or merges mappings, which can expand to any size.
    """
    import yaml

    try:
        if len(header) > MAX_HEADER or any(
            isinstance(event, yaml.ScalarEvent) and event.value == "<<" for event in yaml.parse(header, _base())
        ):
            raise CatalogueError(f"{name}: the YAML of its header merges mappings or is too long. Write it again.")
        said = yaml.load(header, _loader())  # noqa: S506 - a safe loader that makes plain values alone
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError, AttributeError) as error:
        words = " ".join(str(error).split())[:120]
        raise CatalogueError(f"{name}: the YAML of its header cannot be read: {words}. Write it again.") from error
    columns = said.get("datatype") if isinstance(said, dict) else None
    if not isinstance(columns, list) or not all(isinstance(one, dict) and "name" in one for one in columns):
        raise CatalogueError(f"{name}: the YAML of its header lists no columns under datatype. Write it again.")
    return said


def _base() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _loader() -> Any:
    """Return a safe YAML loader that reads unknown tags as plain values."""
    import yaml

    class Plain(_base()):
        """Loads dicts, lists, texts and numbers."""

    def value_of(loader: Any, _suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Plain.add_multi_constructor("", value_of)
    return Plain


def unit_text(unit: Any) -> str:
    """Return a unit of the YAML as text; astropy writes some units as mappings."""
    if isinstance(unit, dict):
        unit = unit.get("unit", "")
    return str(unit) if isinstance(unit, (str, int, float)) else ""


def as_mapping(meta: Any) -> dict[str, Any]:
    """Return metadata as a dict; YAML holds an ordered map as a list of pairs or of dicts."""
    if isinstance(meta, dict):
        return meta
    found: dict[str, Any] = {}
    for one in meta if isinstance(meta, list) else []:
        if isinstance(one, dict):
            found |= one
        elif isinstance(one, (list, tuple)) and len(one) == 2:
            found[str(one[0])] = one[1]
    return found


def _masks(meta: Any) -> dict[str, str]:
    """Return the name of the mask column by column, for columns with a separate mask."""
    found = {}
    serialized = as_mapping(meta).get("__serialized_columns__")
    for name, parts in (serialized if isinstance(serialized, dict) else {}).items():
        mask = parts.get("mask") if isinstance(parts, dict) else None
        if isinstance(mask, dict) and isinstance(mask.get("name"), str):
            data = parts.get("data")
            found[str(data.get("name", name)) if isinstance(data, dict) else str(name)] = mask["name"]
    return found


def _list_type(subtype: str) -> pa.DataType:
    kind = _TYPES.get(subtype.partition("[")[0], pa.string())
    return pa.list_(pa.float64() if pa.types.is_floating(kind) else kind)


def _unfolded(values: Any, kind: pa.DataType, column: str, name: str) -> pa.Array:
    """Parse JSON cells as lists; arrays with several dimensions are flattened row by row."""
    rows = []
    for text in values.cast(pa.string()).to_pylist():
        try:
            cell = json.loads(text) if text else None
            rows.append(None if cell is None else list(_flat(cell)))
        except (ValueError, RecursionError) as error:
            raise CatalogueError(f"{name}, column {column}: {str(text)[:24]!r} is not a list of numbers.") from error
    try:
        return pa.array(rows, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise CatalogueError(f"{name}, column {column}, holds lists of something else than {kind}.") from error


def _flat(cell: Any) -> Iterator[Any]:
    for one in cell if isinstance(cell, list) else [cell]:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one
