"""Reader of text tables: detection of encoding, separator, header, units, comments and decimal commas."""

import csv
import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, Final

import numpy as np

from data.columns.names import TITLES, numbered_of, split_unit, twelve_of
from data.columns.units import are_units, stated_in
from data.columns.words import as_number, medium_in, shown, unique_names
from data.errors import CatalogueError
from data.formats.fields import COMMENT
from data.formats.readers.source import Given

SEPARATORS: Final = ",;\t|"
PREVIEW: Final = 100
"""Number of rows that are inspected before the first is yielded."""
MAX_COMMENTS: Final = 20_000
LONGEST_LINE: Final = 1 << 21
"""Longest line of a text table [characters]."""
_DECIMAL_COMMA: Final = re.compile(r"\s*\"?[+-]?\d*,\d+(?:[eE][+-]?\d+)?\"?\s*")
_DECIMAL_POINT: Final = re.compile(r"\s*\"?[+-]?\d*\.\d+(?:[eE][+-]?\d+)?\"?\s*")
_FORTRAN: Final = re.compile(r"\s*\"?[+-]?(?:\d+\.\d*|\.\d+)[dD][+-]?\d{1,3}\"?\s*")
"""A number as Fortran writes it: 1.25D-17."""
_NAMED_UNIT: Final = re.compile(r"([^;\[\]]{1,200}?)\s*\[([^\]]{1,120})\]")
_UNIT_AFTER: Final = re.compile(
    r"\b([A-Za-z]\w{0,60})(?:\s{1,4}units?)?\s{0,8}(?:[:=(\[]|\bin\b)(?=([^;,\])=]{1,120}))", re.IGNORECASE
)
"""A name in a comment and the words behind it, which may be its unit: ``flux: mJy``, ``flux in mJy``."""
_REST: Final = re.compile(
    r"\brest[ -]?frame[ -]wave|\b(?:wave(?:length)?s?|spectrum)\b.{0,60}\brest[ -]?frame", re.IGNORECASE
)
"""A comment that says that the wavelengths are in the rest frame."""
_NOT_REST: Final = re.compile(r"\b(?:observed|obs|not|no|from)\b", re.IGNORECASE)
_SIGNS: Final = COMMENT + "%!/;\\"
_COMMENT_STARTS: Final = (COMMENT, "%", "!", "//", "; ", "\\")
"""Beginnings of lines above the table that are no part of it; a backslash in IPAC tables."""
_MACHINE_READABLE: Final = re.compile(r"Title:|Byte-by-byte Description|={60}")
_KEY_VALUE: Final = re.compile(r"[#%!/;\\]+\s*([A-Za-z][\w .()-]{0,40}?)\s*[:=]\s*(\S.{0,300})")


