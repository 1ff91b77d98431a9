"""A text table: detection of its separator, header, units and decimal commas, and its rows as normalised lines."""

import csv
import re
from array import array
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

import numpy as np

from data.columns.names import TITLES, numbered_of, split_unit, twelve_of
from data.columns.units import are_units
from data.columns.words import shown, unique_names
from data.errors import CatalogueError
from data.formats.fields import COMMENT
from data.formats.readers.source import Given
from data.formats.readers.text.cells import (
    DECIMAL_COMMA,
    DECIMAL_POINT,
    FORTRAN,
    is_numeric,
    separator_of,
    thousands_in,
)
from data.formats.readers.text.comments import COMMENT_STARTS, MAX_COMMENTS, metadata_in, names_and_units, units_in
from data.formats.readers.text.ipac import read_ipac
from data.formats.readers.text.lines import LONGEST_LINE, TextLines

PREVIEW: Final = 100
"""Number of rows that are inspected before the first is yielded."""
_MACHINE_READABLE: Final = re.compile(r"Title:|Byte-by-byte Description|={60}")


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
        self.given, self.comments = given, list[str]()
        self.units: dict[str, str] = {}
        self.decimal_comma = self._fortran = False
        self._numbers = array("q")
        # A cell may hold an array of as many characters as a line may have; by default the limit is 131,072.
        csv.field_size_limit(LONGEST_LINE)
        self._lines = TextLines(given)
        self.notes = self._lines.notes
        first = self._preamble()
        if found := re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE):
            # Excel writes such a first line.
            delimiter, first = found[1], self._lines.next_filled()
        if _MACHINE_READABLE.match(first):
            raise CatalogueError(
                f"{given.name} is a machine-readable table of a journal or of the CDS with columns at fixed places. "
                "Convert it first: astropy.table.Table.read(file, format='ascii.cds').write('table.ecsv')."
            )
        if found := read_ipac(self._lines, first):
            first, self.units = found
        while first.count('"') % 2 and len(first) < LONGEST_LINE and (more := next(self._lines, None)) is not None:
            # A quoted title continues in the next line.
            first += "\n" + more
        self.delimiter = delimiter or separator_of(first)
        self._header(first, default_names or {})
        self._look_ahead()

    def _preamble(self) -> str:
        """Collect comments; return the first line that is not a comment."""
        for line in self._lines:
            if line.startswith(COMMENT_STARTS):
                if len(self.comments) < MAX_COMMENTS:
                    self.comments.append(line)
            elif line.strip():
                return line
        return ""

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
        row = self._lines.row
        try:
            return next(reader)
        except csv.Error as error:
            raise CatalogueError(
                f"{self.given.name}, row {row}, breaks the CSV rules ({error}). Check its quotation marks."
            ) from error

    def _header(self, line: str, default_names: dict[int, tuple[str, ...]]) -> None:
        """Set the titles: from the first line, from the comment above it, or by the number of columns."""
        self.header_row = self._lines.row
        cells = self._split(line)
        self._first: list[tuple[int, list[str]]] = []
        numeric = [is_numeric(cell) for cell in cells]
        if any(numeric) and (found := names_and_units(self.comments, self.delimiter, len(cells))):
            titles, self._first = found[0], [(self._lines.row, cells)]
            self.units |= dict(zip(unique_names(titles), found[1], strict=False))
        elif cells and all(numeric):
            if len(cells) not in default_names:
                raise CatalogueError(
                    f"{self.given.name}, row {self._lines.row}: no header above the numbers, the row starts with "
                    f"{shown(cells[0])} and has {len(cells)} columns. Put the header flux_00,flux_01,...,flux_11 or "
                    "wavelength,flux above them."
                )
            titles, self._first = list(default_names[len(cells)]), [(self._lines.row, cells)]
        else:
            titles = cells
        if len(titles) > self.given.max_columns:
            raise CatalogueError(
                f"{self.given.name} has {len(titles)} columns; the limit is {self.given.max_columns}. "
                "Keep the ones you need."
            )
        self.titles = [title.strip().lstrip("\ufeff") for title in titles]

    def _look_ahead(self) -> None:
        """Inspect the first rows for the width, columns without title, a row of units, and decimal commas."""
        records = list(self._first)
        self._first = []
        for line in self._lines:
            row = self._lines.row
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
        commented, self._flux_unit = units_in(self.comments, self.names)
        self.units = {name: unit for name, unit in (commented | self.units).items() if unit}
        filled = [any(len(cells) > place and cells[place].strip() for _, cells in records) for place in range(width)]
        self.kept = [name for name, title, used in zip(self.names, self.titles, filled, strict=False) if title or used]
        computed = self._computed_places()
        if bad := thousands_in(
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
        self._fortran = any(map(FORTRAN.fullmatch, cells))
        if any("," in cell for cell in cells):
            self.decimal_comma = any(map(DECIMAL_COMMA.fullmatch, cells)) and not any(
                map(DECIMAL_POINT.fullmatch, cells)
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
        return any(said) and not any(map(is_numeric, said)) and are_units(said)

    def preview(self) -> list[list[str]]:
        """Return the cells of the first rows, before `lines` yields them."""
        return [cells for _, cells in self._records]

    def about(self) -> dict[str, Any]:
        """Return the metadata in comments of the form ``# key: value``."""
        return metadata_in(self.comments) | ({"flux_unit": self._flux_unit} if self._flux_unit else {})

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
            row = self._lines.row
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
            if bad := next(filter(DECIMAL_POINT.fullmatch, cells), ""):
                raise CatalogueError(
                    f"{self.given.name}, row {row}: {shown(bad)} has a decimal point, the rows above have decimal "
                    "commas. Write one of the two."
                )
            cells = [cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells]
        if self._fortran:
            cells = [re.sub("[dD]", "e", cell) if FORTRAN.fullmatch(cell) else cell for cell in cells]
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
