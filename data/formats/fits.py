"""Writer of FITS binary tables: astropy writes the header, rows are appended piece by piece."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import pyarrow as pa

from data.formats.astropy_tables import without_warnings
from data.formats.fields import TableMeta
from data.formats.types import (
    INT64_MAX,
    as_numpy_type,
    filled,
    is_text,
    missing,
    numpy_type,
    pc,
    storable,
    storable_type,
)

BLOCK: Final = 2880
"""Bytes of a FITS block."""
_CODES: Final = {"b1": "L", "u1": "B", "i2": "I", "i4": "J", "i8": "K", "f4": "E", "f8": "D"}
_STORED: Final = {"i1": "i2", "u2": "i4", "u4": "i8", "f2": "f4"}
"""Wider types for the types that FITS lacks."""
_WIDER: Final = {"u1": "i2", "i2": "i4", "i4": "i8"}
_SIGN: Final = np.uint64(1 << 63)
MAX_NAME: Final = 68
"""Longest title [characters], which fits into one header card."""


class ColumnExtent(NamedTuple):
    """Extent of a column: bytes of the longest text, number of missing values, range of integers."""

    width: int = 1
    nulls: int = 0
    low: int = 0
    high: int = 0


class Stored(NamedTuple):
    """Storage of a column: big-endian type, the integer that marks a missing value, whether it is unsigned."""

    kind: np.dtype
    null: int | None = None
    unsigned: bool = False


def measured(table: pa.Table, before: Mapping[str, ColumnExtent] | None = None) -> dict[str, ColumnExtent]:
    """Return the extents of the columns of a piece of a table, combined with those of the pieces before."""
    found = {}
    for field, values in zip(table.schema, storable(table, arrays=True).columns, strict=True):
        old = (before or {}).get(field.name, ColumnExtent())
        width, low, high = old.width, old.low, old.high
        if is_text(values.type):
            width = max(width, pc.max(pc.binary_length(values)).as_py() or 0)
        elif pa.types.is_integer(values.type) and len(values) > values.null_count:
            ends = pc.min_max(values).as_py()
            low, high = min(low, ends["min"]), max(high, ends["max"])
        found[field.name] = ColumnExtent(width, old.nulls + values.null_count, low, high)
    return found


def layout(schema: pa.Schema, sizes: Mapping[str, ColumnExtent]) -> dict[str, Stored]:
    """Choose the storage of each column.

    Parameters
    ----------
    schema : pyarrow.Schema
        Schema of the table.
    sizes : mapping
        Extents of all rows, from `measured`.

    Returns
    -------
    dict
        Storage by column, in order. Integers with missing values get a TNULL outside the range of the values.
    """
    chosen = {}
    for field in schema:
        size, kind = sizes[field.name], storable_type(field, arrays=True)
        if pa.types.is_fixed_size_list(kind):
            one = as_numpy_type(kind.value_type).str[1:]
            one = _STORED.get(one, "f8" if one == "u8" else one)
            chosen[field.name] = Stored(np.dtype((np.dtype(one).newbyteorder(">"), (kind.list_size,))))
            continue
        code = numpy_type(field.with_type(kind)).str[1:]
        null, unsigned = None, False
        if code == "u8" and not size.nulls:
            code, unsigned = "i8", True
        elif code == "u8":
            code = "i8" if size.high <= INT64_MAX else "U1"
        code = _STORED.get(code, code)
        while size.nulls and null is None and code in ("u1", "i2", "i4", "i8"):
            ends = np.iinfo(code)
            null = next(
                (int(end) for end in (ends.min, ends.max) if code != "u1" and not size.low <= end <= size.high), None
            )
            code = code if null is not None else _WIDER.get(code, "U1")
        if code.startswith("U"):
            code = f"S{max(size.width, 20)}" if not is_text(kind) else f"S{max(size.width, 1)}"
        chosen[field.name] = Stored(np.dtype(code).newbyteorder(">"), null, unsigned)
    return chosen


def header_bytes(stored: Mapping[str, Stored], rows: int, meta: TableMeta) -> bytes:
    """Return the bytes of a FITS file before its rows."""
    from astropy.io import fits
    from astropy.units import Unit

    columns = []
    for title, (name, one) in zip(fits_names(stored), stored.items(), strict=True):
        base, size = (one.kind.subdtype or (one.kind, ()))[0].str[1:], int(np.prod(one.kind.shape or (1,)))
        form = f"{base[1:]}A" if base.startswith("S") else f"{size if one.kind.shape else ''}{_CODES[base]}"
        unit, zero = _unit(meta.field(name).unit, Unit), 2**63 if one.unsigned else None
        with without_warnings():
            columns.append(fits.Column(title, form, unit=unit, null=one.null, bzero=zero))
    with without_warnings():
        header = fits.BinTableHDU.from_columns(columns, nrows=0, name="GALAXIES").header
    header["NAXIS2"] = rows
    for number, name in enumerate(stored, 1):
        # The keywords that TOPCAT and others read.
        for key, text in (("TCOMM", meta.field(name).description), ("TUCD", meta.field(name).ucd)):
            if text:
                header[f"{key}{number}"] = _ascii(text)
    for name, text in meta.sentences().items():
        header.add_history(_ascii(f"{name}: {text}"))
    return (fits.PrimaryHDU().header.tostring() + header.tostring()).encode("ascii")


def _unit(text: str, parse: Any) -> str | None:
    """Return a unit in the notation of the FITS standard; an unknown unit unchanged, in ASCII."""
    if not text:
        return None
    try:
        return parse(text).to_string("fits")
    except (ValueError, TypeError):
        return _ascii(text)[:MAX_NAME]


def fits_names(names: Iterable[str]) -> list[str]:
    """Return titles that are valid in FITS: printable ASCII, not empty, unique without regard to case."""
    given: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(names, 1):
        base = "".join(letter if letter.isprintable() else "_" for letter in _ascii(name)).strip()[: MAX_NAME - 6]
        base = base or f"column_{number}"
        unique, count = base, 1
        while unique.lower() in taken:
            count += 1
            unique = f"{base}_{count}"
        taken.add(unique.lower())
        given.append(unique)
    return given


def row_bytes(table: pa.Table, stored: Mapping[str, Stored]) -> bytes:
    """Return the bytes of the rows of a piece of the table."""
    kind = row_type(stored)
    rows = np.zeros(table.num_rows, kind)
    for place, (values, one) in enumerate(zip(storable(table, arrays=True).columns, stored.values(), strict=True)):
        cells = rows[f"c{place}"]
        if one.kind.shape:
            flat = pc.list_flatten(pc.fill_null(values, pa.scalar([0] * one.kind.shape[0], values.type)))
            cells[:] = filled(flat).reshape(len(rows), *one.kind.shape)
        elif one.kind.kind == "S":
            texts = pc.fill_null(values.cast(pa.string()), "").to_pylist()
            cells[:] = np.array([text.encode() for text in texts], "S")
        elif one.kind.kind == "b":
            known = np.where(filled(values), np.uint8(ord("T")), np.uint8(ord("F")))
            cells.view(np.uint8)[:] = np.where(missing(values), np.uint8(0), known)
        elif one.unsigned:
            cells[:] = (filled(values) ^ _SIGN).view(np.int64)
        elif one.null is not None:
            cells[:] = filled(values.cast(pa.int64()), one.null)
        else:
            cells[:] = filled(values)
    return rows.tobytes()


def row_type(stored: Mapping[str, Stored]) -> np.dtype:
    """Return the structured type of a row."""
    return np.dtype([(f"c{place}", one.kind) for place, one in enumerate(stored.values())])


def padding(size: int) -> bytes:
    """Return the zeros that fill the last block after `size` bytes of rows."""
    return bytes(-size % BLOCK)


def write_fits(table: pa.Table, destination: BinaryIO, meta: TableMeta) -> None:
    """Write a whole table as FITS."""
    stored = layout(table.schema, measured(table))
    destination.write(header_bytes(stored, table.num_rows, meta))
    destination.write(row_bytes(table, stored))
    destination.write(padding(table.num_rows * row_type(stored).itemsize))


def _ascii(text: str) -> str:
    """Return a text in ASCII, as FITS headers require; Greek letters are replaced by their names, accents left out."""
    replaced = unicodedata.normalize("NFKD", text.replace("Å", "Angstrom"))
    replaced = "".join(letter for letter in replaced if not unicodedata.combining(letter))
    named = (unicodedata.name(letter, "").partition("GREEK SMALL LETTER ")[2].lower() or letter for letter in replaced)
    return "".join(named).encode("ascii", "replace").decode()
