"""Cells of text tables: what separates them, and how numbers are written in them."""

import re
from collections.abc import Sequence
from typing import Final

SEPARATORS: Final = ",;\t|"
DECIMAL_COMMA: Final = re.compile(r"\s*\"?[+-]?\d*,\d+(?:[eE][+-]?\d+)?\"?\s*")
DECIMAL_POINT: Final = re.compile(r"\s*\"?[+-]?\d*\.\d+(?:[eE][+-]?\d+)?\"?\s*")
FORTRAN: Final = re.compile(r"\s*\"?[+-]?(?:\d+\.\d*|\.\d+)[dD][+-]?\d{1,3}\"?\s*")
"""A number as Fortran writes it: 1.25D-17."""


def is_numeric(cell: str) -> bool:
    """Return whether a cell is a number, with a decimal point or a decimal comma."""
    try:
        float(cell)
    except ValueError:
        return bool(DECIMAL_COMMA.fullmatch(cell) or FORTRAN.fullmatch(cell))
    return True


def thousands_in(cells: Sequence[tuple[int, str]], delimiter: str) -> tuple[int, str, str] | None:
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


def separator_of(line: str) -> str:
    """Return the separator of a line; a decimal comma does not count if another separator fits."""
    best = max(SEPARATORS, key=line.count)
    if (
        best == ","
        and line.count(",")
        and not any(letter.isalpha() for letter in line.replace("e", "").replace("E", ""))
    ):
        for other in ";\t|":
            if other in line and any(map(DECIMAL_COMMA.fullmatch, line.split(other))):
                return other
        if " " in line.strip() and all(map(is_numeric, line.split())) and not re.search(r",\s", line):
            return " "
    return best if line.count(best) else " "
