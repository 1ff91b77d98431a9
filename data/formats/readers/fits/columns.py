"""Columns of FITS tables: their types, and the conversion of stored values to Arrow."""

import re
from typing import Any, Final

import numpy as np
import pyarrow as pa

from data.errors import CatalogueError

_ARROW: Final = {
    "L": pa.bool_(),
    "X": pa.list_(pa.bool_()),
    "B": pa.uint8(),
    "I": pa.int16(),
    "J": pa.int32(),
    "K": pa.int64(),
    "E": pa.float32(),
    "D": pa.float64(),
    "A": pa.string(),
}
_UNSIGNED: Final = {
    ("B", -(2.0**7)): np.int8,
    ("I", 2.0**15): np.uint16,
    ("J", 2.0**31): np.uint32,
    ("K", 2.0**63): np.uint64,
}
MAX_CELL: Final = 1 << 24
"""Largest number of values in one cell."""


class FitsColumn:
    """One column of a table, with the conversion of its stored values to Arrow.

    Parameters
    ----------
    number : int
        Its place in the table, from 1.
    name : str
        Its title.
    header : Header
        Header of the table.

    Raises
    ------
    CatalogueError
        When its scale is no number.
    """

    def __init__(self, number: int, name: str, header: Any) -> None:
        form = str(header.get(f"TFORM{number}", "")).strip()
        found = re.match(r"(\d*)\s*([LXBIJKEDAPQCM])", form)
        self.place, self.name = number - 1, name
        self.code = found[2] if found else ""
        self.element = self.code
        if self.code in "PQ" and self.code:
            inner = re.match(r"\d*[PQ]([LBIJKEDA])", form)
            self.element = inner[1] if inner else ""
        self.null = header.get(f"TNULL{number}")
        self.scale, self.zero = header.get(f"TSCAL{number}", 1) or 1, header.get(f"TZERO{number}", 0) or 0
        for value in (self.scale, self.zero):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
                raise CatalogueError(
                    f"Column {name}: its scale TSCAL{number} or TZERO{number} is {value!r}, no number."
                )
        self.unit = str(header.get(f"TUNIT{number}", "") or "")
        self.description = str(header.get(f"TCOMM{number}", header.get(f"TDESC{number}", "")) or "")
        self.ucd = str(header.get(f"TUCD{number}", "") or "")
        self.unsigned = _UNSIGNED.get((self.element, float(self.zero))) if self.scale == 1 else None

    @property
    def readable(self) -> bool:
        """Whether the type is known and no complex number."""
        return self.element in _ARROW

    def kind(self, stored: np.dtype) -> pa.DataType:
        """Return the Arrow type of the column for a stored numpy type."""
        one = self._element_type()
        if self.code in "PQ":
            return pa.string() if self.element == "A" else pa.list_(one)
        if self.code == "X":
            return pa.list_(pa.bool_(), self._bits(stored))
        size = int(np.prod(stored.shape))
        if stored.shape == () or (size == 1 and self.code != "A"):
            return one
        return pa.list_(one, size)

    def _bits(self, stored: np.dtype) -> int:
        return 8 * int(np.prod(stored.shape, initial=1))

    def _element_type(self) -> pa.DataType:
        if self.unsigned is not None:
            return pa.from_numpy_dtype(self.unsigned)
        if (self.scale, self.zero) != (1, 0) and self.element in "BIJKED":
            return pa.float64()
        return _ARROW[self.element]

    def values(self, stored: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the numbers or booleans of stored values, and the mask of missing ones, None if there is none."""
        if self.element == "L":
            raw = stored.view(np.uint8) if stored.dtype.itemsize == 1 else stored
            return raw == ord("T"), ~np.isin(raw, (ord("T"), ord("F")))
        native = stored.astype(stored.dtype.newbyteorder("="))
        hidden = None
        if self.element in "BIJK" and isinstance(self.null, (int, np.integer)) and not isinstance(self.null, bool):
            hidden = native == self.null
        if self.unsigned is not None:
            wide = np.dtype(self.unsigned).itemsize
            if wide == 8:
                native = native.view(np.uint64) ^ np.uint64(1 << 63)
            else:
                native = (native.astype(np.int64) + int(self.zero)).astype(self.unsigned)
        elif (self.scale, self.zero) != (1, 0):
            native = native.astype(np.float64) * float(self.scale) + float(self.zero)
        return native, hidden


def read_column(
    column: FitsColumn, kind: pa.DataType, stored: np.ndarray, part: Any, where: str, heap: int
) -> pa.Array:
    """Return the values of a column.

    Parameters
    ----------
    column : FitsColumn
        The column.
    kind : pyarrow.DataType
        Its type, from `FitsColumn.kind`.
    stored : (row, ...) array
        Stored values of some rows.
    part : HDU
        The table, of which variable-length arrays are read from the heap.
    where : str
        Name of the table for error messages.
    heap : int
        Size of the heap [bytes].

    Raises
    ------
    CatalogueError
        When the arrays of a cell do not lie in the heap.
    """
    if column.code in "PQ":
        return _variable(column, kind, stored, part, where, heap)
    if column.code == "A":
        texts = _texts(stored.reshape(-1))
        return texts if pa.types.is_string(kind) else pa.FixedSizeListArray.from_arrays(texts, kind.list_size)
    if column.code == "X":
        bits = np.unpackbits(stored.reshape(len(stored), -1), axis=1).astype(bool)
        return pa.FixedSizeListArray.from_arrays(pa.array(bits.reshape(-1)), kind.list_size)
    values, hidden = column.values(stored.reshape(-1))
    flat = pa.array(values, mask=hidden)
    if not pa.types.is_fixed_size_list(kind):
        return flat.cast(kind)
    if kind.list_size == 0:
        return pa.array([[]] * len(stored), kind)
    return pa.FixedSizeListArray.from_arrays(flat.cast(kind.value_type), kind.list_size)


def _texts(stored: np.ndarray) -> pa.Array:
    """Decode padded bytes as UTF-8, else Windows-1252; the standard allows only ASCII, files hold these."""
    stored = np.ascontiguousarray(stored)
    try:
        texts = np.char.decode(stored, "utf-8")
    except UnicodeDecodeError:
        texts = np.array([one.decode("cp1252", "replace") for one in stored.tolist()], object)
    # The standard ends a text at a NUL byte.
    return pa.array([text.partition("\0")[0].rstrip() for text in texts.tolist()], pa.string())


def _variable(column: FitsColumn, kind: pa.DataType, stored: np.ndarray, part: Any, where: str, heap: int) -> pa.Array:
    """Read variable-length arrays from the heap, after checking that their descriptors lie within it."""
    lengths, offsets = (stored[:, side].astype(np.int64) for side in (0, 1))
    size = {"L": 1, "B": 1, "A": 1, "I": 2, "J": 4, "E": 4, "K": 8, "D": 8}[column.element]
    if len(lengths) and (
        lengths.min() < 0
        or offsets.min() < 0
        or lengths.max() > MAX_CELL
        or (offsets + lengths * size).max() > heap
        or int(lengths.sum()) * size > 4 * heap + 1024
    ):
        raise CatalogueError(f"{where}, column {column.name}: its arrays do not lie in the file as described.")
    heap_bytes = _heap(part)
    dtype = {"L": "u1", "B": "u1", "A": "u1", "I": ">i2", "J": ">i4", "E": ">f4", "K": ">i8", "D": ">f8"}[
        column.element
    ]
    cells = [
        np.frombuffer(heap_bytes, dtype, int(length), int(offset)) if length else np.zeros(0, dtype)
        for length, offset in zip(lengths, offsets, strict=True)
    ]
    if column.element == "A":
        return pa.array([bytes(cell).decode("utf-8", "replace").partition("\0")[0].rstrip() for cell in cells], kind)
    values, hidden = column.values(np.concatenate([*cells, np.zeros(0, dtype)]).astype(dtype))
    flat = pa.array(values, mask=hidden).cast(kind.value_type)
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32()), flat)


def _heap(part: Any) -> bytes:
    """Return the heap, the bytes after the rows of a table."""
    found = part.__dict__.get("_neon_heap")
    if found is None:
        rows = int(part.header["NAXIS1"]) * int(part.header["NAXIS2"])
        begin = part._data_offset + int(part.header.get("THEAP", rows) or rows)
        file = part._file
        place = file.tell()
        file.seek(begin)
        found = bytes(file.read(part._data_offset + rows + int(part.header["PCOUNT"]) - begin))
        file.seek(place)
        part.__dict__["_neon_heap"] = found
    return found
