"""Reader of VOTables: astropy parses a document after a check that it has no external references."""

import io
import re
import warnings
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from data.columns.names import column_of
from data.columns.words import scalars, unique_names
from data.errors import CatalogueError
from data.formats.readers.arms import joined_tables
from data.formats.readers.source import BATCH_ROWS, Choose, Given, Source, with_field

_ELSEWHERE: Final = re.compile(rb"<(?:[\w.-]+:)?STREAM\b[^>]*\bhref", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w.-]{1,40})[\"']", re.IGNORECASE)
_PLAIN: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252"})
_DECLARED: Final = re.compile(rb"<(?:\w{1,40}:)?(FIELD|PARAM)\b[^>]{0,4000}>", re.IGNORECASE)
_TEXT: Final = re.compile(rb"\sdatatype\s*=\s*[\"'](?:char|unicodeChar)[\"']", re.IGNORECASE)
_SIZE: Final = re.compile(rb"\sarraysize\s*=\s*[\"']([^\"']{0,60})[\"']", re.IGNORECASE)
_NAME: Final = re.compile(rb"\sname\s*=\s*[\"']([^\"']{0,60})", re.IGNORECASE)
_BINARY: Final = re.compile(rb"<(?:\w{1,40}:)?(?:BINARY2?|FITS)\b", re.IGNORECASE)
MAX_ARRAY: Final = 1 << 22
"""Largest number of values in one cell, checked against `arraysize`."""


