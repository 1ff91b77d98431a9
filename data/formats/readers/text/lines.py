"""Lines of a text table: decoded from any encoding and counted."""

import io
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from data.errors import CatalogueError
from data.formats.readers.source import Given
from data.formats.readers.text.cells import SEPARATORS

LONGEST_LINE: Final = 1 << 21
"""Longest line of a text table [characters]."""


class TextLines:
    """Iterator over the decoded lines of a text file, without their ends.

    Parameters
    ----------
    given : Given
        The file.

    Attributes
    ----------
    row : int
        Number of the last line, from 1.
    notes : list of str
        One sentence per interpretation of the bytes.

    Raises
    ------
    CatalogueError
        When the file is not text, or a line is too long; the message names the row.
    """

    def __init__(self, given: Given) -> None:
        self.given, self.notes, self.row = given, list[str](), 0
        self._lines = self._decoded()

    def __iter__(self) -> Iterator[str]:
        # A loop takes the lines from the generator itself: a call for each of them would cost as much as reading it.
        return self._lines

    def __next__(self) -> str:
        return next(self._lines)

    def next_filled(self) -> str:
        """Return the next line that is not empty; "" at the end."""
        return next((line for line in self if line.strip()), "")

    def put_back(self, lines: Sequence[tuple[int, str]]) -> None:
        """Yield lines that were read before once more, with their numbers."""
        self._lines = chain(self._again(lines), self._lines)

    def _again(self, lines: Sequence[tuple[int, str]]) -> Iterator[str]:
        for self.row, line in lines:
            yield line

    def convert(self, change: Callable[[str], str]) -> None:
        """Apply a function to every line that follows, and leave out empty ones."""
        self._lines = map(change, filter(str.strip, self._lines))

    def _decoded(self) -> Iterator[str]:
        """Yield decoded lines, and count them in `row`."""
        with self.given.open() as file:
            start = file.read(4096)
            file.seek(0)
            lines: Any = file
            encoding = "utf-8"
            if wide := _wide_encoding(start):
                # As in Excel's "Unicode text".
                lines, encoding = io.TextIOWrapper(file, wide, newline=None), wide
            elif b"\r" in start and b"\n" not in start:
                lines = file.read().split(b"\r")
            elif start.startswith(b"\xef\xbb\xbf"):
                file.seek(3)
            try:
                for line in lines:
                    self.row += 1
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
                    f"{self.given.name}, row {self.row + (encoding != 'utf-8')}, is not {encoding.upper()} text. "
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
                self.notes.append(f"Row {self.row} is not UTF-8; its letters are read as Windows-1252.")
            return text

    def _too_long(self, line: str) -> str:
        """Say what is wrong with a line that is longer than any: most have too many columns."""
        columns = 1 + max(line.count(separator) for separator in SEPARATORS)
        is_wide = columns > self.given.max_columns
        return (
            f"{self.given.name}, row {self.row}, has {f'{columns:,} columns in ' if is_wide else ''}{len(line):,} "
            f"characters; the limit is {f'{self.given.max_columns:,} columns' if is_wide else f'{LONGEST_LINE:,}'}. "
            + ("Keep the ones you need." if is_wide else "Is it a table, a galaxy a line?")
        )


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
