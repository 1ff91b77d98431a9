"""FITS binary tables: astropy writes the header, the rows follow piece by piece."""

import unicodedata
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa

from data.formats.fields import TableMeta
from data.formats.types import is_text, numpy_type, pc

BLOCK: Final = 2880
"""FITS files come in blocks of as many bytes."""
_CODES: Final = {"b1": "L", "u1": "B", "i2": "I", "i4": "J", "i8": "K", "f4": "E", "f8": "D"}
_STORED: Final = {"i1": "i2", "u2": "i4", "u4": "i8", "u8": "i8", "f2": "f4"}
"""What FITS has no code for goes into the next wider type."""


def text_widths(table: pa.Table) -> dict[str, int]:
    """Return the bytes of the longest text of each column of text."""
    names = [field.name for field in table.schema if is_text(field.type)]
    return {name: pc.max(pc.binary_length(table[name])).as_py() or 0 for name in names}


def row_type(schema: pa.Schema, widths: Mapping[str, int]) -> np.dtype:
    """Return the structured, big-endian type of a row; `widths` as `text_widths` gives them."""
    kinds = []
    for field in schema:
        code = numpy_type(field).str[1:]
        code = f"S{max(widths[field.name], 1)}" if code.startswith("U") else _STORED.get(code, code)
        kinds.append((field.name, np.dtype(code).newbyteorder(">")))
    return np.dtype(kinds)


def header_bytes(kind: np.dtype, rows: int, meta: TableMeta) -> bytes:
    """Return everything of a FITS file that stands above its rows."""
    from astropy.io import fits
    from astropy.units import Unit

    columns = []
    for name in kind.names or ():
        code = kind[name].str[1:]
        form = f"{code[1:]}A" if code.startswith("S") else _CODES[code]
        unit = meta.field(name).unit
        missing = {"null": _lowest(kind[name])} if kind[name].kind == "i" else {}
        columns.append(fits.Column(name, form, unit=Unit(unit).to_string("fits") if unit else None, **missing))
    header = fits.BinTableHDU.from_columns(columns, nrows=0, name="GALAXIES").header
    header["NAXIS2"] = rows
    for number, name in enumerate(kind.names or (), 1):
        # The keywords that TOPCAT and others read.
        for key, text in (("TCOMM", meta.field(name).description), ("TUCD", meta.field(name).ucd)):
            if text:
                header[f"{key}{number}"] = _ascii(text)
    for name, text in meta.sentences().items():
        header.add_history(_ascii(f"{name}: {text}"))
    return (fits.PrimaryHDU().header.tostring() + header.tostring()).encode("ascii")


def row_bytes(table: pa.Table, kind: np.dtype) -> bytes:
    """Return the rows of a piece of the table; missing whole numbers are the lowest of their type."""
    rows = np.zeros(table.num_rows, kind)
    for field in table.schema:
        values, stored = table[field.name], kind[field.name]
        if is_text(field.type):
            rows[field.name] = np.array([text.encode() for text in pc.fill_null(values, "").to_pylist()], "S")
        elif stored.kind == "b":
            rows[field.name].view(np.uint8)[:] = np.where(pc.fill_null(values, False), ord("T"), ord("F"))
        elif stored.kind == "i" and values.null_count:
            rows[field.name] = pc.fill_null(values.cast(pa.int64()), _lowest(stored)).to_numpy()
        else:
            rows[field.name] = values.to_numpy()
    return rows.tobytes()


def padding(size: int) -> bytes:
    """Return the zeros that fill the last block after `size` bytes of rows."""
    return bytes(-size % BLOCK)


def write_fits(table: pa.Table, destination: BinaryIO, meta: TableMeta) -> None:
    """Write a whole table as FITS."""
    kind = row_type(table.schema, text_widths(table))
    destination.write(header_bytes(kind, table.num_rows, meta))
    destination.write(row_bytes(table, kind))
    destination.write(padding(table.num_rows * kind.itemsize))


def read_rows(rows: Any) -> pa.Table:
    """Make an Arrow table of rows as astropy reads them, text stripped of its padding."""
    columns = {}
    for name in rows.dtype.names:
        values = np.asarray(rows[name])
        if values.ndim > 1:
            continue
        if values.dtype.kind in "SU":
            texts = np.char.decode(values, "utf-8", "replace") if values.dtype.kind == "S" else values
            columns[name] = pa.array(np.char.rstrip(texts).tolist(), pa.string())
        else:
            columns[name] = pa.array(values.astype(values.dtype.newbyteorder("=")))
    return pa.table(columns)


def _lowest(kind: np.dtype) -> int:
    return -(2 ** (8 * kind.itemsize - 1))


def _ascii(text: str) -> str:
    """Write for a FITS header, which knows ASCII alone; a Greek letter by its name."""
    replaced = text.replace("Å", "Angstrom").replace("²", "2")
    named = (unicodedata.name(letter, "").partition("GREEK SMALL LETTER ")[2].lower() or letter for letter in replaced)
    return "".join(named).encode("ascii", "replace").decode()
