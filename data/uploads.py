"""Read a table of continua that someone uploads: CSV with a header, a galaxy a row, nothing stored.

A file that cannot be read at all raises an `UploadError`. A row that cannot be used keeps its place, with a
sentence in `problems`: every row that came in comes back. As in a spreadsheet, the header is row 1.
"""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float32

from data.errors import UploadError
from data.fluxes import (
    FLUX_RANGE,
    LOG_LUMINOSITY_RANGE,
    REDSHIFT_RANGE,
    read_flux,
    read_number,
    shown,
    within,
)
from data.schema import FLUX_NAMES

MAX_BYTES: Final = 20 * 2**20
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200

_ID_COLUMNS = ("targetid", "target_id")
_SIGNATURES = {
    b"SIMPLE  =": "a FITS file",
    b"PAR1": "a Parquet file",
    b"\x93NUMPY": "a NumPy file",
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
}


class FluxTable(NamedTuple):
    """Galaxies read from an upload, in the file's order.

    Attributes
    ----------
    ids
        One text per galaxy: its TARGETID, or its place in the file counted from 1.
    bin_flux
        Mean flux in the twelve bins [any unit]; NaN throughout where the row has a problem.
    log_luminosity, redshift
        NaN where a row leaves it empty; None where the file has no such column.
    problems
        Why a row has no prediction, "" for the rows that have one.
    extra
        The other columns as text, unchanged.
    """

    ids: tuple[str, ...]
    bin_flux: Float32[np.ndarray, "galaxy bin"]
    log_luminosity: Float32[np.ndarray, " galaxy"] | None
    redshift: Float32[np.ndarray, " galaxy"] | None
    problems: tuple[str, ...]
    extra: dict[str, tuple[str, ...]]


def read(content: bytes, name: str) -> FluxTable:
    """Read an uploaded CSV with the columns flux_00 ... flux_11.

    Optional columns: TARGETID (or target_id), log_luminosity, redshift; any others are passed through. Comma,
    semicolon or tab separate; lines before the header that start with # are skipped.

    Parameters
    ----------
    content : bytes
        The file, as it was uploaded.
    name : str
        Its name, for the sentences.

    Returns
    -------
    FluxTable
        Every row of the file, usable or not.

    Raises
    ------
    UploadError
        When the file is not such a table, breaks a limit, or has no usable row.
    """
    text = _decode(content, name)
    records = _records(text, name)
    header_row, header = next(records, (0, []))
    columns = _columns(header, header_row, name)
    rows = _rows(records, len(header), name)
    table = _table(columns, header, rows)
    if all(table.problems):
        first = table.problems[0]
        raise UploadError(first if len(rows) == 1 else f"None of the {len(rows)} galaxies can be used. {first}")
    return table


def too_large(name: str, size: int) -> str:
    """Return the sentence about a file beyond `MAX_BYTES`, which a page may know before it has the bytes."""
    return (
        f"{name} is {size / 2**20:.1f} MB; the limit is {MAX_BYTES >> 20} MB. "
        "Split it, or predict it with the command line."
    )


def _decode(content: bytes, name: str) -> str:
    """Turn the bytes into text, refusing what is plainly not a CSV."""
    if not content:
        raise UploadError(f"{name} is empty. It needs a header flux_00,...,flux_11 and a galaxy a row.")
    if len(content) > MAX_BYTES:
        raise UploadError(too_large(name, len(content)))
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            raise UploadError(f"{name} is {kind}, not a CSV. Export the table as CSV and upload that.")
    # Excel's "Unicode text" is UTF-16 with a byte-order mark.
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise UploadError(f"{name}, row {row}, is not UTF-8 text. Save the file as “CSV UTF-8”.") from error
    if "\0" in text:
        raise UploadError(f"{name} is a binary file, not a CSV. Export the table as CSV and upload that.")
    return text