class TextTable:
    """A text table whose rows are yielded as normalised lines: one separator, as many cells as the header.

    Parameters
    ----------
    given : Given
        The file.
    delimiter : str, optional
        Separator that the file states; by default it is detected in the header.
    default_names : mapping, optional
        Titles of a file without a header, by its number of columns.

    Attributes
    ----------
    names : list of str
        Titles, not empty and unique.
    repeated : list of str
        Titles that occur more than once in the file.
    kept : list of str
        Titles of the columns that are kept; columns without title and content are left out.
    units : dict
        Units by title, from a row below the header or from comments.
    comments : list of str
        Comment lines (#) above the table.
    notes : list of str
        One sentence per interpretation of the file.

    Raises
    ------
    CatalogueError
        When the file is not text, has no row, or has a row that does not fit the table; the message names the row.
    """

    def __init__(self, given: Given, delimiter: str = "", default_names: dict[int, tuple[str, ...]] | None = None):
        self.given, self.notes, self.comments = given, [], []
        self.units: dict[str, str] = {}
        self._said: dict[str, str] = {}
        self.decimal_comma = self._fortran = False
        self._numbers = array("q")
        self._row = 0
        self._lines = self._decoded()
        first = self._preamble()
        if found := re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE):
            # Excel writes such a first line.
            delimiter, first = found[1], self._next_line()
        if _MACHINE_READABLE.match(first):
            raise CatalogueError(
                f"{given.name} is a machine-readable table of a journal or of the CDS with columns at fixed places. "
                "Convert it first: astropy.table.Table.read(file, format='ascii.cds').write('table.ecsv')."
            )
        if first.startswith("|") and first.rstrip().endswith("|"):
            first = self._without_ipac(first)
        while first.count('"') % 2 and len(first) < LONGEST_LINE and (more := next(self._lines, None)) is not None:
            # A quoted title continues in the next line.
            first += "\n" + more
        self.delimiter = delimiter or _delimiter(first)
        self._header(first, default_names or {})
        self._look_ahead()

    def _decoded(self) -> Iterator[str]:
        """Yield decoded lines, and count them in `_row`."""
        with self.given.open() as file:
            start = file.read(4096)
            file.seek(0)
            lines: Any = file
            encoding = "utf-8"
            if wide := _wide_encoding(start):
                # As in Excel's "Unicode text".
                import io

                lines, encoding = io.TextIOWrapper(file, wide, newline=None), wide
            elif b"\r" in start and b"\n" not in start:
                lines = file.read().split(b"\r")
            elif start.startswith(b"\xef\xbb\xbf"):
                file.seek(3)
            try:
                for line in lines:
                    self._row += 1
                    text = line if isinstance(line, str) else self._decode(line)
                    if "\0" in text:
                        raise CatalogueError(
                            f"{self.given.name} is a binary file of no known kind. Export the table as CSV."
                        )
                    if len(text) > LONGEST_LINE:
                        raise CatalogueError(self._too_long(text))
                    yield text.rstrip("\r\n")
            except UnicodeError as error:
                raise CatalogueError(
                    f"{self.given.name}, row {self._row + (encoding != 'utf-8')}, is not {encoding.upper()} text. "
                    "Save the file as “CSV UTF-8”."
                ) from error

    def _decode(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("cp1252")
            if any(letter < " " and letter not in "\t\r\n\f" for letter in text):
                raise
            if not any("Windows-1252" in note for note in self.notes):
                self.notes.append(f"Row {self._row} is not UTF-8; its letters are read as Windows-1252.")
            return text

    def _next_line(self) -> str:
        return next((line for line in self._lines if line.strip()), "")

    def _preamble(self) -> str:
        """Collect comments; return the first line that is not a comment."""
        for line in self._lines:
            if line.startswith(_COMMENT_STARTS):
                if len(self.comments) < MAX_COMMENTS:
                    self.comments.append(line)
            elif line.strip():
                return line
        return ""

    def _without_ipac(self, first: str) -> str:
        """Return the titles of an IPAC table, and cut its rows at the places of the bars; change no other."""
        top, header, peeked = self._row, [first], list[tuple[int, str]]()
        while len(header) < 5 and (more := next(self._lines, "")):
            peeked.append((self._row, more))
            if not more.startswith("|"):
                break
            header.append(more)
        self._row = top
        is_ipac = len(peeked) == len(header) < 5 and "|" not in peeked[-1][1]
        self._lines = chain(self._again(peeked[-1:] if is_ipac else peeked), self._lines)
        if not is_ipac:
            return first
        bars = [place for place, letter in enumerate(first) if letter == "|"]

        def cells(line: str) -> list[str]:
            return [line[low + 1 : high].strip() for low, high in pairwise(bars)]

        names = cells(first)
        if len(header) > 2:
            self.units |= {name: unit for name, unit in zip(names, cells(header[2]), strict=True) if unit}
        nulls = cells(header[3]) if len(header) > 3 else [""] * len(names)
        rows = self._lines
        self._lines = (
            "|".join("" if cell == null else cell for cell, null in zip(cells(line), nulls, strict=True))
            for line in rows
            if line.strip()
        )
        self.notes.append("It is an IPAC table; its columns are cut at the bars of its header.")
        return "|".join(names)

    def _again(self, lines: list[tuple[int, str]]) -> Iterator[str]:
        """Yield lines that were read before, with their numbers."""
        for self._row, line in lines:
            yield line

    def _split(self, line: str) -> list[str]:
        """Return the cells of a line; a quoted cell may continue in the following lines."""
        if not self.delimiter.strip(" "):
            if '"' not in line:
                return line.split()
            reader = csv.reader([line], delimiter=" ", skipinitialspace=True, strict=True)
        else:
            if '"' not in line:
                return line.split(self.delimiter)
            reader = csv.reader(
                chain([line + "\n"], (more + "\n" for more in self._lines)), delimiter=self.delimiter, strict=True
            )
        row = self._row
        try:
            return next(reader)
        except csv.Error as error:
            raise CatalogueError(
                f"{self.given.name}, row {row}, breaks the CSV rules ({error}). Check its quotation marks."
            ) from error

    def _header(self, line: str, default_names: dict[int, tuple[str, ...]]) -> None:
        """Set the titles: from the first line, from the comment above it, or by the number of columns."""
        self.header_row = self._row
        cells = self._split(line)
        self._first: list[tuple[int, list[str]]] = []
        numeric = [is_number_or_comma(cell) for cell in cells]
        commented = self._names_in_comment(cells) if any(numeric) else None
        if commented:
            titles, self._first = commented, [(self._row, cells)]
        elif cells and all(numeric):
            if len(cells) not in default_names:
                raise CatalogueError(
                    f"{self.given.name}, row {self._row}: no header above the numbers, the row starts with "
                    f"{shown(cells[0])} and has {len(cells)} columns. Put the header flux_00,flux_01,...,flux_11 or "
                    "wavelength,flux above them."
                )
            titles, self._first = list(default_names[len(cells)]), [(self._row, cells)]
        else:
            titles = cells
        if len(titles) > self.given.max_columns:
            raise CatalogueError(
                f"{self.given.name} has {len(titles)} columns; the limit is {self.given.max_columns}. "
                "Keep the ones you need."
            )
        titles = [title.strip().lstrip("\ufeff") for title in titles]
        self.titles = titles

    def _too_long(self, line: str) -> str:
        """Say what is wrong with a line that is longer than any: most have too many columns."""
        columns = 1 + max(line.count(separator) for separator in SEPARATORS)
        is_wide = columns > self.given.max_columns
        return (
            f"{self.given.name}, row {self._row}, has {f'{columns:,} columns in ' if is_wide else ''}{len(line):,} "
            f"characters; the limit is {f'{self.given.max_columns:,} columns' if is_wide else f'{LONGEST_LINE:,}'}. "
            + ("Keep the ones you need." if is_wide else "Is it a table, a galaxy a line?")
        )

    def _names_in_comment(self, cells: list[str]) -> list[str] | None:
        """Return the titles in the last comment, or above one of units, if they match the cells; else None."""
        last = [titles for comment in self.comments[-2:] if (titles := self._titles_in(comment, cells))]
        if len(last) == 2 and are_units(units := [cell.strip(" []()") for cell in last[1]]):
            self.units |= dict(zip(unique_names(last[0]), units, strict=True))
            return last[0]
        return self._titles_in(self.comments[-1], cells) if self.comments else None

    def _titles_in(self, comment: str, cells: list[str]) -> list[str] | None:
        """Return the words of a comment if there are as many as cells and none is a number, else None."""
        text = comment.lstrip(_SIGNS).strip()
        titles = [title.strip() for title in (text.split(self.delimiter) if self.delimiter.strip() else text.split())]
        if len(titles) != len(cells) and self.delimiter.strip():
            titles = text.split()
        good = len(titles) == len(cells) and all(titles) and not any(map(is_number_or_comma, titles))
        return titles if good else None

    def _look_ahead(self) -> None:
        """Inspect the first rows for the width, columns without title, a row of units, and decimal commas."""
        records = list(self._first)
        self._first = []
        for line in self._lines:
            row = self._row
            if line.strip() and not (line.startswith(COMMENT) and len(self._split(line)) != len(self.titles)):
                records.append((row, self._split(line)))
            if len(records) >= PREVIEW:
                break
        width = max([len(self.titles)] + [len(cells) for _, cells in records[:1]])
        extra = [cells for _, cells in records if len(cells) > len(self.titles)]
        if width > len(self.titles) and not any(cell.strip() for cells in extra for cell in cells[len(self.titles) :]):
            self.titles = [*self.titles, *[""] * (width - len(self.titles))]
        self.repeated = sorted({title for title in self.titles if title and self.titles.count(title) > 1})
        self.names = unique_names(self.titles)
        if records and len(records[0][1]) == len(self.titles) and self._are_units(records[0][1]):
            self.units |= {name: cell.strip(" []()") for name, cell in zip(self.names, records[0][1], strict=True)}
            records = records[1:]
        self._units_in_comments()
        filled = [any(len(cells) > place and cells[place].strip() for _, cells in records) for place in range(width)]
        self.kept = [name for name, title, used in zip(self.names, self.titles, filled, strict=False) if title or used]
        computed = self._computed_places()
        if bad := _of_thousands(
            [(row, cells[place]) for row, cells in records for place in computed if place < len(cells)], self.delimiter
        ):
            row, marked, whole = bad
            raise CatalogueError(
                f"{self.given.name}, row {row}: {shown(marked)} may be a number of thousands or a decimal number, as "
                f"{shown(whole)} stands beside it. Write the numbers without marks between the thousands."
            )
        cells = [
            cell for _, row in records for place, cell in enumerate(row) if self.delimiter != "," or place in computed
        ]
        self._fortran = any(map(_FORTRAN.fullmatch, cells))
        if any("," in cell for cell in cells):
            self.decimal_comma = any(map(_DECIMAL_COMMA.fullmatch, cells)) and not any(
                map(_DECIMAL_POINT.fullmatch, cells)
            )
            if self.decimal_comma:
                self.notes.append("The numbers have decimal commas; they are read as decimal points.")
        self._records = records

    def _computed_places(self) -> set[int]:
        """Return the places of the columns with wavelengths, fluxes and their errors."""
        twelve = {*twelve_of(self.names).values(), *numbered_of(self.names)}
        known = {name for role in ("wavelength", "flux", "uncertainty") for name in TITLES[role]}
        return {
            place for place, name in enumerate(self.names) if name in twelve or split_unit(name)[0].lower() in known
        }

    def _are_units(self, cells: list[str]) -> bool:
        """Return whether a row below the header holds units."""
        said = [cell.strip(" []()") for cell in cells]
        return any(said) and not any(map(is_number_or_comma, said)) and are_units(said)

    def _units_in_comments(self) -> None:
        lower = {name.strip().lower(): name for name in reversed(self.names)}
        roles = {name.lower(): role for role in ("flux", "wavelength") for name in TITLES[role]}
        for comment in self.comments[:2000]:
            text = comment.lstrip(_SIGNS + " ").removeprefix("units:")[:20_000]
            for name, unit in _NAMED_UNIT.findall(text):
                title = name.strip(" ;,:=")
                if title in self.names:
                    self.units.setdefault(title, unit.strip())
            for name, words in _UNIT_AFTER.findall(text[:2000]):
                title, role = lower.get(name.lower()), roles.get(name.lower(), "")
                if (title or role == "flux") and (unit := stated_in(words, role)):
                    # A unit of "flux" in a file without such a column is that of its twelve fluxes.
                    self.units.setdefault(title, unit) if title else self._said.setdefault("flux_unit", unit)
        self.units = {name: unit for name, unit in self.units.items() if unit}

    def about(self) -> dict[str, Any]:
        """Return the metadata in comments of the form ``# key: value``."""
        found: dict[str, Any] = dict(self._said)
        for comment in self.comments[:2000]:
            if pair := _KEY_VALUE.fullmatch(comment[:400].strip()):
                found.setdefault(pair[1].strip().lower(), as_number(pair[2].strip().strip("'\"")))
            if re.search(r"\bwave(?:length)?s?\b", comment[:400].lower()) and (medium := medium_in(comment[:400])):
                found.setdefault("medium", medium)
            if _REST.search(comment[:400]) and not _NOT_REST.search(comment[:400]):
                found.setdefault("frame", "rest")
        return found

    @property
    def out_delimiter(self) -> str:
        """The separator of the normalised lines."""
        return self.delimiter if self.delimiter.strip(" ") else "\t"

    def lines(self, *, number: bool = False) -> Iterator[str]:
        """Yield normalised lines; can be called once.

        Parameters
        ----------
        number : bool
            Whether to record line numbers for `row_numbers`.
        """
        width, mark = len(self.titles), self.out_delimiter
        blank = mark + ' "\t'
        for row, cells in self._records:
            if clean := self._clean(row, cells, width):
                if number:
                    self._numbers.append(row)
                yield clean
        plain = self.delimiter.strip(" ") and not self.decimal_comma and not self._fortran
        for line in self._lines:
            row = self._row
            if (
                plain
                and line.count(mark) == width - 1
                and ('"' not in line or line.count('"') == 2 * (line.startswith('"') + line.count(mark + '"')))
            ):
                if not line.strip(blank):
                    continue
                clean = line
            elif not line.strip() or not (clean := self._clean(row, self._split(line), width)):
                continue
            if number:
                self._numbers.append(row)
            yield clean

    def _clean(self, row: int, cells: list[str], width: int) -> str:
        """Return a row's cells as one line; "" for an empty row."""
        if not any(map(str.strip, cells)):
            return ""
        if len(cells) > width and not any(map(str.strip, cells[width:])):
            cells = cells[:width]
        if len(cells) != width:
            if cells[0].startswith(COMMENT):
                return ""
            raise CatalogueError(
                f"{self.given.name}, row {row}, has {len(cells)} columns; the header has {width}. "
                "Look for a missing value or a stray separator."
            )
        if self.decimal_comma:
            if bad := next(filter(_DECIMAL_POINT.fullmatch, cells), ""):
                raise CatalogueError(
                    f"{self.given.name}, row {row}: {shown(bad)} has a decimal point, the rows above have decimal "
                    "commas. Write one of the two."
                )
            cells = [cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells]
        if self._fortran:
            cells = [re.sub("[dD]", "e", cell) if _FORTRAN.fullmatch(cell) else cell for cell in cells]
        mark = self.out_delimiter
        return (
            mark.join(
                '"' + cell.replace('"', '""') + '"' if mark in cell or '"' in cell or "\n" in cell else cell
                for cell in cells
            )
            or '""'
        )

    def row_numbers(self) -> np.ndarray:
        """Return the line number in the file, from 1, of each yielded line."""
        return np.array(self._numbers, np.int64)


def _wide_encoding(start: bytes) -> str:
    """Return the encoding of a text of two or four bytes a letter, with a mark or without; "" for any other."""
    if start[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "utf-32"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    # The letters of a table are nearly all ASCII, of which every other byte is 0.
    even, odd = start[: len(start) // 2 * 2 : 2], start[1::2]
    for zeros, letters, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if len(letters) > 8 and zeros.count(0) > 0.8 * len(zeros) and not letters.count(0):
            return encoding
    return ""


def is_number(cell: str) -> bool:
    """Return whether a cell is a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def is_number_or_comma(cell: str) -> bool:
    """Return whether a cell is a number, with a decimal point or a decimal comma."""
    return is_number(cell) or bool(_DECIMAL_COMMA.fullmatch(cell) or _FORTRAN.fullmatch(cell))


def _of_thousands(cells: Sequence[tuple[int, str]], delimiter: str) -> tuple[int, str, str] | None:
    """Return row, number and neighbour where marks may separate thousands: 1,100 beside 950; None if they do not.

    A comma is suspicious everywhere, a point only in files of the countries whose spreadsheets separate cells by
    semicolons.
    """
    texts = [(row, cell.strip(' "')) for row, cell in cells]
    for mark, lowest in ((",", 2), (".", 100)):
        marked = [(row, text) for row, text in texts if mark in text]
        if not marked or (mark == "." and delimiter != ";"):
            continue
        pattern = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:\{mark}\d{{3}})+")
        if not all(pattern.fullmatch(text) for _, text in marked):
            continue
        if several := next(((row, text) for row, text in marked if text.count(mark) > 1), None):
            return *several, several[1]
        whole = next((text for _, text in texts if re.fullmatch(r"\d{1,3}", text) and int(text) >= lowest), "")
        if whole:
            return *marked[0], whole
    return None


def _delimiter(line: str) -> str:
    """Return the separator of a line; a decimal comma does not count if another separator fits."""
    best = max(SEPARATORS, key=line.count)
    if (
        best == ","
        and line.count(",")
        and not any(letter.isalpha() for letter in line.replace("e", "").replace("E", ""))
    ):
        for other in ";\t|":
            if other in line and any(map(_DECIMAL_COMMA.fullmatch, line.split(other))):
                return other
        if " " in line.strip() and all(map(is_number_or_comma, line.split())) and not re.search(r",\s", line):
            return " "
    return best if line.count(best) else " "
