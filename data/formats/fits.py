"""FITS binary tables: astropy writes the header, the rows follow piece by piece."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import pyarrow as pa

from data.formats.astropy_tables import without_warnings
from data.formats.fields import TableMeta
from data.formats.types import INT64_MAX, filled, is_text, missing, numpy_type, pc, storable, storable_type

BLOCK: Final = 2880
"""FITS files come in blocks of as many bytes."""
_CODES: Final = {"b1": "L", "u1": "B", "i2": "I", "i4": "J", "i8": "K", "f4": "E", "f8": "D"}
_STORED: Final = {"i1": "i2", "u2": "i4", "u4": "i8", "f2": "f4"}
"""What FITS has no code for goes into the next wider type."""
_WIDER: Final = {"u1": "i2", "i2": "i4", "i4": "i8"}
_SIGN: Final = np.uint64(1 << 63)
MAX_NAME: Final = 68
"""Letters of a title: one card of the header."""


class Measured(NamedTuple):
    """What a column needs: bytes of the longest text, the number of missing values, the range of whole numbers."""

    width: int = 1
    nulls: int = 0
    low: int = 0
    high: int = 0


class Stored(NamedTuple):
    """How a column is stored: its big-endian type, the whole number that marks a missing one, whether unsigned."""

    kind: np.dtype
    null: int | None = None
    unsigned: bool = False


def measured(table: pa.Table, before: Mapping[str, Measured] | None = None) -> dict[str, Measured]:
    """Measure the columns of a piece of a table, together with the pieces before."""
    found = {}
    for field, values in zip(table.schema, storable(table, "FITS", arrays=True).columns, strict=True):
        old = (before or {}).get(field.name, Measured())
        width, low, high = old.width, old.low, old.high
        if is_text(values.type):
            width = max(width, pc.max(pc.binary_length(values)).as_py() or 0)
        elif pa.types.is_integer(values.type) and len(values) > values.null_count:
            ends = pc.min_max(values).as_py()
            low, high = min(low, ends["min"]), max(high, ends["max"])
        found[field.name] = Measured(width, old.nulls + values.null_count, low, high)
    return found


def layout(schema: pa.Schema, sizes: Mapping[str, Measured]) -> dict[str, Stored]:
    """Decide how each column is stored.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the table.
    sizes : mapping
        From `measured`, of all rows.

    Returns
    -------
    dict
        By column, in order. Whole numbers with missing ones get a TNULL that none of them has.

    Raises
    ------
    CatalogueError
        For a column that FITS cannot hold.
    """
    chosen = {}
    for field in schema:
        size, kind = sizes[field.name], storable_type(field, "FITS", arrays=True)
        if pa.types.is_fixed_size_list(kind):
            one = np.dtype(kind.value_type.to_pandas_dtype()).str[1:]
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
    """Return everything of a FITS file that stands above its rows."""
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
    """Write a unit as the FITS standard does; one that it does not know stays in the words it came in."""
    if not text:
        return None
    try:
        return parse(text).to_string("fits")
    except (ValueError, TypeError):
        return _ascii(text)[:MAX_NAME]


def fits_names(names: Iterable[str]) -> list[str]:
    """Return titles as a FITS header holds them: printable ASCII, none empty, none twice in any case."""
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
    """Return the rows of a piece of the table."""
    kind = row_type(stored)
    rows = np.zeros(table.num_rows, kind)
    for place, (values, one) in enumerate(
        zip(storable(table, "FITS", arrays=True).columns, stored.values(), strict=True)
    ):
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
    """Write for a FITS header, which knows ASCII alone; a Greek letter by its name."""
    replaced = text.replace("Å", "Angstrom").replace("²", "2")
    named = (unicodedata.name(letter, "").partition("GREEK SMALL LETTER ")[2].lower() or letter for letter in replaced)
    return "".join(named).encode("ascii", "replace").decode()
