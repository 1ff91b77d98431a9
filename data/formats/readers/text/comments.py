"""Comments above a text table: metadata, titles and units."""

import re
from collections.abc import Sequence
from typing import Any, Final

from data.columns.names import TITLES
from data.columns.units import are_units, stated_in
from data.columns.words import as_number, medium_in
from data.formats.fields import COMMENT
from data.formats.readers.text.cells import is_numeric

MAX_COMMENTS: Final = 20_000
COMMENT_STARTS: Final = (COMMENT, "%", "!", "//", "; ", "\\")
"""Beginnings of lines above the table that are no part of it; a backslash in IPAC tables."""
_SIGNS: Final = COMMENT + "%!/;\\"
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
_KEY_VALUE: Final = re.compile(r"[#%!/;\\]+\s*([A-Za-z][\w .()-]{0,40}?)\s*[:=]\s*(\S.{0,300})")


def _titles_in(comment: str, separator: str, columns: int) -> list[str] | None:
    """Return the words of a comment if there are as many as columns and none is a number, else None."""
    text = comment.lstrip(_SIGNS).strip()
    titles = [title.strip() for title in (text.split(separator) if separator.strip() else text.split())]
    if len(titles) != columns and separator.strip():
        titles = text.split()
    good = len(titles) == columns and all(titles) and not any(map(is_numeric, titles))
    return titles if good else None


def names_and_units(comments: Sequence[str], separator: str, columns: int) -> tuple[list[str], list[str]] | None:
    """Return the titles in the last comment and no units, or those in the last but one and the units in the last.

    None if no comment holds titles.
    """
    last = [_titles_in(comment, separator, columns) for comment in comments[-2:]]
    if len(last) == 2 and last[0] and last[1] and are_units(units := [cell.strip(" []()") for cell in last[1]]):
        return last[0], units
    return (last[-1], []) if last and last[-1] else None


def units_in(comments: Sequence[str], names: Sequence[str]) -> tuple[dict[str, str], str]:
    """Return the units that comments state, by column, and that of "flux" if no column has this name, else ""."""
    lower = {name.strip().lower(): name for name in reversed(names)}
    roles = {name.lower(): role for role in ("flux", "wavelength") for name in TITLES[role]}
    units, flux_unit = dict[str, str](), ""
    for comment in comments[:2000]:
        text = comment.lstrip(_SIGNS + " ").removeprefix("units:")[:20_000]
        for name, unit in _NAMED_UNIT.findall(text):
            title = name.strip(" ;,:=")
            if title in names:
                units.setdefault(title, unit.strip())
        for name, words in _UNIT_AFTER.findall(text[:2000]):
            title, role = lower.get(name.lower()), roles.get(name.lower(), "")
            if (title or role == "flux") and (unit := stated_in(words, role)):
                if title:
                    units.setdefault(title, unit)
                else:
                    # A unit of "flux" in a file without such a column is that of its twelve fluxes.
                    flux_unit = flux_unit or unit
    return units, flux_unit


def metadata_in(comments: Sequence[str]) -> dict[str, Any]:
    """Return the metadata in comments of the form ``# key: value``, and the medium of the wavelengths."""
    found: dict[str, Any] = {}
    for comment in comments[:2000]:
        if pair := _KEY_VALUE.fullmatch(comment[:400].strip()):
            found.setdefault(pair[1].strip().lower(), as_number(pair[2].strip().strip("'\"")))
        if re.search(r"\bwave(?:length)?s?\b", comment[:400].lower()) and (medium := medium_in(comment[:400])):
            found.setdefault("medium", medium)
        if _REST.search(comment[:400]) and not _NOT_REST.search(comment[:400]):
            found.setdefault("frame", "rest")
    return found
