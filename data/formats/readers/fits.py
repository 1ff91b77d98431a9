"""Reader of FITS tables: scaled numbers, masks (TNULL, undefined logicals) and arrays in cells."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pyarrow as pa

from data.columns.names import column_of, is_like_a_mask
from data.columns.tables import TableNames, has_fluxes
from data.columns.words import scalars, unique_names
from data.errors import CatalogueError
from data.formats.readers.arms import joined_tables
from data.formats.readers.fits_ascii import ascii_source
from data.formats.readers.fits_headers import check_headers
from data.formats.readers.fits_images import read_image
from data.formats.readers.source import BATCH_ROWS, Choose, Given, Source, with_field

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


class _Column:
    """One column of a table, with the conversion of its stored values to Arrow."""

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


@contextmanager
def open_fits(given: Given, start: int, choose: Choose) -> Iterator[Source]:
    """Open the table of a FITS file that `choose` selects.

    Yields
    ------
    Source
        Columns of numbers, booleans, text and arrays; complex numbers are left out.

    Raises
    ------
    CatalogueError
        When there is neither a table nor a spectrum in images, or a header contradicts its data; the message names
        the extension.
    """
    from astropy.io import fits

    with given.open() as file:
        check_headers(file, given.name)
    path = None if isinstance(given.content, bytes) else given.content
    with fits.open(
        given.open() if path is None else path, memmap=path is not None, disable_image_compression=True
    ) as parts:
        every: list[Any] = []
        try:
            every = list(parts)
            tables = [part for part in every if str(part.header.get("XTENSION", "")).strip() in ("BINTABLE", "TABLE")]
        except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
            raise CatalogueError(f"{given.name} cannot be read as FITS: {error}. Write it again.") from error
        tables = [part for part in tables if not part.header.get("ZIMAGE")]
        several = len(tables) > 1
        found = [(str(part.name), _titles(part), _usable_rows(part) if several else 1) for part in tables]
        is_table = any(has_fluxes(TableNames(*table)) for table in found)
        if not is_table and (image := _image(given, start, has_table=bool(tables))) is not None:
            yield image
            return
        place = choose(found)
        source = (
            joined_tables(given.name, found, place, lambda number: _source(given, parts, tables[number], 0), start)
            if several
            else _source(given, parts, tables[place], start)
        )
        is_spectrum = is_table and column_of(found[place][1], "wavelength")
        yield source._replace(notes=[*source.notes, *_mask_images(every)]) if is_spectrum else source


def _mask_images(parts: Sequence[Any]) -> list[str]:
    """Return a sentence on the images beside a table that may be masks of its pixels, none if there are none."""
    names = [
        str(part.name)
        for part in parts
        if str(part.header.get("XTENSION", "")).strip() == "IMAGE"
        and part.header.get("NAXIS")
        and is_like_a_mask(str(part.name))
    ]
    if not names:
        return []
    return [
        f"The table is read without the image{'s' if len(names) > 1 else ''} {', '.join(names[:6])}, which may mask "
        "its pixels; add the mask to the table as a column."
    ]


def _image(given: Given, start: int, *, has_table: bool) -> Source | None:
    """Return the spectrum in the images of a file; None if there is none and the file has a table instead."""
    from astropy.io import fits

    with fits.open(given.open(), memmap=False) as parts:
        try:
            return read_image(given, list(parts), start)  # type: ignore[arg-type]
        # Of a table whose images are damaged or no spectra, the rows can be read all the same.
        except Exception:
            if has_table:
                return None
            raise


def _usable_rows(part: Any) -> int:
    """Return the number of rows of a table; 0 if its fluxes are all 0 or not finite."""
    rows, titles = part.header.get("NAXIS2", 0), _titles(part)
    title = column_of(titles, "flux")
    form = str(part.header.get(f"TFORM{titles.index(title) + 1}", "")) if title else ""
    if not re.fullmatch(r"\d*[ED]", form.strip()):
        return rows if isinstance(rows, int) else 0
    try:
        values = np.asarray(part.data.field(titles.index(title)))
    except (OSError, ValueError, TypeError, KeyError, IndexError):
        return rows
    return rows if (np.isfinite(values) & (values != 0)).any() else 0


def _titles(part: Any) -> list[str]:
    count = part.header.get("TFIELDS", 0)
    fields = int(count) if isinstance(count, int) and 0 <= count <= 999 else 0
    return unique_names([str(part.header.get(f"TTYPE{number}", "")) for number in range(1, fields + 1)])


def _source(given: Given, parts: Any, part: Any, start: int) -> Source:
    header, where = part.header, f"{given.name}, extension {part.name or parts.index(part)}"
    count, rows, width = (header.get(key, 0) for key in ("TFIELDS", "NAXIS2", "NAXIS1"))
    heap = header.get("PCOUNT", 0) or 0
    if not all(isinstance(one, int) and one >= 0 for one in (count, rows, width, heap)):
        raise CatalogueError(f"{where}: TFIELDS, NAXIS1, NAXIS2 or PCOUNT is no whole number >= 0. Write it again.")
    if count > given.max_columns:
        raise CatalogueError(f"{where} has {count} columns; the limit is {given.max_columns}. Keep the ones you need.")
    if width * rows + heap > given.size():
        raise CatalogueError(
            f"{where} is cut short: its header promises {width * rows + heap:,} bytes of rows, the file has "
            f"{given.size():,}. Get it again."
        )
    about = scalars({key: value for one in (header, parts[0].header) for key, value in one.items() if key})
    about["extension"] = str(part.name)
    names = _titles(part)
    if header["XTENSION"].strip() == "TABLE":
        return ascii_source(part, names, where, start, about, width)
    columns = [_Column(number, name, header) for number, name in enumerate(names, 1)]
    notes = [
        f"Column {one.name} holds {one.code or 'an unknown type'} and is passed over."
        for one in columns
        if not one.readable
    ]
    data = part.data
    raw = np.ndarray((0,), np.dtype([])) if data is None else data.view(np.ndarray)
    stored = raw.dtype.names or ()
    if len(stored) != len(columns):
        raise CatalogueError(f"{where}: its header and its columns do not agree. Write it again.")
    read = [one for one in columns if one.readable]
    kinds = [one.kind(raw.dtype[one.place]) for one in read]
    schema = pa.schema(
        [
            with_field(pa.field(one.name, kind), one.unit, one.description, one.ucd)
            for one, kind in zip(read, kinds, strict=True)
        ]
    )

    def batches() -> Iterator[pa.RecordBatch]:
        for first in range(start, len(raw), BATCH_ROWS):
            rows = raw[first : first + BATCH_ROWS]
            arrays = [
                _array(one, kind, rows[stored[one.place]], part, where, heap)
                for one, kind in zip(read, kinds, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return Source(schema, len(raw), batches(), about, notes)


def _array(column: _Column, kind: pa.DataType, stored: np.ndarray, part: Any, where: str, heap: int) -> pa.Array:
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


def _variable(column: _Column, kind: pa.DataType, stored: np.ndarray, part: Any, where: str, heap: int) -> pa.Array:
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