def _records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) for every row that is neither blank nor a comment above the header."""
    lines = io.StringIO(text, newline="")
    skipped, header = 0, lines.readline()
    while header and (not header.strip() or header.startswith("#")):
        skipped, header = skipped + 1, lines.readline()
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(itertools.chain([header], lines), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield reader.line_num + skipped, cells
    except csv.Error as error:
        row = reader.line_num + skipped
        raise UploadError(f"{name}, row {row}, breaks the CSV rules ({error}). Check its quotation marks.") from error


def _columns(header: list[str], row: int, name: str) -> dict[str, int]:
    """Find where each known column stands; unknown ones are left to be passed through."""
    names = [cell.strip().lower() for cell in header]
    if len(names) > MAX_COLUMNS:
        raise UploadError(f"{name} has {len(names)} columns; the limit is {MAX_COLUMNS}. Keep the ones you need.")
    missing = [column for column in FLUX_NAMES if column not in names]
    if len(missing) == len(FLUX_NAMES):
        found = ", ".join(shown(cell) for cell in header[:4]) or "nothing"
        raise UploadError(
            f"{name}, row {row or 1}: no column flux_00 ... flux_11, the row starts with {found}. "
            "Put the header flux_00,flux_01,...,flux_11 above the numbers."
        )
    if missing:
        raise UploadError(
            f"{name}, row {row}: the header lacks {', '.join(missing)}. All 12 bins, 3400-7000 Å, are needed."
        )
    known = (*FLUX_NAMES, *_ID_COLUMNS, "log_luminosity", "redshift")
    for column in known:
        if names.count(column) > 1:
            raise UploadError(f"{name}, row {row}: the column {column} appears twice. Keep one of them.")
    return {column: names.index(column) for column in known if column in names}


def _rows(records: Iterator[tuple[int, list[str]]], width: int, name: str) -> list[tuple[int, list[str]]]:
    """Collect the galaxies' rows, all as wide as the header."""
    rows = []
    for row, cells in records:
        if len(cells) != width:
            raise UploadError(
                f"{name}, row {row}, has {len(cells)} columns; the header has {width}. "
                "Look for a missing value or a stray separator."
            )
        if len(rows) == MAX_ROWS:
            raise UploadError(
                f"{name} has more than {MAX_ROWS:,} galaxies. Split it, or predict it with the command line."
            )
        rows.append((row, cells))
    if not rows:
        raise UploadError(f"{name} has a header but no galaxy below it. Add a row of numbers.")
    return rows


def _table(columns: dict[str, int], header: list[str], rows: list[tuple[int, list[str]]]) -> FluxTable:
    """Turn rows of text into numbers, noting the first problem of each row."""
    bin_flux = np.full((len(rows), len(FLUX_NAMES)), np.nan, dtype=np.float32)
    optional = {
        column: np.full(len(rows), np.nan, dtype=np.float32)
        for column in ("log_luminosity", "redshift")
        if column in columns
    }
    limits = {"log_luminosity": LOG_LUMINOSITY_RANGE, "redshift": REDSHIFT_RANGE}
    places = [columns[column] for column in FLUX_NAMES]
    problems = []
    for galaxy, (row, cells) in enumerate(rows):
        try:
            for column, values in optional.items():
                if cells[columns[column]].strip():
                    where = f"Row {row}, column {column}"
                    values[galaxy] = within(read_number(cells[columns[column]], where), limits[column], where)
            bin_flux[galaxy] = _fluxes([cells[place] for place in places], row)
            problems.append("")
        except UploadError as error:
            problems.append(str(error))
    taken = set(columns.values())
    return FluxTable(
        ids=_ids(columns, rows),
        bin_flux=bin_flux,
        log_luminosity=optional.get("log_luminosity"),
        redshift=optional.get("redshift"),
        problems=tuple(problems),
        extra={
            title.strip(): tuple(cells[place] for _, cells in rows)
            for place, title in enumerate(header)
            if place not in taken
        },
    )


def _fluxes(cells: Sequence[str], row: int) -> list[float]:
    """Read a row's twelve fluxes: quickly when all is well, cell by cell for the sentence when not."""
    try:
        fluxes = [float(cell) for cell in cells]
        if all(FLUX_RANGE[0] <= flux <= FLUX_RANGE[1] for flux in fluxes) and "_" not in "".join(cells):
            return fluxes
    except ValueError:
        pass
    return [read_flux(cell, f"Row {row}, column {column}") for column, cell in zip(FLUX_NAMES, cells, strict=True)]


def _ids(columns: dict[str, int], rows: list[tuple[int, list[str]]]) -> tuple[str, ...]:
    """Keep identifiers as text: a 19-digit TARGETID does not survive a float."""
    place = next((columns[column] for column in _ID_COLUMNS if column in columns), None)
    if place is None:
        return tuple(str(galaxy) for galaxy in range(1, len(rows) + 1))
    return tuple(cells[place].strip() or f"row {row}" for row, cells in rows)
