"""CSV, TSV and columns of numbers: text in, columns of text out. As in a spreadsheet, the first line is row 1."""

import csv
import io
import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np

from data.catalogue.schema import FLUX_NAMES
from data.errors import UploadError
from data.uploads.readers.limits import MAX_COLUMNS, MAX_PIXELS, MAX_ROWS
from data.uploads.readers.numbers import shown
from data.uploads.readers.raw_table import RawTable

BARE_NAMES: Final = {12: FLUX_NAMES, 2: ("wavelength", "flux"), 3: ("wavelength", "flux", "error")}
"""What a file without a header holds, by its number of columns."""


def read_text(content: bytes, name: str) -> RawTable:
    """Read a table of text. Comma, semicolon, tab, bar or blanks separate; lines with # do not count."""
    records = _records(_decode(content, name), name)
    row, header = next(records, (1, []))
    first: list[tuple[int, list[str]]] = []
    if header and all(map(_is_number, header)):
        titles = BARE_NAMES.get(len(header))
        if titles is None:
            raise UploadError(
                f"{name}, row {row}: no header above the numbers, the row starts with {shown(header[0])} and has "
                f"{len(header)} columns. Put the header flux_00,flux_01,...,flux_11 or wavelength,flux above them."
            )
        first, header = [(row, header)], list(titles)
    if len(header) > MAX_COLUMNS:
        raise UploadError(f"{name} has {len(header)} columns; the limit is {MAX_COLUMNS}. Keep the ones you need.")
    titles = [title.strip() for title in header]
    twice = next((title for title in titles if title and titles.count(title) > 1), None)
    if twice is not None:
        raise UploadError(f"{name}, row {row}: the column {shown(twice)} appears twice. Keep one of them.")
    rows = _rows(itertools.chain(first, records), titles, name)
    form = "TSV" if len(titles) > 1 and b"\t" in content[:2000] and b"," not in content[:2000] else "CSV"
    columns = {
        title or f"column {place + 1}": np.array([cells[place].strip() for _, cells in rows], dtype=object)
        for place, title in enumerate(titles)
    }
    return RawTable(name, form, columns, {}, np.array([row for row, _ in rows]), {})


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _decode(content: bytes, name: str) -> str:
    """Turn the bytes into text, refusing what is plainly binary."""
    # Excel's "Unicode text" is UTF-16 with a byte-order mark.
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise UploadError(f"{name}, row {row}, is not UTF-8 text. Save the file as “CSV UTF-8”.") from error
    if "\0" in text:
        raise UploadError(f"{name} is a binary file of no known kind. Export the table as CSV and upload that.")
    return text


def _records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) for every row that is neither blank nor a comment."""
    lines = io.StringIO(text, newline="")
    skipped, header, comment = 0, lines.readline(), ""
    while header and (not header.strip() or header.startswith("#")):
        comment = header if header.strip() else comment
        skipped, header = skipped + 1, lines.readline()
    delimiter = max(",;\t|", key=header.count)
    if header.count(delimiter):
        reader = csv.reader(itertools.chain([header], lines), delimiter=delimiter, strict=True)
        records = ((reader.line_num + skipped, cells) for cells in reader)
    else:
        every = enumerate(itertools.chain([header], lines), skipped + 1)
        records = ((row, line.split()) for row, line in every if not line.startswith("#"))
        # Columns of numbers often have their names in the last comment.
        titles = comment.lstrip("# ").split()
        if len(titles) == len(header.split()) and not any(map(_is_number, titles)):
            yield skipped, titles
    row = skipped
    try:
        for row, cells in records:
            if any(map(str.strip, cells)):
                yield row, cells
    except csv.Error as error:
        raise UploadError(
            f"{name}, row {row + 1}, breaks the CSV rules ({error}). Check its quotation marks."
        ) from error


def _rows(records: Iterator[tuple[int, list[str]]], titles: list[str], name: str) -> list[tuple[int, list[str]]]:
    """Collect the rows, all as wide as the header."""
    limit = MAX_ROWS if len(titles) >= len(FLUX_NAMES) else MAX_PIXELS
    rows = []
    for row, cells in records:
        if len(cells) != len(titles):
            raise UploadError(
                f"{name}, row {row}, has {len(cells)} columns; the header has {len(titles)}. "
                "Look for a missing value or a stray separator."
            )
        if len(rows) == limit:
            raise UploadError(f"{name} has more than {limit:,} rows. Split it, or predict it with the command line.")
        rows.append((row, cells))
    if not rows:
        raise UploadError(f"{name} has a header but no galaxy below it. Add a row of numbers.")
    return rows
