"""Find the galaxies that a search describes."""

import re
from typing import Final

import numpy as np
from jaxtyping import Bool, UInt32

from analysis.explorer.search.conditions import FIRST_DRAW, MAX_CONDITION, ROW, Draw, mask, row_of
from analysis.explorer.search.grammar import LIKE, AllOf, Condition, FindError, Search, parse
from analysis.explorer.search.names import is_quantity
from analysis.explorer.selections import called, named_rows
from data.catalogue.registry import Catalogue

MAX_LENGTH: Final = 20_000
"""Characters in a search: about a thousand DESI names."""

_IS_CONDITION: Final = re.compile(r"[<>=&|()]|\.\.|^\s*rows?\s+\d|\bmissing\b|\bor\b", re.IGNORECASE)
"""Texts without any of these are names of galaxies."""


def find(catalogue: Catalogue, text: str, draw: Draw = FIRST_DRAW) -> UInt32[np.ndarray, " found"]:
    """Find the galaxies that a search describes.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue to search.
    text : str
        In the forms of the package's docstring; all galaxies if empty.
    draw : Draw
        Realisation for quantities with ``_NOISY``.

    Returns
    -------
    (found,) array of uint32
        Their rows, ascending.

    Raises
    ------
    FindError
        If the text is not understood, or if none of its names is in the catalogue.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise FindError(f"The search has {len(text):,} characters; the limit is {MAX_LENGTH:,}. Search in parts.")
    if not text:
        return np.arange(catalogue.n, dtype=np.uint32)
    if population := called(text):
        return named_rows(catalogue, population.name).astype(np.uint32)
    if not _IS_CONDITION.search(text):
        return _named(catalogue, re.split(r"[\s,;]+", text))
    return np.flatnonzero(_described(catalogue, parse(text), draw)).astype(np.uint32)


def _described(catalogue: Catalogue, search: Search, draw: Draw) -> Bool[np.ndarray, " galaxy"]:
    """Return which galaxies a part of a search describes."""
    if isinstance(search, Condition):
        return mask(catalogue, search.text, draw)
    parts = [_described(catalogue, part, draw) for part in search.parts]
    return np.logical_and.reduce(parts) if isinstance(search, AllOf) else np.logical_or.reduce(parts)


def _named(catalogue: Catalogue, names: list[str]) -> UInt32[np.ndarray, " found"]:
    rows = [(name, row_of(catalogue, name)) for name in names if name]
    absent = [name for name, row in rows if row is None]
    if absent and len(absent) == len(rows):
        if is_quantity(names[0]):
            first = names[0][:24]
            raise FindError(f"“{' '.join(names)[:40]}” is not a condition. Write {first} 0.1..0.2 or {first} > 0.1.")
        if len(rows) == 1:
            raise FindError(f"No galaxy “{absent[0][:24]}” in this catalogue. {LIKE}")
        raise FindError(f"None of the {len(rows)} names is in this catalogue; the first is “{absent[0][:24]}”.")
    return np.unique(np.array([row for _, row in rows if row is not None], np.uint32))


def counted_from_one(text: str) -> str:
    """Return a search in which rows are counted from 0, as links of version 1 count them, with rows from 1."""
    if len(text) > MAX_LENGTH:
        return text
    parts = re.split(r"(&+|\band\b)", text, flags=re.IGNORECASE)
    return "".join(
        re.sub(r"\d+", lambda row: str(int(row[0]) + 1), part) if ROW.fullmatch(part[:MAX_CONDITION].strip()) else part
        for part in parts
    )


def absent_names(catalogue: Catalogue, text: str) -> int:
    """Count the names in a search that are not in the catalogue.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue to search.
    text : str
        As for `find`.

    Returns
    -------
    int
        0 for conditions and named populations.
    """
    if called(text) or _IS_CONDITION.search(text):
        return 0
    return sum(row_of(catalogue, name) is None for name in re.split(r"[\s,;]+", text.strip()) if name)
