"""Reader of FITS files: their tables, or the spectrum in their images."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa

from data.columns.names import column_of, is_like_a_mask
from data.columns.tables import TableNames, has_fluxes
from data.columns.words import scalars, unique_names
from data.errors import CatalogueError
from data.formats.readers.arms import joined_tables
from data.formats.readers.fits.ascii import ascii_source
from data.formats.readers.fits.columns import FitsColumn, read_column
from data.formats.readers.fits.headers import check_headers
from data.formats.readers.fits.images import read_image
from data.formats.readers.source import BATCH_ROWS, Choose, Given, Source, with_field


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
    columns = [FitsColumn(number, name, header) for number, name in enumerate(names, 1)]
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
                read_column(one, kind, rows[stored[one.place]], part, where, heap)
                for one, kind in zip(read, kinds, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return Source(schema, len(raw), batches(), about, notes)
