"""Search for galaxies by name, row, range of any quantity, or position in the sky.

``redshift 0.1..0.2 & HALPHA_EW > 50`` · ``row 17``, from 1 · ``OIII_5007_EW missing`` · ``cone(150.1, 2.2, 0.5)`` ·
``Green valley``, a named population · names of galaxies, separated by spaces, commas or line breaks. Text is matched
against these forms alone, and never evaluated as code.
"""

import difflib
import operator
import re
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, UInt32

from analysis.explorer.quantities import QUANTITIES, values
from analysis.explorer.realisations import FIRST_SEED, USUAL_NOISE, RealisationNoise
from analysis.explorer.selections import called, named_rows
from data.catalogue.registry import Catalogue
from data.catalogue.schema import SKY_NAMES
from model.lines import LINE_NAMES

MAX_LENGTH: Final = 20_000
"""Characters in a search: about a thousand DESI names."""
MAX_CLAUSES: Final = 20
MAX_CLAUSE: Final = 200
"""Characters in a condition, which bounds the time that regular expressions take."""
ALIASES: Final = {"z": "redshift", "id": "TARGETID", "targetid": "TARGETID"}

_NUM: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE: Final = re.compile(rf"(\w+)\s+({_NUM})?\s*\.\.\s*({_NUM})?")
_COMPARISON: Final = re.compile(rf"(\w+)\s*(<=|>=|<|>)\s*({_NUM})")
_MISSING: Final = re.compile(r"(\w+)\s+missing", re.IGNORECASE)
_ROW: Final = re.compile(r"rows?\s+(\d{1,9})(?:\s*\.\.\s*(\d{1,9}))?", re.IGNORECASE)
_CONE: Final = re.compile(rf"cone\s*\(\s*({_NUM})\s*,\s*({_NUM})\s*,\s*({_NUM})\s*\)", re.IGNORECASE)
_OPERATORS: Final[dict[str, Callable[..., np.ndarray]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_IS_CLAUSE: Final = re.compile(r"[<>=&()]|\.\.|^\s*rows?\s+\d|\bmissing\b", re.IGNORECASE)


class FindError(ValueError):
    """A search is not understood, or names no galaxy of the catalogue; the message is shown to the visitor."""


class Draw(NamedTuple):
    """The realisation from which quantities with noise are taken."""

    noise: RealisationNoise = USUAL_NOISE
    seed: int = FIRST_SEED


FIRST_DRAW: Final = Draw()


def find(catalogue: Catalogue, text: str, draw: Draw = FIRST_DRAW) -> UInt32[np.ndarray, " found"]:
    """Find the galaxies that a search describes.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue to search.
    text : str
        In the forms of the module's docstring; all galaxies if empty.
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
    if not _IS_CLAUSE.search(text):
        return _named(catalogue, re.split(r"[\s,;]+", text))
    clauses = [clause.strip() for clause in re.split(r"&+|\band\b", text, flags=re.IGNORECASE)]
    if len(clauses) > MAX_CLAUSES:
        raise FindError(f"The search has {len(clauses)} conditions; the limit is {MAX_CLAUSES}.")
    kept = np.ones(catalogue.n, bool)
    for clause in clauses:
        if len(clause) > MAX_CLAUSE:
            raise FindError(f"“{clause[:24]}…” has {len(clause):,} characters; a condition has {MAX_CLAUSE} at most.")
        kept &= _clause(catalogue, clause, draw)
    return np.flatnonzero(kept).astype(np.uint32)


def _named(catalogue: Catalogue, names: list[str]) -> UInt32[np.ndarray, " found"]:
    rows = [(name, catalogue.row_of(name)) for name in names if name]
    absent = [name for name, row in rows if row is None]
    if absent and len(absent) == len(rows):
        if _is_quantity(names[0]):
            first = names[0][:24]
            raise FindError(f"“{' '.join(names)[:40]}” is not a condition. Write {first} 0.1..0.2 or {first} > 0.1.")
        if len(rows) == 1:
            raise FindError(
                f"No galaxy “{absent[0][:24]}” in this catalogue. "
                "Conditions look like: redshift 0.1..0.2 & HALPHA_EW > 50"
            )
        raise FindError(f"None of the {len(rows)} names is in this catalogue; the first is “{absent[0][:24]}”.")
    return np.unique(np.array([row for _, row in rows if row is not None], np.uint32))


def counted_from_one(text: str) -> str:
    """Return a search in which rows are counted from 0, as links of version 1 count them, with rows from 1."""
    if len(text) > MAX_LENGTH:
        return text
    parts = re.split(r"(&+|\band\b)", text, flags=re.IGNORECASE)
    return "".join(
        re.sub(r"\d+", lambda row: str(int(row[0]) + 1), part) if _ROW.fullmatch(part[:MAX_CLAUSE].strip()) else part
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
    if called(text) or _IS_CLAUSE.search(text):
        return 0
    return sum(catalogue.row_of(name) is None for name in re.split(r"[\s,;]+", text.strip()) if name)


def _clause(catalogue: Catalogue, clause: str, draw: Draw) -> Bool[np.ndarray, " galaxy"]:
    if not clause:
        raise FindError("There is no condition between two &. Conditions look like: redshift 0.1..0.2 & HALPHA_EW > 50")
    if found := _ROW.fullmatch(clause):
        first = int(found[1])
        last = int(found[2] or first)
        if not 1 <= first <= last <= catalogue.n:
            raise FindError(f"“{clause[:40]}”: rows go from 1 to {catalogue.n:,}.")
        rows = np.arange(1, catalogue.n + 1)
        return (rows >= first) & (rows <= last)
    if found := _CONE.fullmatch(clause):
        return _cone(catalogue, *map(float, found.groups()))
    if found := _MISSING.fullmatch(clause):
        return np.isnan(_quantity(catalogue, found[1], draw))
    with np.errstate(invalid="ignore"):
        if found := _COMPARISON.fullmatch(clause):
            return _OPERATORS[found[2]](_quantity(catalogue, found[1], draw), float(found[3]))
        if found := _RANGE.fullmatch(clause):
            low, high = (float(end) if end else None for end in found.groups()[1:])
            if low is None and high is None:
                raise FindError(f"“{clause[:40]}” has no ends. Write {found[1][:24]} 0.1..0.2, or 0.1.. or ..0.2.")
            if low is not None and high is not None and low > high:
                raise FindError(f"“{clause[:40]}”: {low:g} is larger than {high:g}. Write the smaller end first.")
            numbers = _quantity(catalogue, found[1], draw)
            kept = np.isfinite(numbers)
            if low is not None:
                kept &= numbers >= low
            return kept if high is None else kept & (numbers <= high)
    raise FindError(
        f"“{clause[:40]}” was not understood. Conditions are: NAME LOW..HIGH, NAME > NUMBER, NAME missing, row N, "
        "cone(RA, DEC, DEGREES); join them with &."
    )


def _is_quantity(name: str) -> bool:
    wanted = ALIASES.get(name.lower(), name)
    return wanted.upper() in LINE_NAMES or wanted.lower() in map(str.lower, QUANTITIES)


def _quantity(catalogue: Catalogue, name: str, draw: Draw) -> Float[np.ndarray, " galaxy"]:
    wanted = ALIASES.get(name.lower(), name)
    if wanted.upper() in LINE_NAMES:
        wanted = f"{wanted.upper()}_EW"
    known = {each.lower(): each for each in QUANTITIES}
    if wanted.lower() not in known:
        close = difflib.get_close_matches(wanted.lower(), known, n=3, cutoff=0.5)
        hint = f" Did you mean {', '.join(known[each] for each in close)}?" if close else " Try redshift or HALPHA_EW."
        raise FindError(f"There is no quantity “{name[:32]}”.{hint}")
    return values(catalogue, known[wanted.lower()], *draw)


def _cone(catalogue: Catalogue, ra: float, dec: float, radius: float) -> Bool[np.ndarray, " galaxy"]:
    """Return which galaxies lie within a radius of a position in the sky, all in degrees."""
    if not (0 <= ra <= 360 and -90 <= dec <= 90 and 0 < radius <= 180):
        raise FindError(
            f"cone({ra:g}, {dec:g}, {radius:g}): RA is 0 to 360, Dec -90 to 90, the radius 0 to 180 degrees."
        )
    longitude, latitude = (np.radians(catalogue.column(name).astype(float)) for name in SKY_NAMES)
    if not np.isfinite(longitude).any():
        raise FindError("This catalogue has no sky positions (columns ra and dec), so cone() cannot be used.")
    center = np.radians([ra, dec])
    # Haversine formula: an arc cosine loses precision at small angles.
    across = np.sin((latitude - center[1]) / 2) ** 2
    along = np.cos(center[1]) * np.cos(latitude) * np.sin((longitude - center[0]) / 2) ** 2
    return 2 * np.arcsin(np.sqrt(np.clip(across + along, 0, 1))) <= np.radians(radius)