def check_references(content: bytes, name: str) -> None:
    """Raise if a document refers to other files, declares entities, or has an encoding that could hide either.

    Raises
    ------
    CatalogueError
        When the document has any of these; the message names it.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise CatalogueError(f"{name} declares XML entities, which are not read here. Remove the DOCTYPE.")
    if _ELSEWHERE.search(content):
        raise CatalogueError(
            f"{name} keeps its rows in another file (STREAM href), which is not followed. Write them in."
        )
    encoding = _ENCODING.search(content[:400])
    if b"\0" in content[:200] or (encoding and encoding[1].decode().lower() not in _PLAIN):
        raise CatalogueError(f"{name} is XML of another encoding than UTF-8. Write it as UTF-8.")
    for size in re.findall(rb"arraysize\s*=\s*[\"']([^\"']{0,60})[\"']", content, re.IGNORECASE):
        sides = [int(side) for side in re.findall(rb"\d{1,18}", size)]
        if sides and int(np.prod(sides, dtype=object)) > MAX_ARRAY:
            raise CatalogueError(f"{name} declares cells of {int(np.prod(sides, dtype=object)):,} values. Split them.")


def with_whole_texts(content: bytes, name: str) -> bytes:
    """Return a document whose columns of text have any length, so that no text is cut to the declared one.

    A text without ``arraysize`` would be its first letter: the unit mJy would be m, and 1.5 would be 1.

    Raises
    ------
    CatalogueError
        When cells in binary form hold arrays of texts, whose lengths cannot be changed; the message names the column.
    """
    is_binary = _BINARY.search(content) is not None

    def whole(found: re.Match[bytes]) -> bytes:
        tag, size = found[0], _SIZE.search(found[0])
        if not _TEXT.search(tag):
            return tag
        if is_binary and found[1].upper() == b"FIELD":
            if size and b"x" in size[1]:
                called = _NAME.search(tag)
                raise CatalogueError(
                    f"{name}: the cells of column {called[1].decode('utf-8', 'replace') if called else ''} are arrays "
                    f"of texts (arraysize {size[1].decode('ascii', 'replace')}), which are not read here. Write one "
                    "text or number into each cell, or leave the column out."
                )
            return tag
        end = found.end(1) - found.start()
        return tag[:end] + b' arraysize="*"' + _SIZE.sub(b"", tag[end:])

    return _DECLARED.sub(whole, content)


def open_votable(given: Given, start: int, choose: Choose) -> Source:
    """Open the table of a VOTable that `choose` selects; the document is read as a whole.

    Raises
    ------
    CatalogueError
        When the document is not a VOTable, has no table, or has external references.
    """
    from astropy.io.votable import parse

    with given.open() as file:
        content = file.read()
    check_references(content, given.name)
    if content.lower().count(b"<field") > given.max_columns:
        raise CatalogueError(f"{given.name} has more than {given.max_columns} columns. Keep the ones you need.")
    content = with_whole_texts(content, given.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = parse(io.BytesIO(content), verify="ignore")
    tables = [table for table in document.iter_tables() if table.fields]
    if not tables:
        raise CatalogueError(f"{given.name} holds no table with columns. Give one.")
    described = [(str(one.name or one.ID or ""), _titles(one), _usable_rows(one)) for one in tables]
    return joined_tables(
        given.name, described, choose(described), lambda place: _source(document, tables[place]), start
    )


def _source(document: Any, table: Any) -> Source:
    names, arrays, fields, notes = _titles(table), [], [], []
    for field, name, stored in zip(table.fields, names, table.array.dtype.names or (), strict=True):
        values = _array(table.array[stored])
        if values is None:
            notes.append(f"Column {name} holds {field.datatype} and is passed over.")
            continue
        arrays.append(values)
        unit = "" if field.unit is None else str(field.unit)
        fields.append(with_field(pa.field(name, values.type), unit, str(field.description or ""), str(field.ucd or "")))
    schema = pa.schema(fields)
    rows = pa.Table.from_arrays(arrays, schema=schema)
    return Source(schema, len(rows), iter(rows.to_batches(BATCH_ROWS)), _about(document, table), notes)


def _usable_rows(table: Any) -> int:
    """Return the number of rows of a table; 0 if its fluxes are all 0, masked or not finite."""
    title = column_of(_titles(table), "flux")
    values = table.array[table.array.dtype.names[_titles(table).index(title)]] if title else np.ones(1)
    if values.dtype.kind != "f":
        return len(table.array)
    usable = np.isfinite(np.ma.filled(values, np.nan)) & (np.ma.filled(values, 0) != 0)
    return len(table.array) if usable.any() else 0


def _titles(table: Any) -> list[str]:
    return unique_names([str(field.name or field.ID or "") for field in table.fields])


def _about(document: Any, table: Any) -> dict[str, Any]:
    """Return the metadata in PARAM and INFO elements."""
    pairs: dict[str, Any] = {}
    holders = [table, *document.resources, document]
    for holder in holders:
        for one in (*getattr(holder, "params", ()), *getattr(holder, "infos", ())):
            value = one.value
            value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            if str(getattr(one, "ucd", "") or "").lower().startswith("src.redshift"):
                pairs.setdefault("redshift", value)
            pairs.setdefault(str(one.name or one.ID), value if isinstance(value, (str, float, int)) else str(value))
    return scalars(pairs)


def _array(values: Any) -> pa.Array | None:
    """Convert a masked column to Arrow: masked values become null, arrays become lists; None for other types."""
    mask, data = np.ma.getmaskarray(values), np.ma.getdata(values)
    if data.dtype.kind == "O":
        return _objects(data.tolist(), mask)
    if data.dtype.kind not in "biufUS":
        return None
    if data.dtype.kind in "US":
        texts = [
            one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in data.reshape(-1).tolist()
        ]
        if data.ndim == 1:
            return pa.array([None if hidden else text for text, hidden in zip(texts, mask, strict=True)], pa.string())
        return None
    native = data.astype(data.dtype.newbyteorder("="))
    if native.ndim == 1:
        return pa.array(native, mask=mask)
    size = int(np.prod(native.shape[1:]))
    flat = pa.array(native.reshape(-1), mask=mask.reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, size) if size else None


def _objects(cells: Sequence[Any], mask: np.ndarray) -> pa.Array | None:
    hidden = mask.tolist() if mask.ndim == 1 else [False] * len(cells)
    if all(isinstance(cell, (str, bytes)) or cell is None or gone for cell, gone in zip(cells, hidden, strict=True)):
        texts = [
            None if gone or cell is None else cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
            for cell, gone in zip(cells, hidden, strict=True)
        ]
        return pa.array(texts, pa.string())
    lists = []
    for cell, gone in zip(cells, hidden, strict=True):
        if gone or cell is None:
            lists.append(None)
            continue
        array = np.ma.asarray(cell)
        if array.dtype.kind not in "biuf":
            return None
        flat = np.ma.ravel(array)
        lists.append([None if one is np.ma.masked else one for one in flat.tolist()])
    try:
        return pa.array(lists)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
